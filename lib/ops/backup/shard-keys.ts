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

/** What takes up ids of shards that are gone, until all others are made. */
const FILLER = 'cdktf-qdrant-filler';

/** More shards than that are not made to be thrown away. */
const MOST_FILLERS = 100;

/**
 * Why the shards of a collection cannot be made anew. Qdrant finds the shard of a point by the ids of the shards among which it may be (`hash_ring.rs`):
 * where a collection, or a key, has several, each must have its old id.
 */
export function numberingObstacle(collection: BackedUpCollection): string | undefined {
  const groups = isByKey(collection) ? groupsOf(collection) : [{ shards: sorted(collection.shards), first: 0 }];
  const isOdd = groups.some(({ shards, ...group }) => {
    const first = 'first' in group ? group.first : shards[0]?.id;
    return shards.length > 1 && shards.some(({ id }, index) => id !== first + index);
  });
  return isOdd
    ? `the shards of ${collection.name} have numbers that a new collection would not have, as after resharding: copy it with a migration tool`
    : undefined;
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
  if ((await madeIn(site, name)).has(FILLER)) {
    await site.ask(
      undefined,
      'POST',
      collectionPath(name, `/shards/delete${DECIDING}`),
      { shard_key: FILLER },
      DECIDING_SECONDS,
    );
  }
  return pairsOf(source, name, await madeIn(site, name));
}

async function fillUpTo(site: Site, name: string, { key, shards }: KeyShards): Promise<void> {
  const made = [...(await madeIn(site, name)).values()].flat();
  const missing = shards[0].id - (Math.max(-1, ...made) + 1);
  if (missing === 0) return;
  if (missing < 0 || missing > MOST_FILLERS || (await madeIn(site, name)).has(FILLER)) {
    throw new GivenUp(`the shards of the key ${key} of ${name} cannot have their numbers: copy it with a migration tool`);
  }
  await makeKey(site, name, FILLER, missing, 1);
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
        `the shards of the key ${key} of ${name} are not those of the backup: remove ${name}, and run it again`,
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
