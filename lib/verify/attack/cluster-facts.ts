/** What reads a path of REST. */
export interface RestReader {
  read(path: string): Promise<{ result: any } | { obstacle: string }>;
}

/** A copy of a shard. */
export interface Replica {
  readonly shard: number;
  readonly peer: string;
  /** As Qdrant names it, for example `Active`. */
  readonly state: string;
}

export interface CollectionFacts {
  readonly name: string;
  readonly replicationFactor: number;
  readonly writeConsistencyFactor: number;
  readonly replicas: Replica[];
}

/** What a cluster says of itself. */
export interface ClusterFacts {
  /** Whether it is a cluster at all, not a server by itself. */
  readonly enabled: boolean;
  /** The addresses of the peers, by their ids. */
  readonly peers: Map<string, string>;
  readonly collections: CollectionFacts[];
  /** The collections of which nothing could be learned. */
  readonly unread: string[];
}

/** More collections than these are named as not looked at. */
const MOST_COLLECTIONS = 500;

/** Asks a cluster for its peers and collections. */
export async function readCluster(reader: RestReader): Promise<ClusterFacts | { obstacle: string }> {
  const [cluster, list] = [await reader.read('/cluster'), await reader.read('/collections')];
  if ('obstacle' in cluster) return cluster;
  if ('obstacle' in list) return list;
  const { status, peer_id: ownId, peers = {} } = cluster.result;
  const names: string[] = list.result.collections.map(({ name }: { name: string }) => name);
  const unread = names.slice(MOST_COLLECTIONS);
  const collections: CollectionFacts[] = [];
  for (const name of names.slice(0, MOST_COLLECTIONS)) {
    const found = await readCollection(reader, name, String(ownId));
    if (found) collections.push(found);
    else unread.push(name);
  }
  const uris = Object.entries(peers as { [id: string]: { uri: string } }).map(([id, { uri }]): [string, string] => [id, uri]);
  return { enabled: status === 'enabled', peers: new Map(uris), collections, unread };
}

async function readCollection(reader: RestReader, name: string, ownId: string): Promise<CollectionFacts | undefined> {
  const path = `/collections/${encodeURIComponent(name)}`;
  const [collection, cluster] = [await reader.read(path), await reader.read(`${path}/cluster`)];
  if ('obstacle' in collection || 'obstacle' in cluster) return undefined;
  const { replication_factor: copies = 1, write_consistency_factor: confirmed = 1 } = collection.result.config?.params ?? {};
  const { peer_id: peer = ownId, local_shards: local = [], remote_shards: remote = [] } = cluster.result;
  const replicas = [...local.map((shard: object) => ({ ...shard, peer_id: peer })), ...remote].map((shard: any): Replica => {
    return { shard: shard.shard_id, peer: String(shard.peer_id), state: String(shard.state) };
  });
  return { name, replicationFactor: copies, writeConsistencyFactor: confirmed, replicas };
}
