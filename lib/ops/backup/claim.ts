import { Journal, OpenedBackup, stillBeating } from './journal';
import { Place } from './place';

/** What a look at the journals of others has come to. */
export interface Claim {
  /** The backup that goes first, if any does. */
  readonly first?: Journal;
  /** What has been left by runs that are over. */
  readonly left: OpenedBackup[];
}

/**
 * Whether another backup goes before this one. Each has written its journal before it looks, so that of two that begin at once one sees the other: what
 * takes snapshots goes first; of those that only look, the one of the least id, which waits until the others have seen it and given way.
 */
export async function claim(
  place: Place,
  own: string,
  beatSeconds: number,
  list: () => Promise<OpenedBackup[]>,
): Promise<Claim> {
  const others = async () => (await list()).filter(({ journal }) => journal.id !== own);
  const isFirst = ({ journal }: OpenedBackup) => !journal.isLooking || journal.id < own;
  let watched = unfinished(await others());
  for (;;) {
    const beating = await stillBeating(place, watched, beatSeconds);
    // One that was looked at may have ended meanwhile, and is a backup now; and another one may have begun.
    const now = await others();
    const isAmong = (journals: Journal[], { id }: Journal) => journals.some((one) => one.id === id);
    const isAlive = (journal: Journal) => isAmong(beating, journal) || !isAmong(watched, journal);
    const alive = now.filter(({ journal, isFinished }) => !isFinished && isAlive(journal));
    const first = alive.find(isFirst);
    if (first || alive.length === 0) return { first: first?.journal, left: now };
    watched = unfinished(now);
  }
}

function unfinished(opened: OpenedBackup[]): Journal[] {
  return opened.filter(({ isFinished }) => !isFinished).map(({ journal }) => journal);
}
