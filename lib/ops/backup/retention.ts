/** Which backups are kept. */
export interface Retention {
  /** So many of the newest. */
  readonly keep?: number;
  /** Those that are younger than so many days. */
  readonly keepDays?: number;
}

/** What is asked of a backup before it is removed. */
export interface Kept {
  readonly id: string;
  readonly begun: string;
  readonly ended: string;
  readonly collections: Array<{ readonly points: { readonly after: number } }>;
}

/** A backup of the cluster that is asked for, with whether all its files are there. */
export interface KnownBackup<T extends Kept = Kept> {
  readonly manifest: T;
  readonly isWhole: boolean;
}

/** What is known where backups are removed. */
export interface Removal {
  readonly now: Date;
  /** The backup that has just been made, or would be: the newest, whatever clocks say. */
  readonly made: Kept;
  /** The ids of those that a restore needs. */
  readonly needed: string[];
}

const DAY = 24 * 60 * 60 * 1000;

/** How far apart the clocks of two machines may be. */
const MOST_AHEAD = 5 * 60 * 1000;

/** Whether a backup was made by a clock that was ahead of this one, or this one is behind: which is the newer one nobody can tell then. */
export function isAhead({ begun }: Pick<Kept, 'begun'>, now: Date): boolean {
  return Date.parse(begun) - now.getTime() > MOST_AHEAD;
}

/**
 * The backups that no rule keeps, the oldest first. The last good one stays whatever the rules say: the newest that is whole, and the newest that is whole
 * and has points, as a cluster that lost all would otherwise end its own backups by backing up nothing. One that is not whole does not count, nor one that
 * is dated ahead, which is not removed either; nor is one that has begun or ended since the one that was made began: which of the two is the newer nobody
 * can tell.
 */
export function expired<T extends Kept>(backups: KnownBackup<T>[], { keep, keepDays }: Retention, removal: Removal): T[] {
  if (keep === undefined && keepDays === undefined) return [];
  const { now, made, needed } = removal;
  const others = othersOf(backups, removal);
  const whole = wholeOf(backups, removal);
  const last = lastGood(backups, removal);
  const oldestCounted = others.findIndex((manifest) => manifest === whole[(keep ?? 0) - 1]);
  const isCounted = (place: number) => keep !== undefined && (whole.length < keep || place <= oldestCounted);
  const isYoung = ({ ended }: Kept) => keepDays !== undefined && now.getTime() - Date.parse(ended) < keepDays * DAY;
  const isMeanwhile = ({ begun, ended }: Kept) => [begun, ended].some((time) => Date.parse(time) > Date.parse(made.begun));
  return others
    .filter((manifest, place) => {
      const isLastGood = manifest === last;
      const isKept = isMeanwhile(manifest) || isCounted(place) || isYoung(manifest);
      return !isLastGood && !isKept && !needed.includes(manifest.id);
    })
    .reverse();
}

/** The newest that is whole and has points. */
export function lastGood<T extends Kept>(backups: KnownBackup<T>[], removal: Omit<Removal, 'needed'>): Kept | undefined {
  return wholeOf(backups, removal).find(({ collections }) => collections.some(({ points }) => points.after > 0));
}

function wholeOf<T extends Kept>(backups: KnownBackup<T>[], removal: Omit<Removal, 'needed'>): Kept[] {
  const whole = backups.filter(({ isWhole }) => isWhole);
  return [removal.made, ...othersOf(whole, removal)];
}

function othersOf<T extends Kept>(backups: KnownBackup<T>[], { now, made }: Omit<Removal, 'needed'>): T[] {
  return backups
    .map(({ manifest }) => manifest)
    .filter((manifest) => manifest.id !== made.id && !isAhead(manifest, now))
    .sort(newestFirst);
}

/** Ids tell seconds only, of which one may have two backups. */
function newestFirst(one: Kept, other: Kept): number {
  return Date.parse(other.begun) - Date.parse(one.begun) || (one.id < other.id ? 1 : -1);
}
