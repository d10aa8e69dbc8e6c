import { chmodSync, chownSync, mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A volume of files that the kubelet writes and keeps up to date: all of them change at once, when a link to their folder does. */
export class MountedFiles {
  private generation = 0;

  public constructor(
    public readonly folder: string,
    private readonly mode: number,
  ) {
    mkdirSync(folder, { recursive: true });
  }

  public write(files: { [name: string]: string }): void {
    const name = `..${++this.generation}`;
    mkdirSync(join(this.folder, name));
    for (const [file, content] of Object.entries(files)) {
      const path = join(this.folder, name, file);
      writeFileSync(path, content);
      // The group is the pod's `fsGroup`.
      chownSync(path, 0, 1000);
      chmodSync(path, this.mode);
    }
    const data = join(this.folder, '..data');
    const before = this.generation > 1 ? readlinkSync(data) : undefined;
    symlinkSync(name, `${data}_tmp`);
    renameSync(`${data}_tmp`, data);
    for (const file of Object.keys(files)) {
      rmSync(join(this.folder, file), { force: true });
      symlinkSync(join('..data', file), join(this.folder, file));
    }
    if (before) rmSync(join(this.folder, before), { recursive: true });
  }
}
