import { isIPv4, isIPv6 } from 'node:net';
import { IPv4, IPv6 } from 'ipaddr.js';
import { badInput, isUnknown } from './input';

/** Addresses from the first to the last, both counted. */
interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

/** A range of addresses. */
interface Range extends Span {
  readonly version: 4 | 6;
}

/** The widest range of public addresses that still counts as one owner's: a prefix of 7, or of 13. */
const SOMEBODYS = { 4: 1n << 25n, 6: 1n << 115n };

/** Addresses that no traffic from the internet comes from. */
const NOT_PUBLIC: Span[] = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  '224.0.0.0/3',
].map((cidr) => parse(cidr)!);
/** The one part of IPv6 that addresses on the internet are of. */
const PUBLIC_IPV6 = parse('2000::/3')!;

/** A range of IPv4 addresses, in the one way to write it; throws unless it is one with no bit set behind its prefix, or unknown. */
export function ipv4Range(scope: string, cidr: string): string {
  return rangeOf(scope, cidr, 4, '10.20.0.0/16', 'Peer.ipv4("10.20.0.0/16"), or Peer.ipv6 for IPv6');
}

/** A range of IPv6 addresses, in the one way to write it; throws unless it is one with no bit set behind its prefix, or unknown. */
export function ipv6Range(scope: string, cidr: string): string {
  return rangeOf(scope, cidr, 6, '2001:db8::/56', 'Peer.ipv6("2001:db8::/56"), or Peer.ipv4 for IPv4');
}

/**
 * Whether ranges, together, are the internet: all of it, or so much of its public addresses that they are no one's in particular (more than a prefix
 * of 7 in IPv4, of 13 in IPv6). Ranges that are not known yet count for nothing.
 */
export function coverTheInternet(cidrs: string[]): boolean {
  const ranges = cidrs.flatMap((cidr) => (isUnknown(cidr) ? [] : (parse(cidr) ?? [])));
  const publicAddresses = (version: 4 | 6) => {
    const spans = merged(ranges.filter((range) => range.version === version));
    if (version === 6) return common(spans, [PUBLIC_IPV6]);
    return sizeOf(spans) - common(spans, NOT_PUBLIC);
  };
  return ([4, 6] as const).some((version) => publicAddresses(version) > SOMEBODYS[version]);
}

/** Tells of a range whether ranges, together, hold all of it, however each is written. Those that are not known yet hold nothing. */
export function withinRanges(cidrs: string[]): (cidr: string) => boolean {
  const ranges = cidrs.flatMap((cidr) => parse(cidr) ?? []);
  const spans = {
    4: merged(ranges.filter(({ version }) => version === 4)),
    6: merged(ranges.filter(({ version }) => version === 6)),
  };
  return (cidr) => {
    const range = parse(cidr);
    return range !== undefined && spans[range.version].some(({ first, last }) => first <= range.first && range.last <= last);
  };
}

function rangeOf(scope: string, cidr: string, version: 4 | 6, example: string, instead: string): string {
  if (isUnknown(cidr)) return cidr;
  const range = typeof cidr === 'string' ? parse(cidr) : undefined;
  if (range?.version !== version || (version === 6 && isMappedIpv4(cidr))) {
    throw badInput(scope, {
      given: `"${cidr}" is no range of IPv${version} addresses`,
      allowed: `ADDRESS/PREFIX, as ${example}, with no bit of the address set behind the prefix`,
      instead: `for example ${instead}`,
    });
  }
  const [, prefix] = cidr.split('/');
  const written = `${addressOf(range.first, version)}/${prefix}`;
  if (range.first === parseAddress(cidr.split('/')[0])!.number) return written;
  throw badInput(scope, {
    given: `"${cidr}" is no range of IPv${version} addresses: bits are set behind the prefix`,
    allowed: 'ADDRESS/PREFIX with no bit of the address set behind the prefix',
    instead: `"${written}" for the whole range, or "${cidr.split('/')[0]}/${version === 4 ? 32 : 128}" for the one address`,
  });
}

function parse(cidr: string): Range | undefined {
  const [text, prefix, ...more] = cidr.split('/');
  const address = parseAddress(text);
  if (!address || more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefix ?? '') || Number(prefix) > address.bits)
    return undefined;
  const hostBits = BigInt(address.bits - Number(prefix));
  const first = (address.number >> hostBits) << hostBits;
  return { version: address.bits === 32 ? 4 : 6, first, last: first + (1n << hostBits) - 1n };
}

/** Strictly: no octal numbers, no parts left out, no zone of a link. */
function parseAddress(text: string): { number: bigint; bits: number } | undefined {
  if (isIPv4(text)) return { number: numberOf(IPv4.parse(text).toByteArray()), bits: 32 };
  if (isIPv6(text) && !text.includes('%')) return { number: numberOf(IPv6.parse(text).toByteArray()), bits: 128 };
  return undefined;
}

/** IPv4 in the clothes of IPv6 (`::ffff:10.0.0.0/104`), which firewalls take for neither. */
function isMappedIpv4(cidr: string): boolean {
  return IPv6.parse(cidr.split('/')[0]).isIPv4MappedAddress();
}

function numberOf(bytes: number[]): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
}

function addressOf(number: bigint, version: 4 | 6): string {
  const count = version === 4 ? 4 : 16;
  const bytes = Array.from({ length: count }, (_, index) => Number((number >> BigInt(8 * (count - 1 - index))) & 255n));
  return version === 4 ? new IPv4(bytes).toString() : new IPv6(bytes).toRFC5952String();
}

/** Spans that do not overlap. */
function merged(spans: Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => (a.first < b.first ? -1 : 1));
  return sorted.reduce<Span[]>((done, span) => {
    const last = done.at(-1);
    if (!last || span.first > last.last + 1n) return [...done, span];
    return [...done.slice(0, -1), { first: last.first, last: span.last > last.last ? span.last : last.last }];
  }, []);
}

function sizeOf(spans: Span[]): bigint {
  return spans.reduce((sum, { first, last }) => sum + last - first + 1n, 0n);
}

/** How many addresses two sets of spans have in common; neither overlaps itself. */
function common(spans: Span[], others: Span[]): bigint {
  const both = spans.flatMap((span) =>
    others.map((other) => ({
      first: span.first > other.first ? span.first : other.first,
      last: span.last < other.last ? span.last : other.last,
    })),
  );
  return sizeOf(both.filter(({ first, last }) => first <= last));
}
