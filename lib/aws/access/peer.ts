import { coverTheInternet, ipv4Range, ipv6Range } from '../../input/cidr';
import { checkId } from '../names/ids';

/** How a peer is written in a rule of a security group. @internal */
export interface PeerRule {
  readonly cidrIpv4?: string;
  readonly cidrIpv6?: string;
  readonly referencedSecurityGroupId?: string;
  readonly prefixListId?: string;
}

/** The other end of a network connection. */
export class Peer {
  /**
   * An IPv4 CIDR range.
   *
   * @param cidr for example `10.20.0.0/16`
   * @throws if it is not a CIDR range, or has host bits set
   */
  public static ipv4(cidr: string): Peer {
    return new Peer({ cidrIpv4: ipv4Range('Peer.ipv4', cidr) });
  }

  /**
   * An IPv6 CIDR range.
   *
   * @param cidr for example `2001:db8::/56`
   * @throws if it is not a CIDR range, or has host bits set
   */
  public static ipv6(cidr: string): Peer {
    return new Peer({ cidrIpv6: ipv6Range('Peer.ipv6', cidr) });
  }

  /** Any IPv4 address. The posture warns about it, and refuses it if TLS or the API key is missing. */
  public static anyIpv4(): Peer {
    return Peer.ipv4('0.0.0.0/0');
  }

  /** Any IPv6 address. The posture warns about it, and refuses it if TLS or the API key is missing. */
  public static anyIpv6(): Peer {
    return Peer.ipv6('::/0');
  }

  /**
   * Members of a security group.
   *
   * @param securityGroupId for example `sg-0123456789abcdef0`
   */
  public static securityGroup(securityGroupId: string): Peer {
    checkId('Peer.securityGroup', 'securityGroupId', securityGroupId, /^sg-[0-9a-f]+$/, 'sg-0123456789abcdef0');
    return new Peer({ referencedSecurityGroupId: securityGroupId });
  }

  /**
   * The ranges of an AWS managed or customer managed prefix list. The posture does not know the ranges, so it refuses them on
   * ports that require no API key.
   *
   * @param prefixListId for example `pl-0123456789abcdef0`
   */
  public static prefixList(prefixListId: string): Peer {
    checkId('Peer.prefixList', 'prefixListId', prefixListId, /^pl-[0-9a-f]+$/, 'pl-0123456789abcdef0');
    return new Peer({ prefixListId });
  }

  private constructor(private readonly rule: PeerRule) {}

  /** The CIDR range or the id. */
  public get name(): string {
    const { cidrIpv4, cidrIpv6, referencedSecurityGroupId, prefixListId } = this.rule;
    return (cidrIpv4 ?? cidrIpv6 ?? referencedSecurityGroupId ?? prefixListId)!;
  }

  /** Whether the range covers the internet, or most of it. */
  public get isAnyAddress(): boolean {
    return this._cidr !== undefined && coverTheInternet([this._cidr]);
  }

  /** @internal */
  public get _rule(): PeerRule {
    return this.rule;
  }

  /** The range, where it is one. @internal */
  public get _cidr(): string | undefined {
    return this.rule.cidrIpv4 ?? this.rule.cidrIpv6;
  }

  /** Whether it is a prefix list, whose ranges are not known here. @internal */
  public get _isListOfRanges(): boolean {
    return this.rule.prefixListId !== undefined;
  }
}
