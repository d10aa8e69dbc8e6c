import { isIPv4, isIPv6 } from 'node:net';
import { badInput, isUnknown } from '../input';

/** How a peer is written in a rule of a security group. @internal */
export interface PeerRule {
  readonly cidrIpv4?: string;
  readonly cidrIpv6?: string;
  readonly referencedSecurityGroupId?: string;
  readonly prefixListId?: string;
}

/** Who is at the other end of a connection. */
export class Peer {
  /**
   * A range of IPv4 addresses.
   *
   * @param cidr for example `10.20.0.0/16`
   * @throws if it is not a range, or has bits set outside its prefix
   */
  public static ipv4(cidr: string): Peer {
    const [address, prefix] = cidr.split('/');
    if (!isUnknown(cidr) && !(isIPv4(address) && isPrefix(prefix, 32) && isNetworkAddress(address, Number(prefix)))) {
      throw badInput('Peer.ipv4', {
        given: `"${cidr}" is no range of IPv4 addresses`,
        allowed: 'ADDRESS/PREFIX with no bit of the address set behind the prefix',
        instead: 'for example Peer.ipv4("10.20.0.0/16"), or Peer.ipv6 for IPv6',
      });
    }
    return new Peer({ cidrIpv4: cidr }, cidr, cidr === '0.0.0.0/0');
  }

  /**
   * A range of IPv6 addresses.
   *
   * @param cidr for example `2001:db8::/56`
   * @throws if it is not a range
   */
  public static ipv6(cidr: string): Peer {
    const [address, prefix] = cidr.split('/');
    if (!isUnknown(cidr) && !(isIPv6(address) && isPrefix(prefix, 128))) {
      throw badInput('Peer.ipv6', {
        given: `"${cidr}" is no range of IPv6 addresses`,
        allowed: 'ADDRESS/PREFIX',
        instead: 'for example Peer.ipv6("2001:db8::/56"), or Peer.ipv4 for IPv4',
      });
    }
    return new Peer({ cidrIpv6: cidr }, cidr, /^[0:]+\/0$/.test(cidr));
  }

  /** Any IPv4 address. The posture warns of it, and refuses it where TLS or the API key is missing. */
  public static anyIpv4(): Peer {
    return Peer.ipv4('0.0.0.0/0');
  }

  /** Any IPv6 address. The posture warns of it, and refuses it where TLS or the API key is missing. */
  public static anyIpv6(): Peer {
    return Peer.ipv6('::/0');
  }

  /**
   * Whatever is in a security group.
   *
   * @param securityGroupId for example `sg-0123456789abcdef0`
   */
  public static securityGroup(securityGroupId: string): Peer {
    checkId('Peer.securityGroup', securityGroupId, /^sg-[0-9a-f]+$/, 'sg-0123456789abcdef0');
    return new Peer({ referencedSecurityGroupId: securityGroupId }, securityGroupId, false);
  }

  /**
   * The ranges of a prefix list, as of one that AWS or the company manages.
   *
   * @param prefixListId for example `pl-0123456789abcdef0`
   */
  public static prefixList(prefixListId: string): Peer {
    checkId('Peer.prefixList', prefixListId, /^pl-[0-9a-f]+$/, 'pl-0123456789abcdef0');
    return new Peer({ prefixListId }, prefixListId, false);
  }

  private constructor(
    /** @internal */
    public readonly _rule: PeerRule,
    /** What it is known by: the range, or the id. */
    public readonly name: string,
    /** Whether it is the whole internet. */
    public readonly isAnyAddress: boolean,
  ) {}
}

function isPrefix(prefix: string | undefined, max: number): boolean {
  return prefix !== undefined && /^\d{1,3}$/.test(prefix) && Number(prefix) <= max;
}

function isNetworkAddress(address: string, prefix: number): boolean {
  const bits = address
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
  return !bits.slice(prefix).includes('1');
}

function checkId(place: string, id: string, pattern: RegExp, example: string): void {
  if (isUnknown(id) || pattern.test(id)) return;
  throw badInput(place, { given: `"${id}" is no id`, allowed: `an id such as ${example}`, instead: `${place}("${example}")` });
}
