import { ExposedCluster, ExposedPort, ExposureSource } from './exposed-cluster';
import { exposureOf, judgedClusters } from './exposure';
import { TestInput } from './input';
import { AllowedSource, isAllowed, namesOf } from './sources';
import { Verdict, verdictOn } from './verdict';

/** Who may reach the ports of a cluster. A port that is left out may be reached by nobody but the nodes. */
export interface AllowedExposure {
  /** Who may reach REST, wherever it is served: at the nodes, and by load balancers and other fronts. */
  readonly rest?: readonly AllowedSource[];
  /** Who may reach gRPC. */
  readonly grpc?: readonly AllowedSource[];
  /** Who may reach 6335 beside the nodes, which always may. */
  readonly peer?: readonly AllowedSource[];
  /** Who may reach the metrics port. */
  readonly metrics?: readonly AllowedSource[];
  /**
   * The cluster that is meant, by its name or address in the report.
   *
   * @default - every cluster that is found
   */
  readonly cluster?: string;
  /**
   * What cannot be read, and was judged by other means: each by a part of the text that `unread` has, for example `the module vpc`.
   *
   * @default - whatever cannot be read fails
   */
  readonly judgedElsewhere?: readonly string[];
}

const PORTS = ['rest', 'grpc', 'peer', 'metrics'] as const;

type Allowed = { [port in (typeof PORTS)[number]]: string[] };

/** Whether nobody but those who are allowed reaches the ports of clusters. Whoever is unknown is not allowed. */
export function exposesOnly(input: TestInput, expected: AllowedExposure): Verdict {
  const allowed = Object.fromEntries(PORTS.map((port) => [port, namesOf(port, expected[port] ?? [])])) as Allowed;
  const exposure = exposureOf(input);
  const clusters = judgedClusters(exposure, expected.cluster);
  const unread = exposure.unread.filter((text) => !(expected.judgedElsewhere ?? []).some((part) => text.includes(part)));
  const problems = [
    ...clusters.flatMap((cluster) => problemsOf(cluster, allowed)),
    ...unread.map((text) => `it is not known what lets in whom by what cannot be read: ${text}`),
  ];
  const names = clusters.map(({ name }) => name).join(', ');
  return verdictOn(problems, {
    wrong: `${names}: somebody can connect who is not expected. ${written(allowed)}. Beside them:`,
    right: `${names}: nobody can connect who is not expected. ${written(allowed)}.`,
  });
}

function written(allowed: Allowed): string {
  const ports = PORTS.map((port) => `${port}: ${allowed[port].length === 0 ? 'nobody' : allowed[port].join(', ')}`);
  return `Expected are ${ports.join('; ')}`;
}

function problemsOf(cluster: ExposedCluster, allowed: Allowed): string[] {
  const open = cluster.ports.flatMap((port) =>
    port.sources
      .filter((source) => !source.nodes && !mayReach(source, port, cluster, allowed))
      .map((source) => problemOf(source, port, cluster)),
  );
  return [...open, ...cluster.unknownReach.map((text) => `${cluster.name}: it is not known ${text}`)];
}

function mayReach(source: ExposureSource, port: ExposedPort, { ports }: ExposedCluster, allowed: Allowed): boolean {
  // Nothing but the health of a node is told there.
  if (port.purpose === 'health') return true;
  if (port.behindGuard) return false;
  const names = allowed[port.purpose];
  // Files never tell who reaches a front that is not of theirs: whoever names it has said that all of its clients may.
  if (source.unknown) return isFront(port) && names.includes(port.at);
  // Those who reach a front are judged at the front.
  const passesOn = port.purpose !== 'peer' && ports.some((other) => isFront(other) && other.at === source.name);
  return passesOn || isAllowed(source, names);
}

function isFront({ at }: ExposedPort): boolean {
  return at !== 'nodes' && at !== 'pods' && !at.startsWith('members of ');
}

function problemOf({ name, unknown, address }: ExposureSource, port: ExposedPort, cluster: ExposedCluster): string {
  const guarded = port.behindGuard ? ', which is behind the guard and for the nodes alone,' : '';
  const what = `${cluster.name}: ${port.purpose} (port ${port.port}) of ${port.at}${guarded} is open to ${name}`;
  if (!unknown || port.behindGuard) return `${what}, by ${address}`;
  const instead = isFront(port)
    ? `write '${port.at}' if all of its clients may connect`
    : 'give a plan or a state if Terraform knows it, or close it';
  return `${what}, which is unknown and never taken for safe, by ${address}: ${instead}`;
}
