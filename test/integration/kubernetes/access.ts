import { PodClient } from './asked';
import { CLIENTS } from './clients';
import { ADMIN_KEY, READ_ONLY_KEY } from './cluster';
import { Given } from './given';
import { rights } from './rights';

const [REST, GRPC, PEER, GRPC_BEHIND, REST_BEHIND, METRICS_BEHIND, METRICS] = [6333, 6334, 6335, 6336, 6337, 6338, 9153];
const PORTS = [REST, GRPC, PEER, GRPC_BEHIND, REST_BEHIND, METRICS_BEHIND, METRICS];

/** Who gets in, and what the server may do. */
export function access(given: Given): void {
  test('becomes ready, on a machine for each node, where the Pod Security Standard "restricted" is enforced', async () => {
    const { cluster } = given;
    const machines = await Promise.all(cluster.nodes.map((node) => cluster.machineOf(node)));
    expect(new Set(machines.map(({ name }) => name)).size).toBe(3);
    for (const node of cluster.nodes) expect(Object.values(cluster.peers(node))).toHaveLength(3);
  });

  networkPolicies(given);
  clientsWho(given);
  rights(given);
}

function networkPolicies(given: Given): void {
  describe('its network policies, enforced', () => {
    test.each(Object.keys(CLIENTS))('let the client %s reach what it may, and nothing else', (client) => {
      const { cluster } = given;
      const addresses = cluster.hosts.flatMap((host) => PORTS.map((port) => `${host}:${port}`));
      const allowed = client === 'allowed' ? [REST, GRPC] : [];
      const expected = cluster.hosts.flatMap((host) => allowed.map((port) => `${host}:${port}`));
      expect(cluster.clients.open(client, addresses).sort()).toEqual(expected.sort());
    });

    test('let the nodes reach each other and names, and nothing else', async () => {
      const { cluster, real } = given;
      const open = (address: string) =>
        cluster.exec(0, `timeout 5 bash -c '</dev/tcp/${address.replace(':', '/')}'`).code === 0;
      const reached = PORTS.filter((port) => open(`${cluster.host(1)}:${port}`));
      // A node that is added before the guard is there, or after it, finds the others all the same.
      expect(reached).toEqual([REST, PEER, REST_BEHIND]);
      const client = await real.get('Pod', 'allowed', 'apps');
      expect(open(`${client.status.podIP}:8080`)).toBe(false);
      // The API, which every pod could ask otherwise, and a machine.
      expect(open('kubernetes.default.svc.cluster.local:443')).toBe(false);
      expect(open('10.0.0.10:6443')).toBe(false);
    });

    test('are what refuses: without them everyone connects', async () => {
      const { cluster, real } = given;
      const addresses = [`${cluster.host(1)}:${PEER}`];
      const path = '/apis/networking.k8s.io/v1/namespaces/search/networkpolicies';
      const policies = (await real.call('GET', path)).body.items;
      expect(policies.length).toBeGreaterThan(0);
      for (const { metadata } of policies) await real.call('DELETE', `${path}/${metadata.name}`);
      await real.until('everyone connects', 60, async () => cluster.clients.open('elsewhere', addresses).length === 1);
      await cluster.apply();
      await real.until('nobody does', 60, async () => cluster.clients.open('elsewhere', addresses).length === 0);
    });
  });
}

