import { ClusterState, Copy, Shard, shardName, Transfer, Untold } from './cluster-state';
import { isList } from './rest-client';

/** What one node says of the shards: of its own copies more than of others'. */
export interface View {
  readonly shards: Map<string, Shard>;
  readonly transfers: Map<string, Transfer>;
  readonly resharding: string[];
  /** What it does not tell for sure. */
  readonly unclear: string[];
  /** What it does not tell of sizes at the moment. */
  readonly unmeasured: Untold[];
  /** Whether it shows all collections. */
  isWhole: boolean;
}

export function emptyView(): View {
  return { shards: new Map(), transfers: new Map(), resharding: [], unclear: [], unmeasured: [], isWhole: true };
}

export interface CollectionAnswers {
  readonly name: string;
  readonly id: string;
  readonly host: string;
  readonly info: any;
  readonly cluster: any;
  readonly sizes: Map<string, number>;
}

export function addCollection(view: View, { name, id, host, info, cluster, sizes }: CollectionAnswers): void {
  const told = info.config?.params?.replication_factor;
  const factor = told ?? 1;
  if (typeof told !== 'number') view.unclear.push(`${name} does not tell its replication_factor`);
  const own = String(cluster.peer_id ?? id);
  const all = [...cluster.local_shards.map((shard: object) => ({ ...shard, peer_id: own })), ...cluster.remote_shards];
  for (const { shard_id: shard, shard_key: key, peer_id: peer, state, points_count: points = 0 } of all) {
    const place = placeOf(name, shard);
    const copy: Copy = { peer: String(peer), state: String(state) };
    const seen = view.shards.get(place);
    const bytes = sizes.get(place);
    const isNew = copy.peer === own && bytes === undefined && sizes.size > 0;
    if (isNew) view.unmeasured.push({ what: `${host} to tell how large ${shardName({ collection: name, id: shard })} is` });
    view.shards.set(place, {
      ...{ collection: name, id: shard, hasKey: (key ?? null) !== null, factor },
      points: Math.max(points, seen?.points ?? 0),
      ...(bytes === undefined ? {} : { bytes }),
      copies: [...(seen?.copies ?? []), copy],
    });
  }
  for (const { shard_id: shard, from, to, sync, comment } of cluster.shard_transfers ?? []) {
    const transfer = { collection: name, shard, from: String(from), to: String(to), keepsSource: sync };
    view.transfers.set(`${placeOf(name, shard)} ${from} ${to}`, { ...transfer, ...(comment ? { comment } : {}) });
  }
  if ((cluster.resharding_operations ?? []).length > 0) view.resharding.push(name);
}

/** Whether a node says where the copies of a collection are, as Qdrant does. */
export function tellsShards(cluster: any): boolean {
  return [cluster?.local_shards, cluster?.remote_shards].every(isList);
}

function placeOf(collection: string, shard: number): string {
  return `${collection}/${shard}`;
}

/** What each node knows, in one: sizes from those who have the points, comments from those who send them. */
export function together(views: View[]): Pick<ClusterState, 'shards' | 'transfers' | 'resharding'> {
  const shards = new Map<string, Shard>();
  const transfers = new Map<string, Transfer>();
  for (const view of views) {
    for (const [place, shard] of view.shards) {
      const seen = shards.get(place);
      const bytes = Math.max(shard.bytes ?? -1, seen?.bytes ?? -1);
      const points = Math.max(shard.points, seen?.points ?? 0);
      shards.set(place, { ...(seen ?? shard), points, ...(bytes < 0 ? {} : { bytes }) });
    }
    for (const [key, transfer] of view.transfers) transfers.set(key, { ...transfers.get(key), ...transfer });
  }
  const byName = (one: Shard, other: Shard) =>
    one.collection < other.collection ? -1 : one.collection > other.collection ? 1 : one.id - other.id;
  return {
    shards: [...shards.values()].sort(byName),
    transfers: [...transfers.values()],
    resharding: [...new Set(views.flatMap(({ resharding }) => resharding))],
  };
}

export function placementOf({ shards }: View): string {
  const lines = [...shards].map(([place, { copies, factor }]) => {
    return `${place} ${factor} ${copies
      .map(({ peer, state }) => `${peer}:${state}`)
      .sort()
      .join()}`;
  });
  return lines.sort().join('\n');
}

/** What the points of its own copies take, by what a node tells in its telemetry. */
export function sizesOf(telemetry: any): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { id: collection, shards } of telemetry?.collections?.collections ?? []) {
    for (const { id, local } of shards ?? []) {
      const { vectors_size_bytes: vectors, payloads_size_bytes: payloads } = local ?? {};
      if (typeof vectors === 'number') sizes.set(placeOf(collection, id), vectors + (payloads ?? 0));
    }
  }
  return sizes;
}
