import { REAL_SERVER } from '../../support/server-image';
import { RealCluster } from './cluster';
import { Ends } from './ends';
import { pause } from '../../support/until';
import { Given } from './given';
import { IMAGES } from './images';

/** How long a pod may take to end in order: two turns of 8 s, 5 s in which it looks at the others again and drains, and what its server and this machine need. */
const ORDERLY_SECONDS = 35;
const POD = '/api/v1/namespaces/search/pods';

/** What happens to a pod that is stopped, whoever asks for it. */
export function stops(given: Given): void {
  const { call, drain, evict, setAside } = askers(given);

  describe('pods that are stopped', () => {
    test('one that is evicted ends in order: clients are served until its server takes no more, which then has the 20 s that it needs', async () => {
      const { cluster, real } = given;
      // The real server needs as long as it needs.
      const neededSeconds = REAL_SERVER === undefined ? 20 : 0;
      if (neededSeconds > 0) {
        await cluster.applyFrom(2, { image: IMAGES.slowServer });
        cluster.killPods([2]);
        await real.until('the server is the slow one', 60, async () => {
          return (await cluster.get(2)).spec.containers[0].image === IMAGES.slowServer && (await cluster.isReady(2));
        });
        await cluster.untilReady();
      }
      const begun = Date.now();
      const watch = watchOf(given, 2);
      const evicted = async () => {
        expect((await evict(2)).status).toBe(201);
        // It comes back as the others are.
        await cluster.apply({});
      };
      const [ends] = await watch.during(() => cluster.endsOf([2], evicted));
      expectInOrder(ends);
      const secondsAfterClients = (ends.qdrant.at.getTime() - watch.lastServed) / 1000;
      expect(secondsAfterClients).toBeGreaterThan(neededSeconds - 2);
      expect(secondsAfterClients).toBeLessThan(neededSeconds + 8);
      expect(watch.guardWentFirst).toBe(false);
      expect((ends.qdrant.at.getTime() - begun) / 1000).toBeLessThan(ORDERLY_SECONDS + neededSeconds);
      await cluster.untilRolledOut(180);
    });

    test('one waits while another is away, and goes on serving until that is back', async () => {
      const { cluster } = given;
      let back = 0;
      cluster.killPods([2]);
      const returned = cluster.untilReady(60, [2]).then(() => (back = Date.now()));
      const watch = watchOf(given, 1);
      const ends = await watch.during(() => cluster.stopPod(1));
      await returned;
      expectInOrder(ends);
      expect(watch.lastServed).toBeGreaterThan(back);
      expect(watch.firstRefused).toBeGreaterThan(back);
      await cluster.untilReady();
    });

    test('one that gets no turn goes all the same in the end, and says so; the last one that is there does not wait', async () => {
      const { cluster, real } = given;
      const asides = [await setAside(1), await setAside(2)];
      try {
        cluster.killPods([2]);
        await real.until('no more may be disrupted', 30, async () => {
          const { status } = await real.get('PodDisruptionBudget', 'vectors', 'search', 'policy/v1');
          return status.disruptionsAllowed === 0 && status.currentHealthy === 2;
        });
        expect((await evict(1)).status).toBe(429);
        const second = await cluster.stopPod(1);
        expectInOrder(second);
        expect(second.qdrant.log).toContain('the cluster had no turn for this one within 30 s');
        const begun = Date.now();
        const first = await cluster.stopPod(0);
        expectInOrder(first);
        expect(first.qdrant.log).toContain('the cluster does not rest on this node now');
        expect((first.qdrant.at.getTime() - begun) / 1000).toBeLessThan(20);
      } finally {
        asides.forEach((putBack) => putBack());
      }
      await cluster.untilReady();
    });

    test('a drain takes one node, and waits with the next until that one is back', async () => {
      const { cluster, real } = given;
      const [first, second] = [await cluster.machineOf(0), await cluster.machineOf(1)];
      const { uid } = (await cluster.get(0)).metadata;
      await cluster.fault('a machine is drained', async () => {
        expect(drain(first.name, 90)).toMatchObject({ code: 0 });
        const refused = drain(second.name, 6);
        expect(refused.code).not.toBe(0);
        expect(refused.output).toContain('disruption budget');
        expect(await cluster.isReady(1)).toBe(true);
        real.kubectl('uncordon', first.name);
        real.kubectl('uncordon', second.name);
        return real.until('the node is another, and ready', 180, async () => {
          const pod = await cluster.get(0);
          return pod !== undefined && pod.metadata.uid !== uid && (await cluster.isReady(0));
        });
      });
    });

    test('all at once, as when their namespace is deleted, end in order', async () => {
      const { cluster } = given;
      // They take turns until no majority rests on those that are left, far from the minutes that one would wait for the others.
      const most = 2 * ORDERLY_SECONDS;
      const begun = Date.now();
      const ended = await cluster.endsOf(cluster.nodes, () => call('DELETE', '/api/v1/namespaces/search'));
      for (const ends of ended) {
        expectInOrder(ends);
        expect((ends.qdrant.at.getTime() - begun) / 1000).toBeLessThan(most);
      }
      await cluster.remove();
      await cluster.apply({});
      await cluster.clients.start();
      await cluster.untilReady(180);
    });
  });
}