function clientsWho(given: Given): void {
  describe('clients who reach it', () => {
    test.each([0, 1, 2])('are refused by node %i without a key, or with a wrong one', (node) => {
      const { cluster } = given;
      for (const key of [null, 'x'.repeat(48)]) {
        expect(cluster.rest(node, '/collections', { key }).status).toBe(401);
        expect(cluster.grpc(node, { key })).toBe('UNAUTHENTICATED');
      }
      expect(cluster.rest(node, '/collections').status).toBe(200);
      expect(cluster.grpc(node)).toBe('OK');
    });

    test('read with the read-only key, and do not write', () => {
      const { cluster } = given;
      const body = { vectors: { size: 2, distance: 'Dot' } };
      const write = (key: string) => cluster.rest(0, '/collections/first', { method: 'PUT', body, key }).status;
      expect(write(READ_ONLY_KEY)).toBe(403);
      expect(cluster.rest(0, '/collections/first').status).toBe(404);
      expect(write(ADMIN_KEY)).toBe(200);
      expect(cluster.rest(0, '/collections/first', { key: READ_ONLY_KEY }).status).toBe(200);
      expect(cluster.rest(0, '/collections/first', { method: 'DELETE', key: READ_ONLY_KEY }).status).toBe(403);
      expect(cluster.rest(0, '/collections/first', { method: 'DELETE' }).status).toBe(200);
    });

    test.each(['', 'expired', 'early', 'other-client'])(
      'are refused on REST and on gRPC where their certificate is "%s"',
      (client) => {
        const { cluster } = given;
        expect(cluster.rest(0, '/', { client })).toMatchObject({ status: 0 });
        expect(cluster.grpc(0, { client })).toBe('UNAVAILABLE');
        expect(cluster.rest(0, '/').status).toBe(200);
      },
    );

    test('tell an impostor by its CA, and by its name', async () => {
      const { cluster } = given;
      // The same subject, another key.
      const { status, body } = cluster.rest(0, '/', { ca: 'nodes-ca-renewed.pem' });
      expect([status, body]).toEqual([0, expect.stringMatching(/unable to verify|signature|issuer certificate/)]);
      const { podIP } = (await cluster.get(0)).status;
      expect(cluster.clients.rest(podIP, '/', {})).toEqual({ status: 0, body: expect.stringContaining('altnames') });
    });
  });

  describe('on any port', () => {
    test('a certificate of the nodes’ authority is none of a client, and the other way round', () => {
      const { cluster } = given;
      const [itself, other] = [new PodClient(cluster, 0), new PodClient(cluster, 1)];
      [itself, other].forEach((one) => one.bring('client', 'nodes'));
      // From inside of the pod, where all of them are reached; and from another node, which reaches three of them.
      const answers = (certificate: string) => ({
        rest: itself.status(`127.0.0.1:${REST}`, certificate),
        metrics: itself.status(`127.0.0.1:${METRICS}`, certificate, '/metrics'),
        restToNodes: other.status(`${cluster.host(0)}:${REST}`, certificate),
        grpc: itself.isKept(`127.0.0.1:${GRPC}`, certificate),
        behindGuard: itself.status(`127.0.0.1:${REST_BEHIND}`, certificate),
        behindGuardToNodes: other.status(`${cluster.host(0)}:${REST_BEHIND}`, certificate),
        metricsBehindGuard: itself.status(`127.0.0.1:${METRICS_BEHIND}`, certificate, '/metrics'),
        peer: itself.isKept(`127.0.0.1:${PEER}`, certificate),
        peerToNodes: other.isKept(`${cluster.host(0)}:${PEER}`, certificate),
      });
      const ofClients = { rest: 200, metrics: 200, restToNodes: 200, grpc: true };
      const ofNodes = { behindGuard: 200, behindGuardToNodes: 200, metricsBehindGuard: 200, peer: true, peerToNodes: true };
      const refused = (ports: { [name: string]: number | boolean }) =>
        Object.fromEntries(Object.entries(ports).map(([name, answer]) => [name, answer === true ? false : 0]));
      try {
        expect(answers('client')).toEqual({ ...ofClients, ...refused(ofNodes) });
        expect(answers('nodes')).toEqual({ ...refused(ofClients), ...ofNodes });
      } finally {
        [itself, other].forEach((one) => one.forget());
      }
      expect(cluster.grpc(0, { client: 'nodes' })).toBe('UNAVAILABLE');
    });

    test('there is no answer to plain HTTP', () => {
      const answers = new PodClient(given.cluster, 0).ofPorts(
        PORTS,
        `(
           exec 3<>/dev/tcp/127.0.0.1/$port && echo connected
           printf 'GET / HTTP/1.1\\r\\nHost: node\\r\\n\\r\\n' >&3
           timeout 5 head -c 300 <&3 | tr -d '\\0'
         ) 2>/dev/null`,
      );
      for (const port of PORTS) {
        expect([port, answers[port]]).toEqual([port, expect.stringMatching(/^connected/)]);
        expect([port, answers[port]]).not.toEqual([port, expect.stringMatching(/HTTP\/|qdrant/i)]);
      }
    });

    test('TLS before 1.2 is refused, and 1.2 is not', () => {
      const identity = '-cert /run/qdrant/current/tls/cert.pem -key /run/qdrant/current/tls/key.pem';
      const shake = (version: string) =>
        new PodClient(given.cluster, 0).ofPorts(
          PORTS,
          `timeout 5 openssl s_client -${version} -cipher ALL:@SECLEVEL=0 -connect 127.0.0.1:$port ${identity} </dev/null 2>&1 |
             grep -a -o -m 1 -e 'alert protocol version' -e 'New, TLSv1.2, Cipher is ECDHE'`,
        );
      const all = (said: string) => Object.fromEntries(PORTS.map((port) => [port, said]));
      for (const version of ['tls1', 'tls1_1']) expect(shake(version)).toEqual(all('alert protocol version'));
      expect(shake('tls1_2')).toEqual(all('New, TLSv1.2, Cipher is ECDHE'));
    });
  });
}
