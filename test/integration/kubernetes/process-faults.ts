import { SERVER } from './away';
import { pause } from '../../support/until';
import { Given } from './given';

/** Programs that end, of pods and of Kubernetes. */
export function processFaults(given: Given): void {
  /** Waits until a container was started again, and its node is ready. */
  const untilRestarted = (node: number, before: number, container = 'qdrant') =>
    given.real.until(`the ${container} of node ${node} was started again`, 180, async () => {
      return (await given.cluster.restarts(node, container)) > before && (await given.cluster.isReady(node));
    });

  test('a server that is killed is started again', async () => {
    const { cluster } = given;
    const [machine, before] = [await cluster.machineOf(2), await cluster.restarts(2)];
    await cluster.fault('a server killed', async () => {
      machine.run('pkill', ['-KILL', ...SERVER]);
      return untilRestarted(2, before);
    });
  });

  test('a server that is killed for its memory comes back', async () => {
    const { cluster } = given;
    const [machine, before] = [await cluster.machineOf(1), await cluster.restarts(1)];
    await cluster.fault('out of memory', async () => {
      const [server] = machine.run('pgrep', SERVER).split('\n');
      machine.run('sh', ['-c', `echo 1000 >/proc/${server}/oom_score_adj`]);
      // Each of them is smaller than the server, which is then what the kernel ends.
      cluster.exec(1, 'for one in {1..30}; do { head -c 20M /dev/zero; sleep 20; } | tail >/dev/null & done; wait');
      return untilRestarted(1, before);
    });
  });

  test('a guard that is killed is started again', async () => {
    const { cluster } = given;
    const [machine, before] = [await cluster.machineOf(0), await cluster.restarts(0, 'guard')];
    await cluster.fault('a guard killed', async () => {
      machine.run('pkill', ['-KILL', '-x', 'nginx']);
      return untilRestarted(0, before, 'guard');
    });
    expect(cluster.grpc(0)).toBe('OK');
  });

  test('all of them, killed at once, come back with their data', async () => {
    const { cluster, real } = given;
    const uids = () => Promise.all(cluster.nodes.map(async (node) => (await cluster.get(node))?.metadata.uid));
    const [machines, before] = [await Promise.all(cluster.nodes.map((node) => cluster.machineOf(node))), await uids()];
    const all = async () => {
      for (const machine of machines) machine.run('pkill', ['-KILL', ...SERVER]);
      cluster.killPods(cluster.nodes);
      const seconds = await real.until('all pods are others', 60, async () =>
        (await uids()).every((uid) => uid !== undefined && !before.includes(uid)),
      );
      return seconds + (await cluster.untilReady(180));
    };
    await cluster.fault('all pods killed at once, for a client that goes on asking', all, { attempts: 600 });
  });

  test('a kubelet and a container runtime that are restarted disturb nobody', async () => {
    const { cluster, real } = given;
    await cluster.fault('kubelet and container runtime killed on every machine', async () => {
      for (const machine of real.workers) {
        machine.kill('kubelet');
        machine.kill('containerd');
      }
      await pause(5);
      return 5 + (await cluster.untilReady(120));
    });
  });

  test('an API server that is away disturbs nobody, and no server that starts meanwhile', async () => {
    const { cluster, real } = given;
    const [machine, before] = [await cluster.machineOf(1), await cluster.restarts(1)];
    const servers = () => machine.try('pgrep', SERVER).output.trim();
    await cluster.fault('API server away for 20 s, and a server killed meanwhile', async () => {
      real.control.kill('apiserver', true);
      const killed = servers();
      machine.run('pkill', ['-KILL', ...SERVER]);
      await Promise.all([
        pause(20),
        real.until('the kubelet has started it again', 20, async () => servers() !== '' && servers() !== killed),
      ]);
      real.control.resume('apiserver');
      return untilRestarted(1, before);
    });
  });

  test('while nobody answers for names, those who know the addresses are served, and a server that starts meanwhile comes back', async () => {
    const { cluster, real } = given;
    const scale = (replicas: number) =>
      real.kubectl('--namespace', 'kube-system', 'scale', 'deployment', 'coredns', `--replicas=${replicas}`);
    const pods = await Promise.all(cluster.nodes.map((node) => cluster.get(node)));
    const addresses = Object.fromEntries(pods.map(({ status }, node) => [cluster.host(node), status.podIP]));
    const [machine, before] = [await cluster.machineOf(2), await cluster.restarts(2)];
    const finds = (node: number) =>
      cluster.exec(node, `timeout 5 bash -c '</dev/tcp/${cluster.host((node + 1) % 3)}/6335'`).code === 0;
    const during = async () => {
      expect(cluster.nodes.every(finds)).toBe(true);
      scale(0);
      const end = Date.now() + 60000;
      await real.until('no node finds another', 30, async () => !cluster.nodes.some(finds));
      machine.run('pkill', ['-KILL', ...SERVER]);
      await real.until('it was started again', 30, async () => (await cluster.restarts(2)) > before);
      await pause((end - Date.now()) / 1000);
      expect(cluster.nodes.some(finds)).toBe(false);
      scale(1);
      const seconds = await real.until('all find each other', 60, async () => cluster.nodes.every(finds));
      return seconds + (await cluster.untilReady(180));
    };
    await cluster.fault('no DNS for a minute, and a server killed meanwhile', during, { addresses });
  });
}
