import { denyAllBut } from '../../support/network/bridge';

/** A rule of a security group, as Terraform has it in its state. */
interface Rule {
  readonly from_port: number;
  readonly to_port: number;
  readonly ip_protocol: string;
  readonly cidr_ipv4: string;
  readonly referenced_security_group_id: string;
}

/** The rules of the nodes' security group, and who its members are. */
export class SecurityRules {
  public constructor(
    private readonly ingress: Rule[],
    private readonly egress: Rule[],
    private readonly nodeAddresses: string[],
  ) {}

  /** What a security group means: stateful, everything refused that no rule allows, loopback and the metadata service left alone. */
  public toNftables(): string {
    const ingress = this.ingress.map((rule) => `ip saddr ${this.peer(rule)} ${ports(rule)}`);
    const egress = this.egress.map((rule) => `ip daddr ${this.peer(rule)} ${ports(rule)}`);
    return denyAllBut(ingress, ['ip daddr 169.254.169.254 tcp dport 80', ...egress]);
  }

  /** Another group has no members here. */
  private peer({ cidr_ipv4: cidr, referenced_security_group_id: group }: Rule): string {
    if (group) return `{ ${this.nodeAddresses.join(', ')} }`;
    return cidr || '0.0.0.0/32';
  }
}

function ports({ from_port: from, to_port: to, ip_protocol: protocol }: Rule): string {
  if (protocol === '-1') return '';
  return `${protocol} dport ${from === to ? from : `${from}-${to}`}`;
}
