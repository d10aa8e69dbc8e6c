import { writeFileSync } from 'node:fs';
import { kubernetes, QdrantVersion } from '../../../lib';
import { describeWith } from '../../support/programs';
import { until } from '../../support/until';
import { ADMIN_KEY, HARNESS, NEXT_ADMIN_KEY, PodCluster, READ_ONLY_KEY } from './cluster';
import { Pod } from './pod';
import { Traffic } from './traffic';

const REST = 6333;
const GRPC = 6334;
const PEER = 6335;
const GRPC_BEHIND_GUARD = 6336;
const REST_BEHIND_GUARD = 6337;
const METRICS_BEHIND_GUARD = 6338;
const METRICS = 9153;

const [key1, key2, readOnly] = [ADMIN_KEY, NEXT_ADMIN_KEY, READ_ONLY_KEY];

describeWith(HARNESS, 'pods that run', () => {
  let cluster: PodCluster;
  let admin = key1;

  beforeAll(async () => {
    cluster = await PodCluster.start('pods');
  }, 120000);
  afterAll(() => cluster?.stop(), 120000);

  const put = (path: string, body: unknown, options = {}) =>
    cluster.rest(path, { method: 'PUT', body: JSON.stringify(body), key: admin, ...options });
  const peers = (node = 0) => cluster.peers(node, admin);

  describe('what is missing or not good keeps Qdrant from starting', () => {
    const bad: Array<[string, () => void, RegExp]> = [
      ['no admin key', () => (cluster.store.secrets['key-1'] = { 'api-key': '' }), /the admin API key is missing or empty/],
      ['a short key', () => (cluster.store.secrets['key-1'] = { 'api-key': 'short' }), /'admin' has 5 characters; at least 32/],
      [
        'a key that fits no header',
        () => (cluster.store.secrets['key-1'] = { 'api-key': `${'a b'.repeat(20)}` }),
        /characters that do not fit a header/,
      ],
      [
        'a certificate of another host',
        () => (cluster.store.secrets['nodes-tls'] = cluster.certificate('nodes-elsewhere')),
        /does not name this node's host vectors-0\.vectors-peers\.search\.svc\.cluster\.local/,
      ],
      [
        'a certificate that is not valid yet',
        () => (cluster.store.secrets['nodes-tls'] = cluster.certificate('nodes-early')),
        /not good as sslserver: .*certificate is not yet valid/,
      ],
      [
        'a key of another certificate',
        () =>
          (cluster.store.secrets['nodes-tls'] = {
            ...cluster.certificate('nodes'),
            'tls.key': cluster.read('nodes-next-key.pem'),
          }),
        /the private key does not belong to the certificate/,
      ],
    ];

    test.each(bad)('%s', async (_what, spoil, message) => {
      const [pod] = cluster.pods;
      const before = { ...cluster.store.secrets };
      const seen = pod.log.length;
      spoil();
      cluster.startPod(pod);
      try {
        await until('it says so', 30, () => message.test(pod.log.slice(seen)));
        expect(pod.try('pgrep -f -- --config-path').code).toBe(1);
        expect(pod.try('ls /run/qdrant/current').code).not.toBe(0);
      } finally {
        await pod.stop();
        Object.assign(cluster.store.secrets, before);
      }
    });
  });

  describe('what is seen from outside', () => {
    beforeAll(async () => {
      cluster.startAll();
      await cluster.untilReady(90);
    });

    test('three peers found each other, all started at once', async () => {
      await until('three peers', 60, () => [0, 1, 2].every((node) => peers(node).length === 3));
    });

    test.each([0, 1, 2])('without a key, or with a wrong one, node %i refuses', (node) => {
      for (const key of [undefined, 'x'.repeat(48)]) {
        expect(cluster.rest('/collections', { node, key }).status).toBe(401);
        expect(cluster.grpc({ node, key })).toBe('UNAUTHENTICATED');
      }
      expect(cluster.rest('/collections', { node, key: admin }).status).toBe(200);
      expect(cluster.grpc({ node, key: admin })).toBe('OK');
    });

    test('the read-only key reads and does not write', () => {
      const collection = { vectors: { size: 2, distance: 'Dot' } };
      expect(put('/collections/first', collection, { key: readOnly }).status).toBe(403);
      expect(put('/collections/first', collection).status).toBe(200);
      expect(cluster.rest('/collections', { key: readOnly }).status).toBe(200);
    });

    test.each(['', 'expired', 'early', 'other-client'])(
      'a client with the certificate "%s" is refused on REST and on gRPC',
      (client) => {
        expect(cluster.rest('/', { client, key: admin })).toMatchObject({ status: 0 });
        expect(cluster.grpc({ client, key: admin })).toBe('UNAVAILABLE');
      },
    );

    test('a certificate of the nodes’ authority is none of a client, on any port of clients, and the other way round', () => {
      const from = cluster.pods[0].member;
      for (const port of [REST, METRICS]) {
        expect(cluster.rest('/', { from, port, client: 'client' })).toMatchObject({ status: 200 });
        expect(cluster.rest('/', { from, port, client: 'nodes' })).toMatchObject({ status: 0 });
      }
      expect(cluster.grpc({ client: 'client', key: admin })).toBe('OK');
      expect(cluster.grpc({ client: 'nodes', key: admin })).toBe('UNAVAILABLE');
      for (const port of [REST_BEHIND_GUARD, METRICS_BEHIND_GUARD]) {
        expect(cluster.rest('/', { from, port, client: 'nodes' })).toMatchObject({ status: 200 });
        expect(cluster.rest('/', { from, port, client: 'client' })).toMatchObject({ status: 0 });
      }
    });

    test('the server may open as many files as the machine lets it', () => {
      const limits = cluster.pods[0].run('cat /proc/$(pgrep -of -- --config-path)/limits');
      const [, soft, hard] = /^Max open files +(\d+) +(\d+)/m.exec(limits)!;
      expect(soft).toBe(hard);
      expect(Number(hard)).toBeGreaterThan(1024);
    });

    test('ports are reachable from whom they are meant for, and from nobody else', () => {
      const ports = [REST, GRPC, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD, METRICS_BEHIND_GUARD, METRICS];
      const reached = (from: any) => ports.filter((port) => cluster.connects(from, 1, port));
      expect(reached(cluster.allowed)).toEqual([REST, GRPC]);
      expect(reached(cluster.refused)).toEqual([]);
      expect(reached(cluster.pods[0].member)).toEqual([REST, PEER, REST_BEHIND_GUARD]);
    });

    test('the server has no right that it does not need, and can write to its volumes only', () => {
      const [pod] = cluster.pods;
      const status = pod.run('cat /proc/$(pgrep -of -- --config-path)/status');
      expect(status).toMatch(/^Uid:\t1000\t1000\t1000\t1000$/m);
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      for (const path of ['/', '/qdrant', '/opt/qdrant', '/run/secrets/qdrant/keys', '/etc']) {
        expect(pod.try(`touch ${path}/probe`).code).not.toBe(0);
      }
      expect(pod.run('ls /qdrant/storage')).toContain('raft_state.json');
      expect(pod.run('stat --format %a /run/qdrant/current/node.yaml').trim()).toBe('600');
    });

    test('of a pod with both families every address is served', () => {
      const [pod] = cluster.pods;
      const prepared =
        'f=$(RUNTIME=/tmp/both POD_IPS=10.0.0.10,fd00::10 /opt/qdrant/prepare.sh); cat $f/node.yaml $f/guard.conf; rm -r /tmp/both';
      expect(pod.run('cat /run/qdrant/current/node.yaml')).toContain("host: '0.0.0.0'");
      const listeners = (text: string) => text.match(/^ +listen \S+/gm)?.map((line) => line.trim());
      const [rest, grpc, metrics] = [REST, GRPC, METRICS].map(String);
      expect(listeners(pod.run('cat /run/qdrant/current/guard.conf'))).toEqual(
        [rest, grpc, metrics].map((port) => `listen ${port}`),
      );
      expect(pod.run(prepared)).toMatch(/host: '::'/);
      expect(listeners(pod.run(prepared))).toEqual(
        [rest, grpc, metrics].flatMap((port) => [`listen ${port}`, `listen [::]:${port}`]),
      );
    });

    test('no key is seen in processes, in their environment, in the log or in what is stored', () => {
      for (const pod of cluster.pods) {
        const seen = [pod.log, pod.run('ps axeww'), pod.run('cat /proc/[0-9]*/environ | tr "\\0" "\\n"')].join('\n');
        expect(seen).toContain('qdrant');
        for (const key of [key1, readOnly]) {
          expect(seen.includes(key)).toBe(false);
          expect(pod.try(`grep -rlF -f - /qdrant/storage /tmp <<'END'\n${key}\nEND`)).toEqual({ code: 1, output: '' });
        }
      }
    });
  });

  describe('a change, while a client writes and reads', () => {
    let traffic: Traffic;
    const ports = [REST, GRPC, PEER, GRPC_BEHIND_GUARD, REST_BEHIND_GUARD, METRICS];
    const serials = () => cluster.pods.map((pod) => ports.map((port) => cluster.serial(pod, port)));
    const restart = async (what: string, holds: () => boolean) => {
      await cluster.updateFiles();
      await until(what, 180, holds);
      await cluster.untilReady();
    };

    beforeAll(async () => {
      traffic = await Traffic.start(cluster);
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

  describe('what happens to a pod', () => {
    const point = { id: 4711, vector: [1, 2], payload: { kept: true } };
    const kept = (node: number) => cluster.rest('/collections/first/points/4711', { node, key: admin }).status;

    beforeAll(() => {
      expect(put('/collections/first/points?wait=true', { points: [point] }).status).toBe(200);
    });

    test('a server that is killed is started again, with its data', async () => {
      const pod = cluster.pods[2];
      const before = pod.restarts;
      pod.run('pkill -KILL -f -- --config-path');
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
      await until('it is among the peers', 60, () => peers(0).length === 3 && peers(1).length === 3);
    });

    test('an upgrade that skips a minor release, or goes back, is refused', async () => {
      const pod = cluster.pods[1];
      for (const stored of ['1.17.0', '1.20.0']) {
        await pod.stop('KILL');
        pod.writeStorage('.qdrant-version', stored);
        cluster.synth({ version: QdrantVersion.V1_19_0, apiKeys: keysNow() });
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
      cluster.synth({ version: QdrantVersion.of('1.20.0'), apiKeys: keysNow() });
      Object.assign(pod.environment, { QDRANT_STAND_IN_TAG: 'v1.20.0', QDRANT_STAND_IN_BROKEN: 'yes' });
      cluster.startPod(pod);
      await until('it has failed again and again', 60, () => pod.restarts >= before + 2);
      await pod.stop('KILL');
      Object.assign(pod.environment, { QDRANT_STAND_IN_TAG: 'v1.19.0', QDRANT_STAND_IN_BROKEN: '' });
      cluster.synth({ version: QdrantVersion.V1_19_0, apiKeys: keysNow() });
      cluster.startPod(pod);
      await cluster.untilReady();
    });

    test('a refused way back never gets through, however often the pod starts', async () => {
      const pod = cluster.pods[1];
      await pod.stop();
      cluster.synth({ version: QdrantVersion.of('1.20.0'), apiKeys: keysNow() });
      pod.environment.QDRANT_STAND_IN_TAG = 'v1.20.0';
      cluster.startPod(pod);
      await cluster.untilReady();
      await until('the version is remembered', 10, () => versionOf(pod) === '1.20.0');
      await pod.stop();
      cluster.synth({ version: QdrantVersion.V1_19_0, apiKeys: keysNow() });
      const [before, logged] = [pod.restarts, pod.log.length];
      cluster.startPod(pod);
      await until('it was refused again and again', 60, () => pod.restarts >= before + 3);
      const refusals = pod.log.slice(logged).match(/last served by Qdrant 1\.20\.0; 1\.19\.0 cannot follow it/g);
      expect(refusals!.length).toBeGreaterThanOrEqual(3);
      expect(pod.log.slice(logged)).not.toMatch(/listens/);
      await pod.stop('KILL');
      cluster.synth({ version: QdrantVersion.of('1.20.0'), apiKeys: keysNow() });
      cluster.startPod(pod);
      await cluster.untilReady();
    });

    const versionOf = (pod: Pod) => pod.run('cat /qdrant/storage/.qdrant-version');

    function keysNow(): kubernetes.ApiKeys {
      return kubernetes.ApiKeys.fromSecrets({
        admin: kubernetes.Secret.fromName('key-2'),
        readOnly: kubernetes.Secret.fromName('key-read'),
      });
    }
  });
});
