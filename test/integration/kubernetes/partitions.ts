import { Given } from './given';
import { Machine } from './machine';
import { podRange } from './services';

/**
 * Groups of nodes whose machines carry nothing from the pods of one group to those of another. Whoever is on the machine of the control plane, as
 * clients and what answers for names are, reaches all of them; and kubelets reach the API.
 */
export class Partition {
  /** Parts nodes while something happens, and heals it whatever comes of that. */
  public static async during<T>(given: Given, groups: number[][], happening: () => Promise<T>): Promise<T> {
    const partition = await Partition.of(given, groups);
    try {
      partition.begin();
      await partition.untilParted();
      return await happening();
    } finally {
      partition.heal();
    }
  }

  private static async of(given: Given, groups: number[][]): Promise<Partition> {
    const machines = groups.map((nodes) => Promise.all(nodes.map((node) => given.cluster.machineOf(node))));
    return new Partition(given, groups, await Promise.all(machines));
  }

  private constructor(
    private readonly given: Given,
    private readonly groups: number[][],
    private readonly machines: Machine[][],
  ) {}

  private begin(): void {
    for (const group of this.machines) {
      const foreign = this.machines.filter((other) => other !== group).flat();
      const ranges = foreign.map((machine) => podRange(this.given.real.machines.indexOf(machine)));
      for (const machine of group) machine.run('nft', ['-f', '-'], cutFrom(ranges));
    }
  }

  private heal(): void {
    for (const machine of this.machines.flat()) machine.try('nft', ['delete', 'table', 'inet', 'parted']);
  }

  /** A partition that parts nobody would prove nothing. */
  private async untilParted(): Promise<void> {
    const { cluster, real } = this.given;
    for (const [group, [node]] of this.groups.entries()) {
      const foreign = this.groups[(group + 1) % this.groups.length][0];
      const connect = `timeout 2 bash -c '</dev/tcp/${cluster.host(foreign)}/6335'`;
      await real.until(`the node ${node} does not reach ${foreign}`, 10, async () => cluster.exec(node, connect).code !== 0);
    }
  }
}

/** Rules that drop what goes to pods in these ranges, or comes from them. */
function cutFrom(ranges: string[]): string {
  const pods = `{ ${ranges.join(', ')} }`;
  return `
table inet parted {
  chain forward {
    type filter hook forward priority -10; policy accept;
    ip saddr ${pods} drop
    ip daddr ${pods} drop
  }
}
`;
}
