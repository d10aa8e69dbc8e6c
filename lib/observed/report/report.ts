import { exposureTable } from '../../posture/report/table';
import { QdrantPorts } from '../../qdrant';
import { ObservedCluster, ObservedListener, observedListeners } from '../found-cluster';
import { clustersIn, findingsOf, LocatedFinding, unreadAmong } from '../judge';
import { Resources, shownAddress } from '../resources';

/** What was read of one cluster, and what the rules find in it. */
export interface ClusterReport {
  readonly name: string;
  readonly address: string;
  /** How many nodes it has, where that is known. */
  readonly nodeCount?: number;
  readonly table: string;
  readonly listeners: ListenerReport[];
  readonly secrets: SecretReport[];
  readonly findings: LocatedFinding[];
  readonly unknown: string[];
}

/** A listener, and who reaches it. A member that is left out is unknown. */
export interface ListenerReport {
  readonly purpose: string;
  readonly port: number | string;
  readonly at: string;
  readonly address: string;
  readonly tls?: boolean;
  readonly apiKey?: boolean;
  readonly clientCertificate?: string;
  readonly sources: SourceReport[];
}

/** Somebody who reaches a listener. */
export interface SourceReport {
  readonly name: string;
  /** What lets them in. */
  readonly address: string;
  readonly anyAddress: boolean;
  readonly unknown: boolean;
  readonly nodes: boolean;
}

/** A secret, and who reads it. */
export interface SecretReport {
  readonly name: string;
  readonly keptIn: string;
  readonly readers: string[];
}

/** All that was read. */
export interface ObservedReport {
  readonly clusters: ClusterReport[];
  /** What was there and could not be read, one phrase each. */
  readonly unread: string[];
}

/** What is exposed to whom, by resources. */
export function reportOf(resources: Resources): ObservedReport {
  return { clusters: clustersIn(resources).map(clusterReport), unread: unreadOf(resources) };
}

/** What was there and could not be read, or not be judged, one phrase each. */
export function unreadOf(resources: Resources): string[] {
  return [...resources.unread, ...unreadTypes(resources), ...unreadTargets(resources), ...unreadAmong(resources)];
}

/** Whether something of Qdrant was found, or nothing was left unread in which it may be. */
export function isJudged({ clusters, unread }: ObservedReport): boolean {
  return clusters.length > 0 || unread.length === 0;
}

function clusterReport(cluster: ObservedCluster): ClusterReport {
  const { name, resource, facts, unknown } = cluster;
  return {
    name,
    address: shownAddress(resource),
    nodeCount: facts.nodeCount,
    table: exposureTable(facts),
    listeners: observedListeners(cluster).map(listenerReport),
    secrets: facts.secrets.map(({ purpose, keptIn, readers }) => ({ name: purpose, keptIn, readers })),
    findings: findingsOf(cluster),
    unknown: [...new Set(unknown)],
  };
}

/** A listener as reports have it. */
export function listenerReport(listener: ObservedListener): ListenerReport {
  const { purpose, port, at, tls, apiKey, clientVerifiedBy, resource, observedSources } = listener;
  return {
    ...{ purpose, port, at, tls, apiKey },
    address: shownAddress(resource),
    clientCertificate: clientVerifiedBy,
    sources: observedSources.map(({ name, by, anyAddress = false, unknown = false, nodes = false }) => ({
      ...{ name, anyAddress, unknown, nodes },
      address: shownAddress(by),
    })),
  };
}

/** What may run Qdrant in a way that no reader here knows. */
const UNREAD_TYPES = [
  'aws_ecs_task_definition',
  'aws_lightsail_instance',
  'helm_release',
  'kubectl_manifest',
  'docker_container',
];

/** Target groups of the ports of Qdrant to which machines are added elsewhere: by a group of machines that grows and shrinks, or by hand. */
function unreadTargets(resources: Resources): string[] {
  const attached = resources
    .ofType('aws_lb_target_group_attachment', 'aws_alb_target_group_attachment')
    .map((attachment) => resources.identity(attachment, attachment.values.target_group_arn));
  return resources
    .ofType('aws_lb_target_group', 'aws_alb_target_group')
    .filter(({ values }) => [QdrantPorts.REST, QdrantPorts.GRPC, QdrantPorts.PEER].includes(Number(values.port)))
    .filter((group) => !attached.includes(resources.identity(group, `\${${group.address}.arn}`)))
    .map((group) => `who reaches Qdrant by ${shownAddress(group)}, whose targets are not among what was read`);
}

function unreadTypes(resources: Resources): string[] {
  return resources
    .ofType(...UNREAD_TYPES)
    .filter(({ address, values }) => /qdrant/i.test(`${address} ${JSON.stringify(values)}`))
    .map((resource) => {
      const instead = resource.type === 'helm_release' ? ': give what helm template prints' : '';
      return `${shownAddress(resource)}, which names Qdrant, and is of a type that is not read${instead}`;
    });
}
