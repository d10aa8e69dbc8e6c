import { bringBack, cutOff, reconnect, takeAway } from './away';
import { Given } from './given';

const COLLECTION = 'kept';
const WAITS = /It does not found a new cluster: the time for that was within 60 minutes of/g;
const LONG_AGO = '2026-01-01T00:00:00Z';

/** Nodes that have lost their volumes, long after the cluster was founded. */
export function founding(given: Given): void {
  /** It says why it waits, again and again, and nothing of a cluster is there. */
  async function expectFirstWaits(): Promise<void> {
    const { cluster, real } = given;
    // Whom it is cut off from it waits for some seconds each.
    await real.until('it says again and again why it waits', 180, async () => (cluster.log(0).match(WAITS) ?? []).length >= 3);
    expect(await cluster.isReady(0)).toBe(false);
    expect(await cluster.restarts(0)).toBe(0);
    const stored = cluster.exec(0, 'ls -A /qdrant/storage');
    expect(stored.code).toBe(0);
    expect(stored.output).not.toMatch(/raft_state|founder|collections/);
  }

  /** The others refuse it while they know its old peer, which an operator removes. */
  async function expectFirstJoins(): Promise<void> {
    const { cluster, real } = given;
    await real.until('its log names what helps', 120, async () => cluster.log(0).includes('DELETE /cluster/peer/ID'));
    cluster.removePeer(0, { through: 1 });
    await cluster.untilReady(240);
    await expectOneCluster();
    for (const node of cluster.nodes) expect(kept(node)).toBe(200);
  }

  const expectOneCluster = () =>
    given.real.until('all of them are one cluster', 60, async () =>
      given.cluster.nodes.every((node) => Object.keys(given.cluster.peers(node)).length === 3),
    );

  const kept = (node: number) => given.cluster.rest(node, `/collections/${COLLECTION}/points/4711`).status;
  const put = (path: string, body: object) =>
    expect(given.cluster.rest(0, `/collections/${COLLECTION}${path}`, { method: 'PUT', body }).status).toBe(200);

  describe('long after it was founded', () => {
    beforeAll(async () => {
      const { cluster } = given;
      cluster.foundedAt = LONG_AGO;
      await cluster.rollOut({});
      await cluster.untilReady();
      put('', { vectors: { size: 2, distance: 'Dot' }, shard_number: 1, replication_factor: 3 });
      put('/points?wait=true', { points: [{ id: 4711, vector: [1, 2] }] });
    });

    test('the first node, when it has lost its volume while the others are away, founds no second cluster', async () => {
      const { cluster } = given;
      const [first, ...others] = await takeAway(given, cluster.nodes);
      first.loseVolume('storage');
      bringBack(given, [first]);
      await expectFirstWaits();
      bringBack(given, others);
      await cluster.untilReady(180, [1, 2]);
      await expectFirstJoins();
    });

    test('nor while it is cut off from the others, which serve on', async () => {
      const { cluster } = given;
      const [first] = await takeAway(given, [0]);
      first.loseVolume('storage');
      cutOff(first);
      bringBack(given, [first]);
      await expectFirstWaits();
      expect([1, 2].map(kept)).toEqual([200, 200]);
      expect(Object.keys(cluster.peers(1))).toHaveLength(3);
      reconnect(first);
      await expectFirstJoins();
    });

    test('where all have lost their volumes the first founds one only once its user has it founded anew', async () => {
      const { cluster } = given;
      const machines = await takeAway(given, cluster.nodes);
      for (const machine of machines) machine.loseVolume('storage');
      bringBack(given, machines);
      await expectFirstWaits();
      // What a raised number makes of the founding time, which the tests have no Terraform for.
      cluster.foundedAt = new Date().toISOString().replace(/\.\d+/, '');
      await cluster.apply({ foundingGeneration: 2 });
      await cluster.untilReady(180);
      await expectOneCluster();
      expect(cluster.nodes.map(kept)).toEqual([404, 404, 404]);
      await cluster.rollOut({});
      await cluster.untilReady();
    });
  });
}
