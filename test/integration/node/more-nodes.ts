import { Given } from './given';

/** What a change must be asked is more than it takes otherwise. */
const QUICK = { requestsPerSecond: 240 };
const [STAYING, ADDED] = [3, 3];

/** A node that comes, and goes again. */
export function moreNodes(given: Given): void {
  describe('a change of how many nodes there are, while a client writes and reads', () => {
    const containers = () =>
      given.cluster.machines.map((machine) => machine.run('docker inspect --format "{{.Id}}" qdrant').trim());

    /** Every node counts as many, and knows each of them. */
    function expectOneCluster(nodes: number): void {
      const { cluster, admin } = given;
      const hosts = Array.from({ length: nodes }, (_, index) => cluster.host(index));
      expect(cluster.machines).toHaveLength(nodes);
      for (const [node, machine] of cluster.machines.entries()) {
        expect(machine.run('jq --raw-output ".peers[]" /opt/qdrant/etc/cluster.json').trim().split('\n')).toEqual(hosts);
        const { peers } = JSON.parse(cluster.rest('/cluster', { node, key: admin }).body).result;
        const uris = Object.values<any>(peers).map(({ uri }) => new URL(uri).hostname);
        expect(uris.sort()).toEqual(hosts);
      }
    }

    test('three become four, of which none of the three restarts', async () => {
      const { cluster, admin } = given;
      const before = containers();
      await cluster.change(
        'nodes: 3 to 4',
        async () => {
          await cluster.resize(STAYING + 1);
          await cluster.untilReady(240);
        },
        QUICK,
      );
      expect(containers().slice(0, STAYING)).toEqual(before);
      expectOneCluster(STAYING + 1);
      expect(cluster.grpc({ node: ADDED, key: admin })).toBe('OK');
    });

    test('four become three in the order of the guide, and none of the three restarts', async () => {
      const { cluster, admin } = given;
      const before = containers();
      const shrink = async () => {
        cluster.removePeer(ADDED, { node: 0, key: admin });
        cluster.arrange = (one) => one.unprotectNode(ADDED);
        await cluster.resize(STAYING);
        await cluster.untilReady(60);
      };
      await cluster.change('nodes: 4 to 3', shrink, { ...QUICK, nodes: STAYING });
      cluster.arrange = () => {};
      expect(containers()).toEqual(before.slice(0, STAYING));
      expectOneCluster(STAYING);
    });
  });
}
