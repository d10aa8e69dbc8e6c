import { run } from '../../support/programs';
import { until } from '../../support/until';
import { Given } from './given';
import { Machine } from './machine';
import { Patient } from './patient';

/** What becomes of a node whose data volume is full, foreign or lost. */
export function volumes(given: Given): void {
  describe('what happens to a node’s data volume', () => {
    const patient = new Patient(given);

    beforeAll(() => patient.writePoint());

    test('with a full disk it loses nothing, and serves again when there is room', async () => {
      const { cluster } = given;
      const machine = patient.machine;
      await cluster.fault('a disk that is full, also when the node boots', async () => {
        machine.try('fallocate --length 10G /var/lib/qdrant/filler; cat /dev/zero >/var/lib/qdrant/filler');
        expect(Number(machine.run('df --output=avail /var/lib/qdrant | tail -1'))).toBeLessThan(1024);
        await machine.powerOff();
        await cluster.boot(machine);
        await until('the volume is mounted', 240, () => machine.try('test -e /var/lib/qdrant/filler').code === 0);
        machine.run('rm /var/lib/qdrant/filler');
        await cluster.untilReady(400, [machine]);
      });
      expect(patient.kept).toBe(200);
      expect(machine.run('cat /var/lib/qdrant/version')).toBe(machine.run('cat /run/qdrant/current/version').trim());
    });

    test('clients do not notice that a node has lost its volume', async () => {
      await given.cluster.fault('the volume of a node lost', () => loseVolume(1));
    });

    test('a volume that is lost while another node has no power costs nothing that was written', async () => {
      const { cluster } = given;
      const [, lost, away] = cluster.machines;
      const during = async () => {
        // In this order: what is written once one of them is away, the other alone may have.
        await lost.powerOff();
        lost.replaceVolume(() => {});
        await away.powerOff();
        await cluster.boot(lost);
        await until('it looks for another to join through', 120, () => says(lost, 'this node has'));
        expect(cluster.isReady(lost)).toBe(false);
        await cluster.boot(away);
        await cluster.untilReady(240, [away]);
        const start = Date.now();
        await until('it says what helps', 120, () => says(lost, 'DELETE /cluster/peer/ID?force=true on'));
        await joinAnew(1);
        return (Date.now() - start) / 1000;
      };
      await cluster.fault('the volume of a node lost while another has no power', during, { attempts: 1000 });
      expect(patient.kept).toBe(200);
    });

    test('it leaves a foreign file system alone, and says why', async () => {
      const { cluster } = given;
      await patient.machine.powerOff();
      let made = '';
      patient.machine.replaceVolume((device) => {
        run('mkfs.ext4', ['-q', '-L', 'elsewhere', device]);
        made = device;
      });
      await cluster.boot(patient.machine);
      await until('it says so', 240, () =>
        patient.machine.journal('qdrant-boot').includes("holds something that is not Qdrant's"),
      );
      expect(patient.isRunning).toBe(false);
      expect(run('blkid', ['--probe', '--output', 'value', '--match-tag', 'LABEL', made]).trim()).toBe('elsewhere');
    });

    test('with a blank volume in place of a lost one it joins the others again, once its old peer is removed', async () => {
      await loseVolume(2);
    });

    test('the first one, with a blank volume, never founds a second cluster, and joins the others when they are back', async () => {
      const { cluster, admin } = given;
      const [first, ...others] = cluster.machines;
      const founded = () =>
        first.try('test -e /var/lib/qdrant/founder || test -e /var/lib/qdrant/storage/raft_state.json').code === 0;
      // As if the cluster had been made long ago.
      first.run(`sed -i 's/"time": "[^"]*"/"time": "2026-01-01T00:00:00Z"/' /opt/qdrant/etc/cluster.json`);
      for (const machine of cluster.machines) await machine.powerOff();
      first.replaceVolume(() => {});
      await cluster.boot(first);
      const waits = () => first.journal('qdrant').split('It does not found a new cluster').length - 1;
      await until('it waits', 240, () => waits() > 0);
      // Cut off from others that are up is no different.
      first.run(
        'nft add table inet cut; nft add chain inet cut out "{ type filter hook output priority 0; }"; ' +
          `nft add rule inet cut out ip daddr "{ ${others.map(({ member }) => member.address).join(', ')} }" drop`,
      );
      for (const machine of others) await cluster.boot(machine);
      await cluster.untilReady(400, others);
      const before = waits();
      await until('it has looked again', 120, () => waits() > before + 1);
      expect(founded()).toBe(false);
      expect(first.try('docker inspect qdrant').code).not.toBe(0);
      cluster.removePeer(0, { node: 1, key: admin });
      first.run('nft delete table inet cut');
      await cluster.untilReady(400, [first]);
      expect(first.try('test -e /var/lib/qdrant/founder').code).toBe(1);
      await untilAllArePeersOf(0);
    });

    /** Whether a node's server says so, since the machine booted. */
    function says(machine: Machine, what: string): boolean {
      return machine.run('journalctl --no-pager --boot --unit qdrant').includes(what);
    }

    /** Takes a node its volume, and has it join anew. */
    async function loseVolume(node: number): Promise<void> {
      const { cluster } = given;
      const machine = cluster.machines[node];
      await machine.powerOff();
      machine.replaceVolume(() => {});
      await cluster.boot(machine);
      // It is refused, and must neither give up nor take itself for the first of another cluster.
      await until('it was refused again and again', 240, () =>
        /restart counter is at [2-9]/.test(machine.run('journalctl --no-pager --boot --unit qdrant')),
      );
      expect(cluster.isReady(machine)).toBe(false);
      await joinAnew(node);
    }

    /** Has a node that has lost its volume join, as an operator must. */
    async function joinAnew(node: number): Promise<void> {
      const { cluster, admin } = given;
      cluster.removePeer(node, { node: 0, key: admin });
      await cluster.untilReady(400, [cluster.machines[node]]);
      await untilAllArePeersOf(node);
    }

    async function untilAllArePeersOf(node: number): Promise<void> {
      await until('all nodes are its peers', 240, () => {
        const { status, body } = given.cluster.rest('/cluster', { node, key: given.admin });
        return status === 200 && Object.keys(JSON.parse(body).result.peers).length === 3;
      });
    }
  });
}
