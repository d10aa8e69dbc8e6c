import { Refused } from '../rest-client';
import { Taking } from './journal';
import { collectionPath, Site } from './site';

/** Of so long before and after a snapshot was asked for may one be that a backup has left: clocks differ, and a node may take a while to begin. */
const MOST_MILLISECONDS = 5 * 60 * 1000;

/** What began as near to that as this is taken for it, where there is no other: by clocks that agree a node begins at once. */
const SURE_MILLISECONDS = 5 * 1000;

/** A snapshot on a node. */
export interface NodeSnapshot {
  readonly name: string;
  readonly size: number;
  /** Not told where the node keeps its snapshots in S3. */
  readonly checksum?: string;
}

type ShardOfPeer = Pick<Taking, 'peer' | 'collection' | 'shard'>;

export function snapshotsPath({ collection, shard }: Pick<Taking, 'collection' | 'shard'>, name?: string): string {
  const own = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return collectionPath(collection, `/shards/${shard}/snapshots${own}`);
}

export async function snapshotsOn(site: Site, one: ShardOfPeer): Promise<string[]> {
  const listed = await site.ask(one.peer, 'GET', snapshotsPath(one));
  return Array.isArray(listed) ? listed.map(({ name }) => String(name)) : [];
}

export async function removeSnapshot(site: Site, one: ShardOfPeer, name: string, seconds: number): Promise<void> {
  try {
    await site.ask(one.peer, 'DELETE', snapshotsPath(one, name), undefined, seconds);
  } catch (error) {
    if (!(error instanceof Refused && error.status === 404)) throw error;
  }
}

/** What came of clearing away. */
export interface Cleared {
  /** Whether nothing more can be there that could be removed. */
  readonly isDone: boolean;
  readonly note?: string;
}

/** Removes what a backup that was killed has left on a node, where it can be told for sure. A node that was asked goes on, whoever waits for it. */
export async function clearAway(site: Site, taking: Taking, seconds: number): Promise<Cleared> {
  const listed = await unlessGone(() => snapshotsOn(site, taking));
  const what = `shard ${taking.shard} of ${taking.collection}`;
  if (listed === undefined) {
    return {
      isDone: true,
      note: `${what} is not on peer ${taking.peer} any more, whose disk may have a snapshot of it: look at it`,
    };
  }
  const left = leftIn(listed, taking);
  const own = left.length === 1 && isSure(left[0], taking) ? left[0] : undefined;
  if (own !== undefined) await removeSnapshot(site, taking, own, seconds);
  const mayCome = left.length === 0 && taking.name === undefined && Date.now() - Date.parse(taking.since) < seconds * 1000;
  if (own !== undefined || left.length === 0) return { isDone: !mayCome };
  const [may, names] = [left.length === 1 ? 'this snapshot' : 'one of these snapshots', left.join(', ')];
  return {
    isDone: true,
    note: `${may} of ${what} on peer ${taking.peer} may be left of a backup, or be of someone else: ${names}`,
  };
}

/** What may be left: it was not there before, and is of the time when it was asked for. */
export function leftIn(listed: string[], { name, before, since }: Taking): string[] {
  if (name !== undefined) return listed.filter((one) => one === name);
  return listed.filter((one) => !before.includes(one) && Math.abs(timeOf(one) - Date.parse(since)) <= MOST_MILLISECONDS);
}

function isSure(snapshot: string, { name, since }: Taking): boolean {
  const began = timeOf(snapshot);
  // Its name has no parts of a second.
  const asked = Math.floor(Date.parse(since) / 1000) * 1000;
  return name !== undefined || Math.abs(began - asked) <= SURE_MILLISECONDS;
}

/** Qdrant names a snapshot by the second in which it was begun, in UTC. */
function timeOf(name: string): number {
  const [, date, hours, minutes, seconds] = /-(\d{4}-\d\d-\d\d)-(\d\d)-(\d\d)-(\d\d)\.snapshot$/.exec(name) ?? [];
  return date === undefined ? NaN : Date.parse(`${date}T${hours}:${minutes}:${seconds}Z`);
}

/** A collection that is gone, or a shard that is elsewhere now, has no snapshots that could be asked for. */
async function unlessGone<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refused && [400, 404].includes(error.status)) return undefined;
    throw error;
  }
}
