import { CLIENTS } from './clients';
import { Given } from './given';

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
