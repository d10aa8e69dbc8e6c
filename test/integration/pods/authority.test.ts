import { writeFileSync } from 'node:fs';
import { kubernetes } from '../../../lib';
import { describeWith } from '../../support/programs';
import { Traffic } from '../../support/traffic-client';
import { until } from '../../support/until';
import { ADMIN_KEY, HARNESS, PodCluster, SETUP_TIMEOUT } from './cluster';
import { Pod } from './pod';

const PORTS = [6333, 6334, 6335, 6336, 6337, 9153];

describeWith(HARNESS, 'the authority of the nodes’ certificates', () => {
  let cluster: PodCluster;

  beforeAll(async () => {
    cluster = await PodCluster.start('cas');
    // What clients are told before: both.
    writeFileSync(cluster.file('ca.pem'), cluster.read('nodes-ca.pem') + cluster.read('nodes-ca-renewed.pem'));
    cluster.startAll();
    await cluster.untilReady(90);
  }, SETUP_TIMEOUT);
  afterAll(() => cluster?.stop(), 120000);

  const believed = (pod: Pod) => pod.try('cat /run/qdrant/current/tls/ca.pem').output;
  const serials = (pod: Pod) => new Set(PORTS.map((port) => cluster.serial(pod, port)));

  test('gets a new key without anybody’s doing: no client notices, no node is cut off, and the old one is believed no more', async () => {
    const traffic = await Traffic.start(cluster, cluster.pods.length);
    try {
      const [first] = cluster.pods;
      const before = serials(first);
      cluster.store.secrets['nodes-tls'] = cluster.certificate('nodes-renewed', 'nodes-ca-renewed.pem');
      await cluster.updateFiles();
      // Before that, the server of a pod that starts anew would be cut off until they do: it has no other certificate than the new one then.
      await until('the others believe the new one too', 180, () =>
        cluster.pods.slice(1).every((pod) => believed(pod).includes(cluster.read('nodes-ca-renewed.pem').trim())),
      );
      // One of the pods starts anew in the middle of it, and has no more than what is offered and what its volume remembers.
      await first.stop();
      cluster.startPod(first);
      await until('everyone believes the new one alone', 400, () =>
        cluster.pods.every((pod) => believed(pod) === cluster.read('nodes-ca-renewed.pem')),
      );
      await cluster.untilReady(120);
      for (const pod of cluster.pods) {
        expect(serials(pod).size).toBe(1);
        expect(before.has([...serials(pod)][0])).toBe(false);
      }
    } finally {
      const seen = await traffic.stop();
      expect(seen.written).toBeGreaterThan(100);
      expect(seen).toMatchObject({ failed: 0, lost: 0, notReadyAtOnce: 1 });
    }
  });

  test('is changed in the documented steps without refusing a client whose certificate is of one or of the other', async () => {
    const bundle = (name: string) => kubernetes.CaBundle.fromConfigMap(name);
    Object.assign(cluster.store.configMaps, {
      old: { 'ca.crt': cluster.read('nodes-ca-renewed.pem') },
      new: { 'ca.crt': cluster.read('nodes-ca.pem') },
    });
    const clientVerification = kubernetes.ClientVerification.required();
    const accepted = (client: string) =>
      [0, 1, 2].every(
        (node) =>
          cluster.rest('/collections', { node, client, key: ADMIN_KEY }).status === 200 &&
          cluster.grpc({ node, client, key: ADMIN_KEY }) === 'OK',
      );

    cluster.synth({ clientVerification, trustedAuthorities: [bundle('new')] });
    await cluster.roll();
    expect(['nodes-renewed', 'nodes'].map(accepted)).toEqual([true, true]);

    cluster.store.secrets['nodes-tls'] = cluster.certificate('nodes');
    cluster.synth({ clientVerification, trustedAuthorities: [bundle('old')] });
    await cluster.roll();
    expect(['nodes-renewed', 'nodes'].map(accepted)).toEqual([true, true]);

    cluster.synth({ clientVerification });
    await cluster.roll();
    await until('the old one is believed no more', 180, () =>
      cluster.pods.every((pod) => believed(pod) === cluster.read('nodes-ca.pem')),
    );
    await cluster.untilReady();
    await until('its clients are refused', 30, () => cluster.rest('/', { client: 'nodes-renewed' }).status === 0);
    expect(['nodes-renewed', 'nodes'].map(accepted)).toEqual([false, true]);
    expect(accepted('client')).toBe(false);
  });
});