/** Who asks for a pod to go, or keeps it from coming back. */
function askers(given: Given) {
  const call = (method: string, path: string, body?: unknown) => given.real.call(method, path, body);
  const drain = (machine: string, seconds: number) =>
    given.real.tryKubectl('drain', machine, '--ignore-daemonsets', '--delete-emptydir-data', `--timeout=${seconds}s`);
  const evict = (node: number) => {
    const name = given.cluster.pod(node);
    const metadata = { name, namespace: 'search' };
    return call('POST', `${POD}/${name}/eviction`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata });
  };
  /** Once a node has gone it stays away until it is put back. */
  const setAside = async (node: number) => {
    const { name } = await given.cluster.machineOf(node);
    given.real.kubectl('cordon', name);
    return () => void given.real.kubectl('uncordon', name);
  };
  return { call, drain, evict, setAside };
}

/** In order is with a last word, of the server too. */
function expectInOrder(ends: Ends): void {
  for (const { code, log } of Object.values(ends)) {
    expect({ code, log: log.slice(-400) }).toMatchObject({ code: 0 });
    expect(log).not.toMatch(/unbound variable|^error:/m);
    expect(log).not.toBe('');
  }
  // Nothing comes after it.
  if (REAL_SERVER === undefined) expect(ends.qdrant.log.trim()).toMatch(/stand-in stopped, all is written$/);
}

/** What a client sees of a node, times in milliseconds. */
function watchOf({ cluster }: Given, node: number) {
  return {
    lastServed: 0,
    firstRefused: Infinity,
    /** Whether clients were refused while the server still served the other nodes. */
    guardWentFirst: false,
    /** Looks until something is over. */
    async during<T>(happening: () => Promise<T>): Promise<T> {
      const asker = (node + 1) % cluster.nodeCount;
      const { podIP } = (await cluster.get(node)).status;
      let over = false;
      const happens = happening().finally(() => (over = true));
      happens.catch(() => {});
      while (!over) {
        const asked = Date.now();
        if (cluster.rest(node, '/collections').status === 200) this.lastServed = Date.now();
        else {
          this.firstRefused = Math.min(this.firstRefused, asked);
          this.guardWentFirst ||= servesNodes(cluster, asker, podIP);
        }
        await pause(0.2);
      }
      return happens;
    },
  };
}

/** Whether the server behind a guard answers another node. */
function servesNodes(cluster: RealCluster, asker: number, address: string): boolean {
  const identity = '-cert /run/qdrant/current/tls/cert.pem -key /run/qdrant/current/tls/key.pem';
  const request = "printf 'GET /readyz HTTP/1.1\\r\\nHost: node\\r\\nConnection: close\\r\\n\\r\\n'";
  const script = `${request} | timeout 3 openssl s_client -quiet -connect ${address}:6337 ${identity} 2>/dev/null`;
  return cluster.exec(asker, script).output.includes('HTTP/1.1 200');
}
