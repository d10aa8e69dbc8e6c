import { Given, pause } from './given';

/** Nodes that have lost their volumes, long after the cluster was founded. */
export function founding(given: Given): void {
  describe('long after it was founded', () => {
    test('the first node, when it has lost its volume while the others are away, founds no second cluster', async () => {
      const { cluster, real } = given;
      cluster.foundedAt = '2026-01-01T00:00:00Z';
      await cluster.apply();
      const machines = await Promise.all(cluster.nodes.map((node) => cluster.machineOf(node)));
      // The kubelet brings the file up to date.
      await pause(5);
      for (const { name } of machines) real.kubectl('cordon', name);
      cluster.killPods(cluster.nodes);
      await real.until('all of them are away', 120, async () => {
        const pods = await Promise.all(cluster.nodes.map((node) => cluster.get(node)));
        return pods.every((pod) => pod !== undefined && pod.spec.nodeName === undefined);
      });
      machines[0].loseVolume('storage');
      real.kubectl('uncordon', machines[0].name);
      await real.until('it says why it waits', 90, async () => cluster.log(0).includes('It does not found a new cluster'));
      expect(await cluster.isReady(0)).toBe(false);
      for (const { name } of machines.slice(1)) real.kubectl('uncordon', name);
      await cluster.untilReady(180, [1, 2]);
      // Its address still belongs to the peer that it was.
      cluster.removePeer(0, { through: 1 });
      await cluster.untilReady(240);
      for (const node of cluster.nodes) expect(Object.keys(cluster.peers(node))).toHaveLength(3);
    });
  });
}
