import { writeFileSync } from 'node:fs';
import { kubernetes } from '../../../lib';
import { describeWith } from '../../support/programs';
import { Traffic } from '../../support/traffic-client';
import { until } from '../../support/until';
import { ADMIN_KEY, HARNESS, NEXT_ADMIN_KEY, PodCluster, READ_ONLY_KEY, SETUP_TIMEOUT } from './cluster';

const REST = 6333;
const GRPC = 6334;
const PEER = 6335;
const GRPC_BEHIND_GUARD = 6336;
const REST_BEHIND_GUARD = 6337;
const METRICS = 9153;

const [key1, key2, readOnly] = [ADMIN_KEY, NEXT_ADMIN_KEY, READ_ONLY_KEY];

describeWith(HARNESS, 'pods that change, while a client writes and reads', () => {
  let cluster: PodCluster;
  let admin = key1;

  beforeAll(async () => {
    cluster = await PodCluster.started('changes');
  }, SETUP_TIMEOUT);
  afterAll(() => cluster?.stop(), 120000);

  let traffic: Traffic;
  const ports = [REST, GRPC, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD, METRICS];
  const serials = () => cluster.pods.map((pod) => ports.map((port) => cluster.serial(pod, port)));
  const restart = async (what: string, holds: () => boolean) => {
    await cluster.updateFiles();
    await until(what, 180, holds);
    await cluster.untilReady();
  };

  beforeAll(async () => {
    traffic = await Traffic.start(cluster, cluster.pods.length);
  });
  afterAll(() => traffic?.kill());

  test('of the certificate reaches every port of every pod, on gRPC and among the peers too', async () => {
    const before = serials();
    cluster.store.secrets['nodes-tls'] = cluster.certificate('nodes-next');
    await restart('new certificates everywhere', () =>
      serials().every((ofPod, pod) =>
        ofPod.every((serial, port) => serial.startsWith('serial=') && serial !== before[pod][port]),
      ),
    );
    expect(cluster.pods.map(({ restarts }) => restarts)).toEqual([0, 0, 0]);
    expect(cluster.grpc({ key: admin })).toBe('OK');
  });

  test('to a certificate that is not valid yet is refused, and the pods go on with the one that they have', async () => {
    const before = serials();
    const logged = cluster.pods.map(({ log }) => log.length);
    cluster.store.secrets['nodes-tls'] = cluster.certificate('nodes-early');
    await cluster.updateFiles();
    try {
      await until('it is refused', 60, () =>
        cluster.pods.every(({ log }, index) => log.slice(logged[index]).includes('certificate is not yet valid')),
      );
      // Longer than it takes until every pod has had its turn.
      await new Promise((resolve) => setTimeout(resolve, 35000));
      expect(serials()).toEqual(before);
    } finally {
      cluster.store.secrets['nodes-tls'] = cluster.certificate('nodes-next');
      await cluster.updateFiles();
    }
  });

  test('of the key goes in steps, each of which takes the key that clients have', async () => {
    Object.assign(cluster.store.secrets, { 'key-2': { 'api-key': key2 } });
    const keys = (admin: string, alternate?: string) => ({
      apiKeys: kubernetes.ApiKeys.fromSecrets({
        admin: kubernetes.Secret.fromName(admin),
        alternate: alternate === undefined ? undefined : kubernetes.Secret.fromName(alternate),
        readOnly: kubernetes.Secret.fromName('key-read'),
      }),
    });
    cluster.synth(keys('key-1', 'key-2'));
    await cluster.roll();
    for (const node of [0, 1, 2]) {
      expect(cluster.rest('/collections', { node, key: key1 }).status).toBe(200);
      expect(cluster.rest('/collections', { node, key: key2 }).status).toBe(200);
    }
    writeFileSync(cluster.file('key'), key2);
    cluster.synth(keys('key-2', 'key-1'));
    await cluster.roll();
    cluster.synth(keys('key-2'));
    await cluster.roll();
    admin = key2;
    expect(cluster.rest('/collections', { key: key1 }).status).toBe(401);
    expect(cluster.rest('/collections', { key: key2 }).status).toBe(200);
  });

  test('of a key behind the same name reaches every pod', async () => {
    cluster.store.secrets['key-read'] = { 'api-key': 'n'.repeat(40) };
    await restart('the new read-only key everywhere', () =>
      [0, 1, 2].every((node) => cluster.rest('/collections', { node, key: 'n'.repeat(40) }).status === 200),
    );
    expect(cluster.rest('/collections', { key: readOnly }).status).toBe(401);
  });

  test('of whom clients’ certificates may come from reaches REST and gRPC', async () => {
    const both = `${cluster.read('client-ca.pem')}${cluster.read('other-client-ca.pem')}`;
    cluster.store.configMaps['client-ca'] = { 'ca.crt': both };
    const client = 'other-client';
    await restart('the other clients are let in', () =>
      [0, 1, 2].every(
        (node) =>
          cluster.rest('/collections', { node, client, key: admin }).status === 200 &&
          cluster.grpc({ node, client, key: admin }) === 'OK',
      ),
    );
  });

  test('loses no request that a retry does not mend, and stops one node at a time', async () => {
    const seen = await traffic.stop();
    expect(seen.written).toBeGreaterThan(100);
    expect(seen).toMatchObject({ failed: 0, lost: 0, notReadyAtOnce: 1 });
  });
});
