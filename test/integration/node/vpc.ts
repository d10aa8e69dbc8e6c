import { spawnSync } from 'node:child_process';
import { run } from '../../support/programs';
import { Bridge, Member } from '../../support/network/bridge';

/** A VPC on one machine: a network with the addresses at which AWS answers, which one veth joins to the machine's own. */
export class Vpc extends Bridge {
  /** Where the AWS API listens: port 443, which is all that the nodes' security group lets out. */
  public static readonly AWS_API = '169.254.77.2';
  /** Where the instance metadata service listens. */
  public static readonly METADATA = '169.254.169.254';
  /** Where the registry listens. */
  public static readonly REGISTRY = '169.254.77.10';
  /** Where a private registry of Amazon ECR listens, and by which name. */
  public static readonly PRIVATE_REGISTRY = '169.254.77.11';
  public static readonly PRIVATE_REGISTRY_NAME = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';

  public constructor() {
    super('qdrant');
    run('ip', 'link add qdrant-host type veth peer name host'.split(' ').concat('netns', this.namespace));
    run('ip', 'addr add 169.254.77.1/30 dev qdrant-host'.split(' '));
    run('ip', 'link set qdrant-host up'.split(' '));
    for (const command of [
      `addr add ${Vpc.METADATA}/32 dev lo`,
      `addr add ${Vpc.REGISTRY}/32 dev lo`,
      `addr add ${Vpc.PRIVATE_REGISTRY}/32 dev lo`,
      `addr add ${Vpc.AWS_API}/30 dev host`,
      'link set host up',
    ]) {
      run('ip', ['-n', this.namespace, ...command.split(' ')]);
    }
  }

  /** The command that runs another in the VPC's own namespace, where AWS answers. */
  public get prefix(): string[] {
    return ['ip', 'netns', 'exec', this.namespace];
  }

  /** Refuses the nodes what they ask of AWS, until `accept`. */
  public refuse(service: 'AWS_API' | 'METADATA'): void {
    const rule = `ip saddr 10.0.0.0/16 ip daddr ${Vpc[service]} tcp flags & (syn | ack) == syn reject with tcp reset`;
    const chain = `  chain in {\n    type filter hook input priority 0;\n    ${rule}\n  }\n`;
    run(this.prefix[0], [...this.prefix.slice(1), 'nft', '-f', '-'], { input: `${REFUSED}table inet refused {\n${chain}}\n` });
  }

  public accept(): void {
    run(this.prefix[0], [...this.prefix.slice(1), 'nft', '-f', '-'], { input: REFUSED });
  }

  /** Adds a verdict on what goes from a member to some others and comes from them, or takes it away. */
  public between(member: Member, others: Member[], verdict: string | undefined): void {
    const set = `{ ${others.map(({ address }) => address).join(', ')} }`;
    const chain = (hook: string, rule: string) =>
      `  chain ${hook} {\n    type filter hook ${hook} priority -10;\n    ${rule} ${verdict}\n  }\n`;
    const chains = verdict === undefined ? '' : chain('input', `ip saddr ${set}`) + chain('output', `ip daddr ${set}`);
    this.guard(member, `table inet between\ndelete table inet between\ntable inet between {\n${chains}}\n`);
  }

  public override remove(): void {
    super.remove();
    spawnSync('ip', ['link', 'del', 'qdrant-host']);
  }
}

/** A table is added before it is deleted, as one that is not there cannot be. */
const REFUSED = 'table inet refused\ndelete table inet refused\n';
