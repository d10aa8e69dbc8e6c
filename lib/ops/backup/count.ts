import { Refused, Unreachable } from '../rest-client';
import { collectionPath, Site } from './site';

/** How points are counted. */
export interface Counting {
  /** Whether one by one: else by what the nodes take for right, which is off by some while they optimize. */
  readonly isExact: boolean;
  readonly seconds: number;
}

/** To count one by one, a node gathers the ids of all points in its memory (`LocalShard::count`, `read_filtered`): of more than these that is too much. */
const MOST_EXACT = 20e6;

/** By how much estimates may differ. */
const TOLERANCE = 0.01;

export function canBeExact(points: number): boolean {
  return points <= MOST_EXACT;
}

/** How many points a collection has; a node that is named counts copies of its own, where it has them. */
export async function countPoints(site: Site, name: string, { isExact, seconds }: Counting, peer?: string): Promise<number> {
  const ask = (query: string) =>
    site.ask(peer, 'POST', collectionPath(name, `/points/count${query}`), { exact: isExact }, seconds);
  // Strict mode may allow no such time.
  const answer = await ask(`?timeout=${Math.ceil(seconds)}`).catch((error) => {
    if (error instanceof Refused && error.status === 400) return ask('');
    throw error;
  });
  if (typeof answer?.count !== 'number') throw new Unreachable(`nobody counts the points of ${name}`, true);
  return answer.count;
}

/** What was counted before a backup and after it, and so the least and the most that a restore of it may have. */
export interface CountedPoints {
  readonly before: number;
  readonly after: number;
  readonly isExact: boolean;
}

/** Who writes meanwhile has each snapshot of another moment: then there is no more than a range. */
export function rangeOf({ before, after, isExact }: CountedPoints): { least: number; most: number; text: string } {
  const [least, most] = [Math.min(before, after), Math.max(before, after)];
  const text = least === most ? `${least}` : `${least} to ${most}, as it was written to meanwhile`;
  if (isExact) return { least, most, text };
  return { least: Math.floor(least * (1 - TOLERANCE)), most: Math.ceil(most * (1 + TOLERANCE)), text: `about ${text}` };
}

/** Whether two estimates may be of as many points. */
export function isAbout(one: number, other: number): boolean {
  return Math.abs(one - other) <= Math.max(one, other) * TOLERANCE;
}
