import { ObservedCluster, ObservedListener, observedListeners } from '../observed/found-cluster';
import { clustersIn, findingsOf } from '../observed/judge';
import { listenerReport, unreadOf } from '../observed/report/report';
import { shownAddress } from '../observed/resources';
import { ListenerPurpose } from '../posture';
import { DeclaredReport, declaredReports, reportOfCluster } from './declared-reports';
import { ExposedCluster, ExposedPort, Exposure, PortPurpose } from './exposed-cluster';
import { readInput, TestInput } from './input';

const PURPOSES: { [purpose in ListenerPurpose]: PortPurpose } = {
  [ListenerPurpose.REST]: 'rest',
  [ListenerPurpose.GRPC]: 'grpc',
  [ListenerPurpose.PEER]: 'peer',
  [ListenerPurpose.METRICS]: 'metrics',
  [ListenerPurpose.HEALTH]: 'health',
};

/** Who reaches which port through what, what is wrong with that, and what is not known. */
export function exposureOf(input: TestInput): Exposure {
  const { resources, documents } = readInput(input);
  const reports = declaredReports(documents);
  const found = clustersIn(resources);
  const ofCluster = new Map(found.map((cluster) => [cluster, reportOfCluster(cluster, reports)]));
  const told = new Set(ofCluster.values());
  const alone = reports.filter((report) => !told.has(report));
  return {
    clusters: [...found.map((cluster) => exposedCluster(cluster, ofCluster.get(cluster))), ...alone.map(madeElsewhere)],
    unread: unreadOf(resources),
  };
}

/** The clusters of an exposure: the one that is asked for, or all; throws where there is none, as nothing would be judged. */
export function judgedClusters({ clusters, unread }: Exposure, name: string | undefined): ExposedCluster[] {
  const judged = clusters.filter((cluster) => name === undefined || cluster.name === name || cluster.address === name);
  if (judged.length > 0) return judged;
  const others = clusters.map((cluster) => cluster.name).join(', ');
  const what = name === undefined ? 'no cluster of Qdrant' : `no cluster "${name}"`;
  const seen = others === '' ? '' : `; there is ${others}`;
  const notRead = unread.length === 0 ? '' : `. Not read: ${unread.join('; ')}`;
  throw new Error(`cdktf-qdrant/testing: ${what} was found, so nothing can be judged${seen}${notRead}`);
}

function exposedCluster(cluster: ObservedCluster, report: DeclaredReport | undefined): ExposedCluster {
  const { name, resource, unknown, unknownReach } = cluster;
  const observed = findingsOf(cluster).map((finding) => ({
    ...finding,
    acknowledgedBecause: report?.acknowledged.get(finding.ruleId),
  }));
  // What was declared is judged by rules that see more than resources: in which zones, what was not declared.
  const declared = (report?.findings ?? []).filter(({ ruleId }) => !observed.some((finding) => finding.ruleId === ruleId));
  return {
    name,
    address: shownAddress(resource),
    ports: observedListeners(cluster).map(exposedPort),
    findings: [...observed, ...declared],
    unknown: [...new Set(unknown)],
    unknownReach: [...new Set(unknownReach)],
  };
}

/** A cluster that is imported has no resources here; what was allowed on it is declared all the same. */
function madeElsewhere({ path, findings, unknown }: DeclaredReport): ExposedCluster {
  return {
    name: path,
    address: path,
    ports: [],
    findings,
    unknown,
    unknownReach: [`who reaches ${path}, which is not made by what was read`],
  };
}

function exposedPort(listener: ObservedListener): ExposedPort {
  const { purpose, behindGuard } = listener;
  return { ...listenerReport(listener), purpose: PURPOSES[purpose], behindGuard };
}
