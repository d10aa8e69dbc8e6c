import { withoutMark } from '../large-numbers';
import { BackedUpCollection, ShardFile } from './manifest';
import { DECIDING, DECIDING_SECONDS } from './mark';
import { collectionPath, Site } from './site';
import { GivenUp } from './take-shards';

type Key = string | number;

/** The shards of a key, in order. */
interface KeyShards {
  readonly key: Key;
  readonly shards: ShardFile[];
}

/** What begins the keys that take up ids of shards that are gone, until all others are made. */
const FILLER = 'cdktf-qdrant-filler';

/** More shards than that are not made to be thrown away. */
const MOST_FILLERS = 100;

/** The first shard that a key ever has in a collection: its largest id is 0 while there is none (`CollectionState::max_shard_id`). */
const FIRST_OF_KEYS = 1;

/**
 * Why the shards of a collection cannot be made anew. Qdrant finds the shard of a point by the ids of the shards among which it may be (`hash_ring.rs`):
 * where a collection, or a key, has several, each must have its old id.
 */
export function numberingObstacle(collection: BackedUpCollection): string | undefined {
  const hasObstacle = isByKey(collection) ? !canBeNumbered(groupsOf(collection)) : !isInRow(sorted(collection.shards), 0);
  return hasObstacle
    ? `the shards of ${collection.name} have numbers that a new collection would not have, as after resharding: copy it with a migration tool`
    : undefined;
}

/** Keys are made in order, each with ids that follow upon the largest that there is. */
function canBeNumbered(groups: KeyShards[]): boolean {
  let [next, fillers] = [FIRST_OF_KEYS, 0];
  for (const { shards } of groups) {
    const first = shards.length === 1 ? next : shards[0].id;
    if (first < next || (shards.length > 1 && !isInRow(shards, first))) return false;
    fillers += first - next;
    next = first + shards.length;
  }
  return fillers <= MOST_FILLERS;
}

function isInRow(shards: ShardFile[], first: number): boolean {
  return shards.length <= 1 || shards.every(({ id }, index) => id === first + index);
}

/** Makes the shards of a collection, where keys have them; which shard of it is which of the backup's. */
export async function shardsFor(
  site: Site,
  name: string,
  source: BackedUpCollection,
  nodes: number,
): Promise<Map<number, number>> {
  if (!isByKey(source)) return new Map(source.shards.map(({ id }) => [id, id]));
  for (const group of groupsOf(source)) {
    const made = await madeIn(site, name);
    if (made.has(group.key)) continue;
    if (group.shards.length > 1) await fillUpTo(site, name, group);
    const copies = Math.min(nodes, Math.max(...group.shards.map((shard) => shard.copies)));
    await makeKey(site, name, group.key, group.shards.length, copies);
  }
  for (const key of (await madeIn(site, name)).keys()) {
    if (!String(key).startsWith(FILLER)) continue;
    await site.ask(undefined, 'POST', collectionPath(name, `/shards/delete${DECIDING}`), { shard_key: key }, DECIDING_SECONDS);
  }
  return pairsOf(source, name, await madeIn(site, name));
}

/** Takes up the ids before the first of a key. What was killed before that key was made has them taken up already. */
async function fillUpTo(site: Site, name: string, { key, shards }: KeyShards): Promise<void> {
  const made = [...(await madeIn(site, name)).values()].flat();
  const missing = shards[0].id - (Math.max(FIRST_OF_KEYS - 1, ...made) + 1);
  if (missing === 0) return;
  if (missing < 0 || missing > MOST_FILLERS) {
    throw new GivenUp(
      `the shards of the key ${withoutMark(key)} of ${name} cannot have their numbers: remove ${name}, and run it again`,
    );
  }
  await makeKey(site, name, `${FILLER}-${shards[0].id}`, missing, 1);
}

function makeKey(site: Site, name: string, key: Key, count: number, copies: number): Promise<unknown> {
  const body = { shard_key: key, shards_number: count, replication_factor: copies };
  return site.ask(undefined, 'PUT', collectionPath(name, `/shards${DECIDING}`), body, DECIDING_SECONDS);
}

function pairsOf(source: BackedUpCollection, name: string, made: Map<Key | null, number[]>): Map<number, number> {
  const pairs = new Map<number, number>();
  for (const { key, shards } of groupsOf(source)) {
    const ids = made.get(key) ?? [];
    const isSame = ids.length === shards.length && (ids.length === 1 || shards.every(({ id }, index) => id === ids[index]));
    if (!isSame)
      throw new GivenUp(
        `the shards of the key ${withoutMark(key)} of ${name} are not those of the backup: remove ${name}, and run it again`,
      );
    shards.forEach(({ id }, index) => pairs.set(id, ids[index]));
  }
  return pairs;
}

/** The ids of the shards of each key. */
async function madeIn(site: Site, name: string): Promise<Map<Key | null, number[]>> {
  const cluster = await site.ask(undefined, 'GET', collectionPath(name, '/cluster'));
  const made = new Map<Key | null, Set<number>>();
  for (const { shard_id: id, shard_key: key = null } of [...cluster.local_shards, ...cluster.remote_shards]) {
    made.set(key, (made.get(key) ?? new Set()).add(id));
  }
  return new Map([...made].map(([key, ids]) => [key, [...ids].sort((one, other) => one - other)]));
}

function groupsOf({ shards }: BackedUpCollection): KeyShards[] {
  const keys = [...new Set(shards.map(({ key }) => key))].filter((key) => key !== null);
  const groups = keys.map((key) => ({ key, shards: sorted(shards.filter((shard) => shard.key === key)) }));
  return groups.sort((one, other) => one.shards[0].id - other.shards[0].id);
}

function sorted(shards: ShardFile[]): ShardFile[] {
  return [...shards].sort((one, other) => one.id - other.id);
}

function isByKey({ config }: BackedUpCollection): boolean {
  return config.params?.sharding_method === 'custom';
}
