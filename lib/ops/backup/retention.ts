import { Manifest, pointsOf } from './manifest';

/** Which backups are kept. */
export interface Retention {
  /** So many of the newest. */
  readonly keep?: number;
  /** Those that are younger than so many days. */
  readonly keepDays?: number;
}

/** A backup of the cluster that is asked for, with whether all its files are there. */
export interface KnownBackup {
  readonly manifest: Manifest;
  readonly isWhole: boolean;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * The backups that no rule keeps, the oldest first. The last good one stays whatever the rules say: the newest that is whole, and the newest that is whole
 * and has points, as a cluster that lost all would otherwise end its own backups by backing up nothing. One that is not whole does not count.
 */
export function expired(backups: KnownBackup[], { keep, keepDays }: Retention, now: Date): Manifest[] {
  if (keep === undefined && keepDays === undefined) return [];
  const newest = [...backups].sort((one, other) => (one.manifest.id < other.manifest.id ? 1 : -1));
  const whole = newest.filter(({ isWhole }) => isWhole).map(({ manifest }) => manifest);
  const last = [whole[0], whole.find((manifest) => pointsOf(manifest) > 0)];
  const oldestCounted = whole.length < (keep ?? 0) ? '' : whole[(keep ?? 0) - 1]?.id;
  const isCounted = ({ id }: Manifest) => oldestCounted !== undefined && id >= oldestCounted;
  const isYoung = ({ ended }: Manifest) => keepDays !== undefined && now.getTime() - Date.parse(ended) < keepDays * DAY;
  return newest
    .map(({ manifest }) => manifest)
    .filter((manifest) => !last.includes(manifest) && !isCounted(manifest) && !isYoung(manifest))
    .reverse();
}
