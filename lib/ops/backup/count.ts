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

/** How many points there are, and whether each was counted. */
export interface Count {
  readonly points: number;
  readonly isExact: boolean;
}

/** How many points a collection has; a node that is named counts copies of its own, where it has them. */
export async function countPoints(site: Site, name: string, { isExact, seconds }: Counting, peer?: string): Promise<Count> {
  const ask = async (query: string, exact: boolean): Promise<Count> => {
    const answer = await site.ask(peer, 'POST', collectionPath(name, `/points/count${query}`), { exact }, seconds);
    if (typeof answer?.count !== 'number') throw new Unreachable(`nobody counts the points of ${name}`, true);
    return { points: answer.count, isExact: exact };
  };
  const unless = (otherwise: () => Promise<Count>) => (error: unknown) => {
    if (error instanceof Refused && error.status === 400) return otherwise();
    throw error;
  };
  // Strict mode may allow no such time (`max_timeout`), or nobody to count one by one (`search_allow_exact`).
  return ask(`?timeout=${Math.ceil(seconds)}`, isExact)
    .catch(unless(() => ask('', isExact)))
    .catch(unless(() => ask('', false)));
}

/** What was counted before a backup and after it. */
export interface CountedPoints {
  readonly before: number;
  readonly after: number;
  readonly isExact: boolean;
  /** Whether the nodes tell that nobody wrote meanwhile; left out in backups of old. */
  readonly isQuiet?: boolean;
}

/** How many points a restore should have, and whether it is wrong for certain where it has others. */
export interface Expectation {
  readonly least: number;
  readonly most: number;
  readonly isCertain: boolean;
  readonly text: string;
}

/**
 * Who writes meanwhile has the snapshot of each shard of another moment. Where points come to one shard and go from another, both counts may be the same,
 * and the snapshots together have more, or fewer: then no number is wrong for certain.
 */
export function expectationOf({ before, after, isExact, isQuiet = false }: CountedPoints): Expectation {
  const [least, most] = [Math.min(before, after), Math.max(before, after)];
  const range = least === most ? `${least}` : `${least} to ${most}`;
  const isCertain = isExact && isQuiet;
  const why = isQuiet ? '' : ', unless it was written to meanwhile';
  if (isExact) return { least, most, isCertain, text: `${range}${why}` };
  return {
    ...{ least: Math.floor(least * (1 - TOLERANCE)), most: Math.ceil(most * (1 + TOLERANCE)) },
    ...{ isCertain, text: `about ${range}${why}` },
  };
}

/** Whether two estimates may be of as many points. */
export function isAbout(one: number, other: number): boolean {
  return Math.abs(one - other) <= Math.max(one, other) * TOLERANCE;
}
