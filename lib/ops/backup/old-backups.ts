import { backupsIn, removeBackup, Whose } from './kept-backups';
import { Manifest, MANIFEST_FILE } from './manifest';
import { Place } from './place';
import { expired, isAhead, Kept, KnownBackup, lastGood, Retention } from './retention';

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

  /** Removes them one by one: what a restore needs, and what the others are removed for, is looked at again before each. */
  public async remove(made: Kept): Promise<void> {
    const { gone, relied } = await this.look(made);
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

  private async look(made: Kept): Promise<{ gone: Manifest[]; relied: string[] }> {
    const { whose, rules, now: clock } = this.options;
    const { backups, notes } = await backupsIn(this.place, whose);
    const now = clock();
    const ahead = backups.filter(({ manifest }) => isAhead(manifest, now));
    this.notes.push(...notes, ...ahead.map(({ manifest }) => aheadText(manifest.id)));
    const removal = { now, made, needed: await this.options.needed() };
    return { gone: expired(backups, rules, removal), relied: reliedOn(backups, made, now) };
  }

  private async missing(ids: string[]): Promise<string | undefined> {
    for (const id of ids) {
      if (!(await this.place.files(id)).some(({ name }) => name === MANIFEST_FILE)) return id;
    }
    return undefined;
  }
}

function reliedOn(backups: KnownBackup<Manifest>[], made: Kept, now: Date): string[] {
  return [made.id, lastGood(backups, { now, made })?.id ?? made.id];
}

function aheadText(id: string): string {
  return `the backup ${id} is dated ahead of the clock of this machine: it is neither counted nor removed; remove it, if the clock is right`;
}
