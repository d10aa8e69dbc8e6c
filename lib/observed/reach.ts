import { coverTheInternet } from '../input/cidr';
import { ExposureSource } from '../posture';
import { displayed, hasUnknown, ObservedResource } from './resources';

/** Who is let in by a rule of a firewall. */
export interface ObservedSource extends ExposureSource {
  /** What it is in the resource, which two names may be written for. */
  readonly key: string;
  /** The range, where it is one. */
  readonly cidr?: string;
  /** Whether it is a list of ranges that are kept elsewhere. */
  readonly isList?: boolean;
  /** By what pods are chosen, where it is pods: each term leaves out some. */
  readonly terms?: string[];
  /** What lets it in. */
  readonly by: ObservedResource;
}

/** Ports that a rule opens: of numbers, or one that is known only to Terraform. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
  /** The expression, where the port is not known: it may be any. */
  readonly expression?: string;
}

export const ALL_PORTS: PortRange = { from: 0, to: 65535 };

/** Ports and those who are let in to them. */
export interface InboundRule {
  readonly ports: PortRange;
  readonly sources: ObservedSource[];
}

/** The ports from one to another, as they are written. */
export function portRange(from: unknown, to: unknown = from): PortRange {
  const [first, last] = [from, to].map((port) => (port === '' || port === null ? NaN : Number(port)));
  if (Number.isInteger(first) && Number.isInteger(last)) return { from: first, to: last };
  return { ...ALL_PORTS, expression: String(from) };
}

/**
 * Whether a rule opens a port.
 *
 * @param port a number, or the expression of a port that only Terraform knows
 */
export function opens({ from, to, expression }: PortRange, port: number | string): boolean {
  if (expression !== undefined && typeof port === 'string') return expression === port;
  return typeof port === 'string' ? from < to : from <= port && port <= to;
}

/** A range of addresses as a source. */
export function rangeSource(cidr: unknown, by: ObservedResource): ObservedSource {
  return { name: displayed(cidr), key: String(cidr), cidr: String(cidr), unknown: hasUnknown(cidr), by };
}

/**
 * Those who reach a port, each once; ranges that are the internet only together are any address.
 *
 * @param others expressions of ports that are known to be others, so that they are not taken for this one
 */
export function sourcesOf(rules: InboundRule[], port: number | string, others: string[] = []): ObservedSource[] {
  const isOther = ({ expression }: PortRange) => expression !== undefined && expression !== port && others.includes(expression);
  const sources = rules.filter(({ ports }) => opens(ports, port) && !isOther(ports)).flatMap((rule) => rule.sources);
  const together = coverTheInternet(sources.flatMap(({ cidr }) => cidr ?? []));
  const seen = new Map<string, ObservedSource>();
  for (const source of sources) {
    const anyAddress = source.anyAddress || (together && source.cidr !== undefined);
    const key = source.nodes ? 'nodes' : source.key;
    if (!seen.has(key)) seen.set(key, { ...source, anyAddress });
  }
  return [...seen.values()];
}
