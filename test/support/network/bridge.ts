import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { run } from '../programs';

/** A member of a network: a network namespace on its bridge. */
export interface Member {
  readonly name: string;
  readonly namespace: string;
  readonly address: string;
}

/**
 * A network on one machine: a network namespace with a bridge that joins servers and clients. Nothing of it is in the machine's own network.
 */
export class Bridge {
  /** The sources that tests allow, and refuse. */
  public static readonly ALLOWED = '10.20.0.5';
  public static readonly REFUSED = '10.30.0.5';

  public readonly namespace: string;

  /** @param name what the names of its namespaces start with; no two networks may share it */
  public constructor(protected readonly name: string) {
    this.namespace = `${name}-router`;
    this.remove();
    run('ip', ['netns', 'add', this.namespace]);
    for (const command of [
      'link set lo up',
      'link add subnets type bridge',
      'addr add 10.0.0.1/16 dev subnets',
      'addr add 10.20.0.1/24 dev subnets',
      'addr add 10.30.0.1/24 dev subnets',
      'link set subnets up',
    ]) {
      run('ip', ['-n', this.namespace, ...command.split(' ')]);
    }
    run('ip', ['netns', 'exec', this.namespace, 'sysctl', '-q', '-w', 'net.ipv4.ip_forward=1']);
  }

  /** Adds a member. Its default route goes to the network's router. */
  public join(name: string, address: string): Member {
    const namespace = `${this.name}-${name}`;
    const inside = (command: string) => run('ip', ['-n', namespace, ...command.split(' ')]);
    const prefix = address.startsWith('10.0.') ? 16 : 24;
    run('ip', ['netns', 'add', namespace]);
    run('ip', ['-n', this.namespace, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace]);
    run('ip', ['-n', this.namespace, 'link', 'set', name, 'master', 'subnets', 'up']);
    inside('link set lo up');
    inside('link set eth0 up');
    inside(`addr add ${address}/${prefix} dev eth0`);
    inside(`route add default via ${prefix === 16 ? '10.0.0.1' : address.replace(/\d+$/, '1')}`);
    return { name, namespace, address };
  }

  /** Adds a client, whose programs find names in a file of their own. */
  public joinClient(name: string, address: string, hosts: string): Member {
    const folder = `/etc/netns/${this.name}-${name}`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/hosts`, `127.0.0.1 localhost\n${hosts}\n`);
    return this.join(name, address);
  }

  /** Puts a member behind rules of nftables. */
  public guard(member: Member, rules: string): void {
    run('ip', ['netns', 'exec', member.namespace, 'nft', '-f', '-'], { input: rules });
  }

  /** Takes down what this, or a run that was cut off, has made. */
  public remove(): void {
    const namespaces = run('ip', ['netns', 'list'])
      .split('\n')
      .map((line) => line.split(' ')[0])
      .filter((name) => name.startsWith(`${this.name}-`));
    for (const name of namespaces) {
      const processes = run('ip', ['netns', 'pids', name]).split('\n').filter(Boolean);
      if (processes.length > 0) spawnSync('kill', ['-9', ...processes]);
      run('ip', ['netns', 'del', name]);
    }
  }
}

/** Rules of nftables that refuse all but what is allowed; loopback and answers are left alone. */
export function denyAllBut(ingress: string[], egress: string[]): string {
  const chain = (name: string, hook: string, loopback: string, rules: string[]) => [
    `  chain ${name} {`,
    `    type filter hook ${hook} priority 0; policy drop;`,
    '    ct state established,related accept',
    `    ${loopback} lo accept`,
    ...rules.map((rule) => `    ${rule} accept`),
    '  }',
  ];
  return [
    'table inet rules',
    'delete table inet rules',
    'table inet rules {',
    ...chain('in', 'input', 'iif', ingress),
    ...chain('out', 'output', 'oif', egress),
    '}',
    '',
  ].join('\n');
}
