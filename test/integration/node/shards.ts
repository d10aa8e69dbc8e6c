import { testWith } from '../../support/programs';
import { until } from '../../support/until';
import { Given, put } from './given';

/** What becomes of shards, which the stand-in has none of. */
export function shards(given: Given): void {
  describe('what only the real server shows', () => {
    const wide = { vectors: { size: 2, distance: 'Dot' }, replication_factor: 2, shard_number: 3 };
    const shards = (node: number) =>
      JSON.parse(given.cluster.rest('/collections/wide/cluster', { node, key: given.admin }).body).result;

    testWith(['QDRANT_BIN'], 'a collection with replication factor 2 spreads over the peers', () => {
      expect(put(given, '/collections/wide', wide).status).toBe(200);
      const counts = [0, 1, 2].map((node) => shards(node).local_shards.length);
      expect(counts.reduce((sum, count) => sum + count)).toBe(6);
      expect(counts.every((count) => count > 0)).toBe(true);
    });

    testWith(['QDRANT_BIN'], 'a shard moves by snapshot transfer', async () => {
      const { cluster, admin } = given;
      const [here, there] = [shards(0), shards(1)];
      const held = there.local_shards.map((shard: any) => shard.shard_id);
      const shard = here.local_shards.find(({ shard_id: id }: any) => !held.includes(id)).shard_id;
      const move = {
        move_shard: { shard_id: shard, from_peer_id: here.peer_id, to_peer_id: there.peer_id, method: 'snapshot' },
      };
      const answer = cluster.rest('/collections/wide/cluster', { method: 'POST', body: JSON.stringify(move), key: admin });
      expect(answer.status).toBe(200);
      await until('the shard has moved', 240, () =>
        shards(1).local_shards.some(({ shard_id: id, state }: any) => id === shard && state === 'Active'),
      );
    });
  });
}
