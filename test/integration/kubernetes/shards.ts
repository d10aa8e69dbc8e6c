import { Answer } from './clients';
import { RealCluster } from './cluster';
import { Given } from './given';

interface Shard {
  readonly shard_id: number;
  readonly state: string;
  /** Absent for those of the node that is asked. */
  readonly peer_id?: number;
}

/** The shards of a collection, as a node tells them. */
interface Shards {
  readonly local: Shard[];
  readonly remote: Shard[];
}

/** Every replica of every shard, as each node tells. */
export function replicas(cluster: RealCluster): Shard[] {
  return collections(cluster).flatMap((collection) =>
    cluster.restOfAll(`/collections/${collection}/cluster`).flatMap((answer) => {
      const { local, remote } = shardsOf(answer);
      return [...local, ...remote];
    }),
  );
}

/** Moves every shard of a node to one of the nodes that stay, as an operator does before the node is removed. */
export async function moveShardsAway({ cluster, real }: Given, node: number, staying: number[]): Promise<void> {
  for (const collection of collections(cluster)) {
    for (const { shard_id } of shards(cluster, node, collection).local) {
      const target = placeFor(cluster, node, staying, collection, shard_id);
      const move = { shard_id, from_peer_id: peerId(cluster, node), to_peer_id: peerId(cluster, target) };
      const call = { method: 'POST', body: { move_shard: move } };
      const { status, body } = cluster.rest(node, `/collections/${collection}/cluster`, call);
      if (status !== 200) throw new Error(`the shard ${shard_id} was not moved: ${status} ${JSON.stringify(body)}`);
      await real.until(`the shard ${shard_id} of ${collection} has left the node ${node}`, 60, async () =>
        shards(cluster, node, collection).local.every((shard) => shard.shard_id !== shard_id),
      );
    }
  }
}

/** A node that has no replica of a shard yet. */
function placeFor(cluster: RealCluster, node: number, staying: number[], collection: string, shardId: number): number {
  const { remote } = shards(cluster, node, collection);
  const having = remote.filter(({ shard_id }) => shard_id === shardId).map(({ peer_id }) => peer_id);
  return staying.find((other) => !having.includes(peerId(cluster, other)))!;
}

function peerId(cluster: RealCluster, node: number): number {
  return cluster.rest(node, '/cluster').body.result.peer_id;
}

function collections(cluster: RealCluster): string[] {
  return cluster.rest(0, '/collections').body.result.collections.map(({ name }: any) => name);
}

function shards(cluster: RealCluster, node: number, collection: string): Shards {
  return shardsOf(cluster.rest(node, `/collections/${collection}/cluster`));
}

function shardsOf({ body }: Answer): Shards {
  const { local_shards, remote_shards } = body.result;
  return { local: local_shards, remote: remote_shards };
}
