import { spawnSync } from 'node:child_process';
import { run } from '../../support/programs';
import { SecurityRules } from './security-rules';

const NAMESPACE = 'qdrant-vpc';

/** A member of the VPC: a network namespace on its bridge. */
export interface Member {
  readonly name: string;
  readonly namespace: string;
  readonly address: string;
}

/**
 * A VPC on one machine: a network namespace with a bridge that joins nodes and clients, and with the addresses at which AWS answers.
 * Nothing of it is in the machine's own network but one veth.
 */
export class Vpc {
  /** Where the AWS API listens: port 443, which is all that the nodes' security group lets out. */
  public static readonly AWS_API = '169.254.77.2';
  /** Where the instance metadata service listens. */
  public static readonly METADATA = '169.254.169.254';
  /** Where the registry listens. */
  public static readonly REGISTRY = '169.254.77.10';
  /** The sources that tests allow, and refuse. */
  public static readonly ALLOWED = '10.20.0.5';
  public static readonly REFUSED = '10.30.0.5';

  public readonly namespace = NAMESPACE;
  private readonly members: Member[] = [];

  public constructor() {
    this.remove();
    run('ip', ['netns', 'add', NAMESPACE]);
    run('ip', 'link add qdrant-host type veth peer name host'.split(' ').concat('netns', NAMESPACE));
    run('ip', 'addr add 169.254.77.1/30 dev qdrant-host'.split(' '));
    run('ip', 'link set qdrant-host up'.split(' '));
    for (const command of [
      'link set lo up',
      `addr add ${Vpc.METADATA}/32 dev lo`,
      `addr add ${Vpc.REGISTRY}/32 dev lo`,
      `addr add ${Vpc.AWS_API}/30 dev host`,
      'link set host up',
      'link add subnets type bridge',
      'addr add 10.0.0.1/16 dev subnets',
      'addr add 10.20.0.1/24 dev subnets',
      'addr add 10.30.0.1/24 dev subnets',
      'link set subnets up',
    ]) {
      run('ip', ['-n', NAMESPACE, ...command.split(' ')]);
    }
    this.inNamespace(['sysctl', '-q', '-w', 'net.ipv4.ip_forward=1']);
  }

  /** Adds a member. Its default route goes to the VPC's router. */
  public join(name: string, address: string): Member {
    const namespace = `qdrant-${name}`;
    const inside = (command: string) => run('ip', ['-n', namespace, ...command.split(' ')]);
    const prefix = address.startsWith('10.0.') ? 16 : 24;
    run('ip', ['netns', 'add', namespace]);
    run('ip', ['-n', NAMESPACE, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace]);
    run('ip', ['-n', NAMESPACE, 'link', 'set', name, 'master', 'subnets', 'up']);
    inside('link set lo up');
    inside('link set eth0 up');
    inside(`addr add ${address}/${prefix} dev eth0`);
    inside(`route add default via ${prefix === 16 ? '10.0.0.1' : address.replace(/\d+$/, '1')}`);
    const member = { name, namespace, address };
    this.members.push(member);
    return member;
  }

  /** Puts a member behind the synthesized rules of its security group, as nftables rules. */
  public guard(member: Member, rules: SecurityRules): void {
    run('ip', ['netns', 'exec', member.namespace, 'nft', '-f', '-'], { input: rules.toNftables() });
  }

  /** The command that runs another in the VPC's own namespace, where AWS answers. */
  public get prefix(): string[] {
    return ['ip', 'netns', 'exec', NAMESPACE];
  }

  /** Takes down what this, or a run that was cut off, has made. */
  public remove(): void {
    const namespaces = run('ip', ['netns', 'list'])
      .split('\n')
      .map((line) => line.split(' ')[0])
      .filter((name) => name.startsWith('qdrant-'));
    for (const name of namespaces) {
      const processes = run('ip', ['netns', 'pids', name]).split('\n').filter(Boolean);
      if (processes.length > 0) spawnSync('kill', ['-9', ...processes]);
      run('ip', ['netns', 'del', name]);
    }
    spawnSync('ip', ['link', 'del', 'qdrant-host']);
  }

  private inNamespace(command: string[]): string {
    return run('ip', ['netns', 'exec', NAMESPACE, ...command]);
  }
}
