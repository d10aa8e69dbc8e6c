import { Shard } from '../cluster-state';
import { MARK } from './mark';
import { BackedUpCollection } from './manifest';
import { canBeExact, countPoints } from './count';
import { collectionPath, Site } from './site';
import { GivenUp } from './take-shards';

/** A collection before its shards are taken. */
export type Described = Omit<BackedUpCollection, 'points' | 'shards'> & {
  readonly points: number;
  readonly isExact: boolean;
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
    const told = [...(cluster.local_shards ?? []), ...(cluster.remote_shards ?? [])];
    const keyOf = ({ id }: Shard) => told.find((one) => one.shard_id === id)?.shard_key ?? null;
    const own = shards.filter(({ collection }) => collection === name);
    const isExact = canBeExact(own.reduce((sum, { points }) => sum + points, 0));
    described.push({
      ...{ name, config: withoutMark(info.config), payloadSchema: info.payload_schema ?? {} },
      aliases: aliases.filter((one: any) => one.collection_name === name).map((one: any) => one.alias_name),
      ...{ points: await countPoints(site, name, { isExact, seconds }), isExact },
      shards: own.map((shard) => ({ shard, key: keyOf(shard) })),
    });
  }
  return described;
}

/** What a restore has noted in a collection is none of its parameters. */
function withoutMark(config: any): any {
  if (config.metadata?.[MARK] === undefined) return config;
  const others = Object.entries(config.metadata).filter(([name]) => name !== MARK);
  return { ...config, metadata: others.length === 0 ? undefined : Object.fromEntries(others) };
}
