import { Shard } from '../cluster-state';
import { MARK, Mark, markOf, neededBackup } from './mark';
import { BackedUpCollection } from './manifest';
import { canBeExact, Count, countPoints } from './count';
import { collectionPath, Site } from './site';
import { GivenUp } from './take-shards';

/** A collection before its shards are taken. */
export type Described = Omit<BackedUpCollection, 'points' | 'shards'> & {
  /** What is no part of a backup; what a restore has noted is another, where another restore has made the collection. */
  readonly seen: { readonly count: Count; readonly mark: Mark | undefined };
  readonly shards: Array<{ readonly shard: Shard; readonly key: string | number | null }>;
};

/** What has to be known of collections to make them anew. */
export async function describeCollections(site: Site, names: string[], shards: Shard[], seconds: number): Promise<Described[]> {
  const aliases = (await site.ask(undefined, 'GET', '/aliases'))?.aliases ?? [];
  const described: Described[] = [];
  for (const name of names) {
    const info = await site.ask(undefined, 'GET', collectionPath(name));
    const cluster = await site.ask(undefined, 'GET', collectionPath(name, '/cluster'));
    if (!info?.config?.params || !cluster) throw new GivenUp(`no node tells what ${name} is`);
    if (neededBackup(name, info)) throw new GivenUp(`a restore of ${name} has begun meanwhile: run it again once that is done`);
    const told = [...(cluster.local_shards ?? []), ...(cluster.remote_shards ?? [])];
    const keyOf = ({ id }: Shard) => told.find((one) => one.shard_id === id)?.shard_key ?? null;
    const own = shards.filter(({ collection }) => collection === name);
    const isExact = canBeExact(own.reduce((sum, { points }) => sum + points, 0));
    described.push({
      ...{ name, config: withoutMark(info.config), payloadSchema: info.payload_schema ?? {} },
      aliases: aliases.filter((one: any) => one.collection_name === name).map((one: any) => one.alias_name),
      seen: { count: await countPoints(site, name, { isExact, seconds }), mark: markOf(info) },
      shards: own.map((shard) => ({ shard, key: keyOf(shard) })),
    });
  }
  return described;
}

/** What no collection changes in its life: another one has come under its name. */
const FOREVER = ['vectors', 'sparse_vectors', 'shard_number', 'sharding_method'];

/** Whether both are of one collection. */
export function isSameCollection(one: Described, other: Described): boolean {
  const textOf = ({ config: { params }, seen: { mark } }: Described) =>
    JSON.stringify(
      [...FOREVER.map((name) => params[name]), mark].map((value) => (value === undefined ? null : sortedDeep(value))),
    );
  return textOf(one) === textOf(other);
}

/** Nodes tell members in the order of their own maps. */
function sortedDeep(value: any): any {
  if (Array.isArray(value)) return value.map(sortedDeep);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).sort();
  return names.map((name) => [name, sortedDeep(value[name])]);
}

/** What a restore has noted in a collection is none of its parameters. */
function withoutMark(config: any): any {
  if (config.metadata?.[MARK] === undefined) return config;
  const others = Object.entries(config.metadata).filter(([name]) => name !== MARK);
  return { ...config, metadata: others.length === 0 ? undefined : Object.fromEntries(others) };
}
