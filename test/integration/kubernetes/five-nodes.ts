import { X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { RealCluster, TURN_SECONDS } from './cluster';
import { pause } from '../../support/until';
import { Given } from './given';
import { Partition } from './partitions';
import { moveShardsAway, replicas } from './shards';

const SECONDS_PARTED = 25;
/** Of five nodes any three are a majority, which has one of three copies at least. */
const FIVE = { replicationFactor: 3, readFromAll: true };
/** What a change must be asked is more than it takes otherwise. */
const QUICK = { requestsPerSecond: 240 };
/** The nodes that were there, and those that come and go. */
const [STAYING, LEAVING] = [
  [0, 1, 2],
  [3, 4],
];

/** Five nodes on five machines, and what parts them. */
export function fiveNodes(given: Given): void {
  describe('with five nodes', () => {
    beforeAll(() => given.cluster.rollOut({}));

    test('before there are five: two of three go on without the third, which catches up', async () => {
      const { cluster } = given;
      const before = await lives(cluster);
      const happening = () => partedFor(given, [[0, 1], [2]]);
      await cluster.fault('nodes parted 2|1 for 25 s', happening, { readFromAll: true });
      expect(await lives(cluster)).toEqual(before);
      expectOneCluster(cluster);
    });

    test('three become five, of which none of the three is made anew', async () => {
      const { cluster, real } = given;
      const before = await lives(cluster);
      await cluster.change('nodes: 3 to 5', () => cluster.rollOut({ nodeCount: 5 }), QUICK);
      expect(await lives(cluster, STAYING)).toEqual(before);
      expectOneCluster(cluster);
      const count = (node: number) => cluster.exec(node, 'cat /opt/qdrant-cluster/node-count').output;
      await real.until('each counts five', 60, async () => cluster.nodes.every((node) => count(node) === '5'));
    });

    test('three of five go on without the two, none of which restarts for a certificate before they are back', async () => {
      const { cluster, real } = given;
      const before = await lives(cluster);
      const renewed = otherCertificate(cluster);
      await cluster.fault(
        'nodes parted 3|2, and a certificate renewed meanwhile',
        async () => {
          // One of them would have its turn to restart soon.
          const eager = nextWithTurn(cluster.nodeCount, 20);
          const minority = [eager, (eager + 2) % 5];
          const majority = cluster.nodes.filter((other) => !minority.includes(other));
          await Partition.during(given, [majority, minority], async () => {
            const [serials, waits, end] = [serialsOf(cluster), waitsOf(cluster, eager), Date.now() + SECONDS_PARTED * 1000];
            cluster.secrets['nodes-tls'] = cluster.certificate(renewed);
            await cluster.update();
            await real.until('one waits with it for the others', 120, async () => waitsOf(cluster, eager) > waits);
            await pause((end - Date.now()) / 1000);
            expect(serialsOf(cluster)).toEqual(serials);
          });
          const seconds = await untilWell(given);
          await untilAllHave(given, renewed);
          return seconds;
        },
        FIVE,
      );
      expect(await lives(cluster)).toEqual(before);
      expectOneCluster(cluster);
    });

    test('without a majority nothing that was confirmed is lost, and they are one cluster again', async () => {
      const { cluster } = given;
      const before = await lives(cluster);
      const happening = () => partedFor(given, [[0, 3], [2], [1, 4]]);
      await cluster.outage('nodes parted 2|1|2 for 25 s', happening, FIVE);
      expect(await lives(cluster)).toEqual(before);
      expectOneCluster(cluster);
    });

    test('three of five go on while two machines have no power, and these have kept their data', async () => {
      const { cluster, real } = given;
      const nodes = [0, 3];
      const machines = await Promise.all(nodes.map((node) => cluster.machineOf(node)));
      await cluster.fault(
        'two of five machines without power for 10 s',
        async () => {
          for (const machine of machines) machine.end();
          await pause(10);
          for (const machine of machines) real.startMachine(machine);
          const serve = async () => cluster.restOfAll('/readyz', nodes).every(({ status }) => status === 200);
          return (await real.until('they serve again', 240, serve)) + (await untilWell(given));
        },
        FIVE,
      );
      expectOneCluster(cluster);
    });

    test('a rolling update takes all five, one at a time', async () => {
      const { cluster, real } = given;
      const before = await lives(cluster);
      await cluster.change('rolling update of five nodes', async () => {
        real.kubectl('--namespace', 'search', 'rollout', 'restart', 'statefulset/vectors');
        await cluster.untilRolledOut();
      });
      const known = before.map(({ uid }) => uid);
      for (const { uid } of await lives(cluster)) expect(known).not.toContain(uid);
      expectOneCluster(cluster);
    });

    test('five become three in the order of the guide, and the claims of the two are kept', async () => {
      const { cluster, real } = given;
      const before = await lives(cluster, STAYING);
      const machines = await Promise.all(LEAVING.map((node) => cluster.machineOf(node)));
      const shrink = async () => {
        for (const node of LEAVING) {
          await moveShardsAway(given, node, STAYING);
          cluster.removePeer(node, { through: 0, force: false });
        }
        cluster.allow = (one) => LEAVING.forEach((node) => one.unprotectNode(node));
        await cluster.rollOut({});
        await real.until('the pods are gone', 120, async () => {
          return (await Promise.all(LEAVING.map((node) => cluster.get(node)))).every((pod) => pod === undefined);
        });
      };
      await cluster.change('nodes: 5 to 3', shrink, { ...QUICK, nodes: STAYING });
      cluster.allow = () => {};
      expect(await lives(cluster)).toEqual(before);
      expectOneCluster(cluster);
      const claims = LEAVING.flatMap((node) => ['storage', 'snapshots'].map((name) => `${name}-${cluster.pod(node)}`));
      for (const claim of claims) {
        const { status } = await real.get('PersistentVolumeClaim', claim, 'search');
        expect(status.phase).toBe('Bound');
      }
      real.kubectl('--namespace', 'search', 'delete', 'persistentvolumeclaim', ...claims);
      await real.freeVolumes(machines);
    });
  });
}

/** Parts nodes for a while, and gives the seconds that it takes from then on until all is well. */
async function partedFor(given: Given, groups: number[][]): Promise<number> {
  await Partition.during(given, groups, () => pause(SECONDS_PARTED));
  return untilWell(given);
}

/** Waits until nodes are ready, in one cluster, and have all that they are to have: a minute at most. */
function untilWell({ cluster, real }: Given): Promise<number> {
  return real.until('all nodes are well, in one cluster', 60, async () => {
    if (!(await Promise.all(cluster.nodes.map((node) => cluster.isReady(node)))).every(Boolean)) return false;
    const [first, ...others] = views(cluster);
    return others.every((view) => isDeepStrictEqual(view, first)) && replicas(cluster).every(({ state }) => state === 'Active');
  });
}

/** What each node takes for its cluster. */
function views(cluster: RealCluster): { peers: { [id: string]: { uri: string } }; leader?: number }[] {
  const clusters = cluster.restOfAll('/cluster').map(({ body }) => body.result);
  return clusters.map(({ peers, raft_info }) => ({ peers, leader: raft_info?.leader }));
}

/** Every node has the same peers, which are all of them. */
function expectOneCluster(cluster: RealCluster): void {
  const [{ peers }, ...others] = views(cluster);
  const addresses = Object.values(peers).map(({ uri }) => uri);
  expect(addresses.sort()).toEqual(cluster.hosts.map((host) => expect.stringContaining(host)));
  for (const other of others) expect(other.peers).toEqual(peers);
}

/** By what a pod that was made anew, or a container that was started again, is told from before. */
async function lives(cluster: RealCluster, nodes = cluster.nodes) {
  const pods = await Promise.all(nodes.map((node) => cluster.get(node)));
  return pods.map(({ metadata: { uid }, status: { startTime, containerStatuses } }) => {
    const restarts = containerStatuses.map(({ name, restartCount }: any) => [name, restartCount]);
    return { uid, startTime, restarts: Object.fromEntries(restarts) };
  });
}

// --- Certificates ---------------------------------------------------------------------------------------------------------------

/** The one of the two certificates for all nodes that they do not have. */
function otherCertificate(cluster: RealCluster): string {
  const present = cluster.secrets['nodes-tls']['tls.crt'];
  return present === cluster.read('nodes.pem') ? 'nodes-next' : 'nodes';
}

/** Whose turn for restarts of its own begins next, but not within some seconds: see turns.sh. */
function nextWithTurn(nodeCount: number, seconds: number): number {
  const turn = Math.ceil((Date.now() / 1000 + seconds) / TURN_SECONDS) | 1;
  return ((turn - 1) / 2) % nodeCount;
}

/** How often a node has said that it leaves a turn of its own to another node that is away. */
function waitsOf(cluster: RealCluster, node: number): number {
  return cluster.log(node).match(/the node \S+ is not ready/g)?.length ?? 0;
}

const PEER_PORT = 6335;

/** What nodes present to each other: each reads it when its server starts. */
function serialsOf(cluster: RealCluster, nodes = cluster.nodes): string[] {
  return nodes.map((node) => cluster.serial(node, PEER_PORT).trim());
}

async function untilAllHave({ cluster, real }: Given, certificate: string): Promise<void> {
  const serial = `serial=${new X509Certificate(cluster.read(`${certificate}.pem`)).serialNumber}`;
  for (const node of cluster.nodes) {
    await real.until(`the node ${node} has the new certificate`, 240, async () => serialsOf(cluster, [node])[0] === serial);
  }
}
