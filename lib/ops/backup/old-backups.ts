import { backupsIn, removeBackup, Whose } from './kept-backups';
import { filesOf, Manifest, MANIFEST_FILE } from './manifest';
import { Place, sha256Of } from './place';
import { expired, isAhead, Kept, lastGood, Retention } from './retention';

/** What old backups are removed by. */
export interface OldOptions {
  readonly whose: Whose;
  readonly rules: Retention;
  readonly now: () => Date;
  /** The ids of those that a restore needs, as it is at that moment. */
  readonly needed: () => Promise<string[]>;
  readonly progress: (line: string) => void;
}

/** The older backups of a cluster, once there is a newer one. */
export class OldBackups {
  public readonly notes: string[] = [];
  public readonly removed: string[] = [];

  constructor(
    private readonly place: Place,
    private readonly options: OldOptions,
  ) {}

  /** What would be removed. */
  public async planned(made: Kept): Promise<string[]> {
    const { gone } = await this.look(made);
    return gone.map(({ id }) => id);
  }

  /** Removes them. What fails is noted, as the newer backup is there whatever becomes of them. */
  public async remove(made: Kept): Promise<void> {
    try {
      await this.removeEach(made);
    } catch (error) {
      this.notes.push(
        `older backups were not removed${this.removed.length > 0 ? ' any more' : ''}: ${(error as Error).message}`,
      );
    }
  }

  /** One by one: what a restore needs, and what the others are removed for, is looked at again before each. */
  private async removeEach(made: Kept): Promise<void> {
    const { gone, relied } = await this.look(made, (one) => this.isAsWritten(one));
    for (const old of gone) {
      if ((await this.options.needed()).includes(old.id)) continue;
      const missing = await this.missing(relied);
      if (missing !== undefined) {
        this.notes.push(`the backup ${missing} is gone meanwhile: no older one is removed`);
        return;
      }
      this.options.progress(`removes the backup ${old.id}`);
      await removeBackup(this.place, old);
      this.removed.push(old.id);
    }
  }

  private async look(made: Kept, isGood = async (_one: Manifest) => true): Promise<{ gone: Manifest[]; relied: string[] }> {
    const { whose, rules, now: clock } = this.options;
    const found = await backupsIn(this.place, whose);
    const now = clock();
    const ahead = found.backups.filter(({ manifest }) => isAhead(manifest, now));
    this.notes.push(...found.notes, ...ahead.map(({ manifest }) => aheadText(manifest.id)));
    const removal = { now, made, needed: hasRules(rules) ? await this.options.needed() : [] };
    let { backups } = found;
    for (;;) {
      const gone = expired(backups, rules, removal);
      const last = backups.find(({ manifest }) => manifest === lastGood(backups, removal));
      // The one that was made has been read when it came.
      if (last === undefined || gone.length === 0) return { gone, relied: [made.id] };
      if (await isGood(last.manifest)) return { gone, relied: [made.id, last.manifest.id] };
      backups = backups.map((one) => (one === last ? { ...one, isWhole: false } : one));
    }
  }

  /** What is to stay for want of a better one is read first: that its files are as large as they were does not tell that they are what they were. */
  private async isAsWritten(manifest: Manifest): Promise<boolean> {
    const { id } = manifest;
    for (const { file, sha256 } of filesOf(manifest)) {
      this.options.progress(`reads ${file} of ${id}, which is to be kept as the last good one`);
      const found = await sha256Of(this.place, id, file).catch((error: Error) => error);
      if (found === sha256) continue;
      const how = found instanceof Error ? `cannot be read (${found.message})` : 'is damaged';
      this.notes.push(`${file} of the backup ${id} ${how}: that backup counts for none`);
      return false;
    }
    return true;
  }

  private async missing(ids: string[]): Promise<string | undefined> {
    for (const id of ids) {
      if (!(await this.place.files(id)).some(({ name }) => name === MANIFEST_FILE)) return id;
    }
    return undefined;
  }
}

function hasRules({ keep, keepDays }: Retention): boolean {
  return keep !== undefined || keepDays !== undefined;
}

function aheadText(id: string): string {
  return `the backup ${id} is dated ahead of the clock of this machine: it is neither counted nor removed; remove it, if the clock is right`;
}
