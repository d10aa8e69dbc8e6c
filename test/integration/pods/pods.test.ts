import { describeWith } from '../../support/programs';
import { until } from '../../support/until';
import { ADMIN_KEY, HARNESS, PodCluster, READ_ONLY_KEY, SETUP_TIMEOUT } from './cluster';

const REST = 6333;
const GRPC = 6334;
const PEER = 6335;
const GRPC_BEHIND_GUARD = 6336;
const REST_BEHIND_GUARD = 6337;
const METRICS_BEHIND_GUARD = 6338;
const METRICS = 9153;

const [key1, readOnly] = [ADMIN_KEY, READ_ONLY_KEY];

describeWith(HARNESS, 'pods that run', () => {
  let cluster: PodCluster;
  const admin = key1;

  beforeAll(async () => {
    cluster = await PodCluster.start('pods');
  }, SETUP_TIMEOUT);
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
      const reached = (from: any) => cluster.openPorts(from, 1, ports);
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
});
