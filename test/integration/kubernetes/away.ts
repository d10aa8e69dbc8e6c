import { Given } from './given';
import { Machine } from './machine';

/** By what a server is found among the processes of its machine. */
export const SERVER = ['-f', '--', '--config-path'];

/** Ends nodes at once, as when their machines fail, and keeps them away until `bringBack`; gives their machines. */
export async function takeAway({ cluster, real }: Given, nodes: number[]): Promise<Machine[]> {
  const machines = await Promise.all(nodes.map((node) => cluster.machineOf(node)));
  for (const { name } of machines) real.kubectl('cordon', name);
  for (const machine of machines) machine.try('pkill', ['-KILL', ...SERVER]);
  cluster.killPods(nodes);
  await real.until('all of them are away', 120, async () => {
    const pods = await Promise.all(nodes.map((node) => cluster.get(node)));
    return pods.every((pod) => pod !== undefined && pod.spec.nodeName === undefined);
  });
  // The API forgets a pod before its processes have ended, which would write to the volume once more.
  await real.until('nothing of them runs', 120, async () =>
    machines.every((machine) => machine.try('pgrep', ['-f', '/opt/qdrant/']).code === 1),
  );
  return machines;
}

export function bringBack({ real }: Given, machines: Machine[]): void {
  for (const { name } of machines) real.kubectl('uncordon', name);
}

/** Nothing goes from the machine's pods to those of others, nor back: its kubelet still reaches the API. */
export function cutOff(machine: Machine): void {
  machine.run(
    'nft',
    ['-f', '-'],
    `
table inet cut {
  chain forward {
    type filter hook forward priority -10; policy accept;
    ip saddr 10.244.0.0/16 oifname "eth0" drop
    ip daddr 10.244.0.0/16 iifname "eth0" drop
  }
}
`,
  );
}

export function reconnect(machine: Machine): void {
  machine.run('nft', ['delete', 'table', 'inet', 'cut']);
}
