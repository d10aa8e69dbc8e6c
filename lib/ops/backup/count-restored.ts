import { liveMembers, nameOf } from '../cluster-state';
import { CountedPoints, countPoints, expectationOf } from './count';
import { Site } from './site';
import { GivenUp } from './take-shards';
import { pause } from '../time';

export interface CountingOptions {
  /** How long no count may come nearer to what is wanted until they are taken for final. */
  readonly patienceSeconds: number;
  readonly pollSeconds: number;
  readonly progress: (line: string) => void;
}

/** How many points a restored collection has. */
export interface RestoredCount {
  readonly points: number;
  /** What there is, and should be, where that is not the same. */
  readonly odd?: string;
  /** Whether it is wrong for certain. */
  readonly isWrong: boolean;
}

/** A collection that has other points than it should, for certain. */
export class Miscounted extends GivenUp {}

/**
 * Counted by each node, as each counts the copies that it has. Nodes that differ are asked again, and those that count too few, as points that have come with
 * a transfer may be hidden until they are optimized (`prevent_unoptimized`). Of too many nothing goes by itself: somebody writes, and may go on for ever.
 */
export async function countRestored(
  site: Site,
  name: string,
  backedUp: CountedPoints,
  options: CountingOptions,
): Promise<RestoredCount> {
  const { least, most, isCertain, text } = expectationOf(backedUp);
  let [sight, nearest, since] = ['', Infinity, Date.now()];
  for (;;) {
    const { counts, isExact, told } = await countsOf(site, name, backedUp.isExact, options.patienceSeconds);
    const [points] = counts;
    const isAgreed = !isExact || counts.every((count) => count === points);
    const isOdd = points < least || points > most;
    const isWrong = isOdd && isExact && isCertain;
    const odd = isOdd ? `${points} points, and should have ${text}` : undefined;
    if (isAgreed && !(isWrong && points < least)) return { points, odd, isWrong };
    if (told !== sight) options.progress(`  counts again: ${name} has ${told}, and should have ${text}`);
    sight = told;
    const missing = Math.max(0, least - Math.min(...counts));
    if (missing < nearest) [nearest, since] = [missing, Date.now()];
    if (Date.now() - since > options.patienceSeconds * 1000) {
      if (isAgreed) return { points, odd, isWrong };
      if (missing === 0) return { points, odd: `${told}, and should have ${text}`, isWrong: isCertain };
      throw new Miscounted(`${name} has ${told}, and should have ${text}; run it again once that is mended`);
    }
    await pause(options.pollSeconds);
  }
}

async function countsOf(
  site: Site,
  name: string,
  isExact: boolean,
  seconds: number,
): Promise<{ counts: number[]; isExact: boolean; told: string }> {
  const state = await site.read();
  const counts: number[] = [];
  const told: string[] = [];
  for (const { id } of liveMembers(state)) {
    const count = await countPoints(site, name, { isExact, seconds }, id);
    isExact &&= count.isExact;
    counts.push(count.points);
    told.push(`${count.points} points by ${nameOf(state, id)}`);
  }
  return { counts, isExact, told: told.join(', ') };
}
