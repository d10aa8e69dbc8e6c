import { describeWith } from '../../support/programs';
import { until } from '../../support/until';
import { ADMIN_KEY, HARNESS, PodCluster, SETUP_TIMEOUT } from './cluster';

const HOUR = 3600 * 1000;
const WAITS = /It does not found a new cluster: the time for that was within 60 minutes of/g;

describeWith(HARNESS, 'a first pod that has lost its disk, hours after the cluster was made', () => {
  let cluster: PodCluster;

  beforeAll(async () => {
    cluster = await PodCluster.start('found');
    cluster.startAll();
    await cluster.untilReady(90);
    const put = (path: string, body: unknown) =>
      expect(cluster.rest(path, { method: 'PUT', body: JSON.stringify(body), key: ADMIN_KEY }).status).toBe(200);
    put('/collections/first', { vectors: { size: 2, distance: 'Dot' } });
    put('/collections/first/points?wait=true', { points: [{ id: 4711, vector: [1, 2] }] });
    cluster.foundingTime = new Date(Date.now() - 5 * HOUR);
    cluster.synth({});
    await cluster.updateFiles();
  }, SETUP_TIMEOUT);
  afterAll(() => cluster?.stop(), 120000);

  const kept = (node: number) => cluster.rest('/collections/first/points/4711', { node, key: ADMIN_KEY }).status;

  /** It says why it waits, again and again, and nothing of a cluster is there. */
  async function expectItWaits(): Promise<void> {
    const [pod] = cluster.pods;
    const [logged, restarts] = [pod.log.length, pod.restarts];
    // Whom it is cut off from it waits for some seconds each.
    await until('it has said so again and again', 120, () => (pod.log.slice(logged).match(WAITS) ?? []).length >= 3);
    expect(pod.log.slice(logged)).not.toMatch(/listens/);
    expect(pod.restarts).toBe(restarts);
    expect(pod.isReady).toBe(false);
    expect(pod.run('ls -A /qdrant/storage')).not.toMatch(/raft_state|founder|collections/);
    expect(cluster.rest('/collections', { key: ADMIN_KEY }).status).toBe(0);
  }

  /** The others refuse it while they know its old peer, which an operator removes. */
  async function expectItJoins(): Promise<void> {
    const [pod] = cluster.pods;
    await until('it is refused', 60, () => pod.log.includes('cannot join'));
    cluster.removePeer(0, { node: 1, key: ADMIN_KEY });
    await cluster.untilReady(120);
    await until('it is among the peers', 60, () => [0, 1, 2].every((node) => cluster.peers(node).length === 3));
    expect([0, 1, 2].map(kept)).toEqual([200, 200, 200]);
  }

  test('founds none while all others are down, and joins them when they are back', async () => {
    const [first, second, third] = cluster.pods;
    for (const pod of cluster.pods) await pod.stop('KILL');
    first.loseStorage();
    cluster.startPod(first);
    await expectItWaits();
    cluster.startPod(second);
    cluster.startPod(third);
    await cluster.untilReady(60, [second, third]);
    await expectItJoins();
  });

  test('founds none while it is cut off from the others, and joins them afterwards', async () => {
    const [first] = cluster.pods;
    await first.stop('KILL');
    cluster.cutOff(first);
    first.loseStorage();
    cluster.startPod(first);
    await expectItWaits();
    expect([1, 2].map(kept)).toEqual([200, 200]);
    cluster.cutOff(first, false);
    await expectItJoins();
  });

  test('founds one when all have lost their disks, once its user has it founded anew', async () => {
    for (const pod of cluster.pods) await pod.stop('KILL');
    cluster.pods.forEach((pod) => pod.loseStorage());
    cluster.startAll();
    await expectItWaits();
    // As a raised `foundingGeneration` does.
    cluster.foundingTime = new Date();
    cluster.synth({});
    await cluster.updateFiles();
    await cluster.untilReady(90);
    await until('three peers', 60, () => [0, 1, 2].every((node) => cluster.peers(node).length === 3));
  });
});
