import { isIPv4, isIPv6 } from 'node:net';
import { badInput, isUnknown } from './input';

/** Throws unless the text is a range of IPv4 addresses with no bit set behind its prefix, or unknown. */
export function checkIpv4Range(place: string, cidr: string): void {
  const [address, prefix] = cidr.split('/');
  if (isUnknown(cidr) || (isIPv4(address) && isPrefix(prefix, 32) && isNetworkAddress(address, Number(prefix)))) return;
  throw badInput(place, {
    given: `"${cidr}" is no range of IPv4 addresses`,
    allowed: 'ADDRESS/PREFIX with no bit of the address set behind the prefix',
    instead: 'for example Peer.ipv4("10.20.0.0/16"), or Peer.ipv6 for IPv6',
  });
}

/** Throws unless the text is a range of IPv6 addresses, or unknown. */
export function checkIpv6Range(place: string, cidr: string): void {
  const [address, prefix] = cidr.split('/');
  if (isUnknown(cidr) || (isIPv6(address) && isPrefix(prefix, 128))) return;
  throw badInput(place, {
    given: `"${cidr}" is no range of IPv6 addresses`,
    allowed: 'ADDRESS/PREFIX',
    instead: 'for example Peer.ipv6("2001:db8::/56"), or Peer.ipv4 for IPv4',
  });
}

/** Whether a range is the whole internet. */
export function isAnyAddress(cidr: string): boolean {
  return cidr === '0.0.0.0/0' || /^[0:]+\/0$/.test(cidr);
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
