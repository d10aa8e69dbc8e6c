import { QdrantVersion } from '../../../lib';
import { describeWith } from '../../support/programs';
import { until } from '../../support/until';
import { ADMIN_KEY, HARNESS, PodCluster, SETUP_TIMEOUT } from './cluster';
import { Pod } from './pod';

const REST = 6333;
const admin = ADMIN_KEY;

describeWith(HARNESS, 'what happens to a pod', () => {
  let cluster: PodCluster;

  beforeAll(async () => {
    cluster = await PodCluster.started('faults');
  }, SETUP_TIMEOUT);
  afterAll(() => cluster?.stop(), 120000);

  const put = (path: string, body: unknown) => cluster.rest(path, { method: 'PUT', body: JSON.stringify(body), key: admin });
  const point = { id: 4711, vector: [1, 2], payload: { kept: true } };
  const kept = (node: number) => cluster.rest('/collections/first/points/4711', { node, key: admin }).status;

  beforeAll(() => {
    expect(put('/collections/first', { vectors: { size: 2, distance: 'Dot' } }).status).toBe(200);
    expect(put('/collections/first/points?wait=true', { points: [point] }).status).toBe(200);
  });

  test('a server that is killed is started again, with its data', async () => {
    const pod = cluster.pods[2];
    const before = pod.restarts;
    // The container ends with its server, and what runs in it may end before it says how it ended.
    pod.try('pkill -KILL -f -- --config-path');
    await until('it was started again', 30, () => pod.restarts > before);
    await cluster.untilReady();
    expect(kept(2)).toBe(200);
  });

  test('while one is away the others go on with the certificate that they have, unless it is about to end', async () => {
    const [first, second, third] = cluster.pods;
    const serials = () => [first, second].map((pod) => cluster.serial(pod, REST));
    const change = async (certificate: string) => {
      const before = serials();
      cluster.store.secrets['nodes-tls'] = cluster.certificate(certificate);
      [first, second].forEach((pod) => pod.update(cluster.store));
      return () => serials().every((serial, index) => serial.startsWith('serial=') && serial !== before[index]);
    };
    await third.stop();
    const ending = await change('nodes-ending');
    // Longer than it takes until both have had their turn.
    await new Promise((resolve) => setTimeout(resolve, 35000));
    expect(ending()).toBe(false);
    cluster.startPod(third);
    await cluster.untilReady();
    await until('the certificate that is about to end everywhere', 120, ending);
    await cluster.untilReady();

    await third.stop();
    await until('the next certificate all the same', 120, await change('nodes-next'));
    cluster.startPod(third);
    await cluster.untilReady();
  });

  test('all of them at once come back, with their data', async () => {
    for (const pod of cluster.pods) await pod.stop('KILL');
    cluster.startAll();
    await cluster.untilReady(90);
    expect([0, 1, 2].map(kept)).toEqual([200, 200, 200]);
  });

  test('the first, when it has lost its storage, founds no cluster, and joins the others once its old peer is removed', async () => {
    const [pod] = cluster.pods;
    const before = pod.restarts;
    await pod.stop('KILL');
    pod.loseStorage();
    cluster.startPod(pod);
    // It is refused, and must neither give up nor take itself for the first of another cluster.
    await until('it was refused again and again', 120, () => pod.restarts >= before + 2);
    expect(pod.isReady).toBe(false);
    cluster.removePeer(0, { node: 1, key: admin });
    await cluster.untilReady(120);
    await until('it is among the peers', 60, () => [0, 1].every((node) => cluster.peers(node).length === 3));
  });

  test('an upgrade that skips a minor release, or goes back, is refused', async () => {
    const pod = cluster.pods[1];
    for (const stored of ['1.17.0', '1.20.0']) {
      await pod.stop('KILL');
      pod.writeStorage('.qdrant-version', stored);
      cluster.synth({ version: QdrantVersion.V1_19_0 });
      cluster.startPod(pod);
      await until('it says so', 30, () => pod.log.includes(`last served by Qdrant ${stored}; 1.19.0 cannot follow it`));
      expect(pod.isReady).toBe(false);
    }
    // The pod has been starting again and again.
    pod.writeStorage('.qdrant-version', '1.18.3');
    await cluster.untilReady();
    await until('the version is remembered', 10, () => versionOf(pod) === '1.19.0');
  });

  test('a release that does not work does not block the way back', async () => {
    const pod = cluster.pods[1];
    const before = pod.restarts;
    await pod.stop();
    cluster.synth({ version: QdrantVersion.of('1.20.0') });
    Object.assign(pod.environment, { QDRANT_STAND_IN_TAG: 'v1.20.0', QDRANT_STAND_IN_BROKEN: 'yes' });
    cluster.startPod(pod);
    await until('it has failed again and again', 60, () => pod.restarts >= before + 2);
    await pod.stop('KILL');
    Object.assign(pod.environment, { QDRANT_STAND_IN_TAG: 'v1.19.0', QDRANT_STAND_IN_BROKEN: '' });
    cluster.synth({ version: QdrantVersion.V1_19_0 });
    cluster.startPod(pod);
    await cluster.untilReady();
  });

  test('a refused way back never gets through, however often the pod starts', async () => {
    const pod = cluster.pods[1];
    await pod.stop();
    cluster.synth({ version: QdrantVersion.of('1.20.0') });
    pod.environment.QDRANT_STAND_IN_TAG = 'v1.20.0';
    cluster.startPod(pod);
    await cluster.untilReady();
    await until('the version is remembered', 10, () => versionOf(pod) === '1.20.0');
    await pod.stop();
    cluster.synth({ version: QdrantVersion.V1_19_0 });
    const [before, logged] = [pod.restarts, pod.log.length];
    cluster.startPod(pod);
    await until('it was refused again and again', 60, () => pod.restarts >= before + 3);
    const refusals = pod.log.slice(logged).match(/last served by Qdrant 1\.20\.0; 1\.19\.0 cannot follow it/g);
    expect(refusals!.length).toBeGreaterThanOrEqual(3);
    expect(pod.log.slice(logged)).not.toMatch(/listens/);
    await pod.stop('KILL');
    cluster.synth({ version: QdrantVersion.of('1.20.0') });
    cluster.startPod(pod);
    await cluster.untilReady();
  });

  const versionOf = (pod: Pod) => pod.run('cat /qdrant/storage/.qdrant-version');
});
