import { bringBack, takeAway } from './away';
import { Given } from './given';

/** Volumes that are gone: a person must say so to the cluster, and the log of the node names how. */
export function lostVolumes(given: Given): void {
  /** Does what the log of a node says that has lost its volume, and waits until it serves. */
  async function mend(node: number): Promise<number> {
    const { cluster, real } = given;
    await real.until('its log names what helps', 180, async () =>
      /tries again .* remove that with DELETE \/cluster\/peer\/ID\?force=true on another node/.test(cluster.log(node)),
    );
    expect(await cluster.isReady(node)).toBe(false);
    cluster.removePeer(node, { through: (node + 1) % 3 });
    return cluster.untilReady(240);
  }

  const expectOneCluster = () =>
    given.real.until('all of them are one cluster', 60, async () =>
      given.cluster.nodes.every((node) => Object.keys(given.cluster.peers(node)).length === 3),
    );

  test.each([0, 1, 2])('node %i, whose volume is lost, joins again once its old peer is removed', async (node) => {
    const { cluster } = given;
    await cluster.fault(`the volume of node ${node} lost, and its old peer removed`, async () => {
      const [machine] = await takeAway(given, [node]);
      machine.loseVolume('storage');
      bringBack(given, [machine]);
      return mend(node);
    });
    await expectOneCluster();
  });

  test('a volume that is lost while another node is away costs nothing that was written', async () => {
    const { cluster, real } = given;
    const during = async () => {
      // In this order: what is written once one of them is away, the other alone may have.
      const [lost] = await takeAway(given, [0]);
      lost.loseVolume('storage');
      const away = await takeAway(given, [1]);
      bringBack(given, [lost]);
      await real.until('it looks for another to join through', 120, async () => cluster.log(0).includes('this node has'));
      expect(await cluster.isReady(0)).toBe(false);
      bringBack(given, away);
      await cluster.untilReady(240, [1, 2]);
      return mend(0);
    };
    await cluster.fault('the volume of a node lost while another is away', during, { attempts: 1000 });
    await expectOneCluster();
  });

  test('a machine that is gone for good is replaced by another, once its claims are deleted and its peer is removed', async () => {
    const { cluster, real } = given;
    const machine = await cluster.machineOf(2);
    const { metadata, spec } = await cluster.get(2);
    const claims = spec.volumes.flatMap(({ persistentVolumeClaim }: any) => persistentVolumeClaim?.claimName ?? []);
    expect(claims).toHaveLength(2);
    await cluster.fault('a machine gone for good, with its volumes', async () => {
      machine.end();
      real.kubectl('delete', 'node', machine.name);
      // They are bound to volumes that only this machine had.
      real.kubectl('--namespace', metadata.namespace, 'delete', 'pvc', ...claims, '--wait=false');
      cluster.killPods([2]);
      await real.until('it has another machine', 120, async () => ![undefined, machine].includes(await cluster.machineOf(2)));
      return mend(2);
    });
    await expectOneCluster();
    real.startMachine(machine);
    await real.applyNode(machine);
    await real.until('the machine is there again', 120, async () => {
      const { conditions } = (await real.get('Node', machine.name)).status;
      return conditions?.some(({ type, status }: any) => type === 'Ready' && status === 'True');
    });
    await real.freeVolumes([machine]);
  });
}
