import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isId, Missing, Place, PlaceTrouble, StoredFile } from './place';

/** What is not whole yet. */
const DRAFT = '.part';

/** A folder of this machine, or one that is mounted. */
export class FolderPlace implements Place {
  constructor(public readonly name: string) {}

  public async ids(): Promise<string[]> {
    const names = await this.doing('be read', () => readdir(this.name).catch(unless(['ENOENT'], [])));
    return names.filter(isId).sort();
  }

  public files(id: string): Promise<StoredFile[]> {
    return this.doing('be read', async () => {
      const names = await readdir(join(this.name, id)).catch(unless(['ENOENT'], []));
      const files = await Promise.all(
        names.map(async (name) => {
          // A draft may have got its name meanwhile.
          const file = await stat(join(this.name, id, name)).catch(unless(['ENOENT'], undefined));
          return file ? [{ name, bytes: file.size }] : [];
        }),
      );
      return files.flat();
    });
  }

  /** What was written is on the disk before it has its name: it may lose power, too. */
  public async write(id: string, name: string, content: Readable | string): Promise<void> {
    const [folder, path] = [join(this.name, id), join(this.name, id, name)];
    await this.doing('be written', () => mkdir(folder, { recursive: true, mode: 0o700 }));
    const file = await this.doing('be written', () => open(`${path}${DRAFT}`, 'w', 0o600));
    try {
      const source = typeof content === 'string' ? Readable.from([content]) : content;
      await pipeline(source, file.createWriteStream({ flush: true, autoClose: true }));
      await rename(`${path}${DRAFT}`, path);
      await settle(folder);
    } catch (error) {
      await file.close().catch(() => {});
      await rm(`${path}${DRAFT}`, { force: true });
      throw this.troubleOf(error, 'be written');
    }
  }

  public async read(id: string, name: string): Promise<Readable> {
    const path = join(this.name, id, name);
    await this.doing('be read', () => stat(path));
    return createReadStream(path);
  }

  public remove(id: string, name: string): Promise<void> {
    return this.doing('be written', () => rm(join(this.name, id, name), { force: true }));
  }

  public removeFolder(id: string): Promise<void> {
    return this.doing('be written', () => rmdir(join(this.name, id)).catch(unless(['ENOENT', 'ENOTEMPTY'], undefined)));
  }

  private async doing<T>(what: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw this.troubleOf(error, what);
    }
  }

  private troubleOf(error: unknown, what: string): Error {
    const { code, syscall, path } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && what === 'be read') return new Missing(`${path ?? this.name} is not there`);
    return syscall === undefined ? (error as Error) : new PlaceTrouble(`${this.name} cannot ${what}: ${code}`);
  }
}

/** A name is on the disk once its folder is. */
async function settle(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

function unless<T>(codes: string[], otherwise: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (codes.includes(error.code ?? '')) return otherwise;
    throw error;
  };
}
