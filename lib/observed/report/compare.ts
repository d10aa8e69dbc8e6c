import { ClusterReport, ListenerReport, ObservedReport } from './report';

/** What a change exposes that was not exposed before, one sentence each. */
export function exposedAnew(before: ObservedReport, after: ObservedReport): string[] {
  const pairs = pairsOf(before.clusters, after.clusters);
  const anew = after.clusters.flatMap((cluster) => {
    const former = pairs.get(cluster);
    const found = cluster.findings
      .filter(({ ruleId, what }) => !former?.findings.some((one) => one.ruleId === ruleId && one.what === what))
      .map(({ ruleId, what, address }) => `${cluster.name}: ${ruleId} ${what}, by ${address}`);
    return [...newReach(cluster, former), ...newReaders(cluster, former), ...found];
  });
  // What is no longer read may be open to anybody.
  const unread = after.unread
    .filter((line) => !before.unread.includes(line))
    .map((line) => `not read, and was not there: ${line}`);
  return [...anew, ...unread];
}

/** Clusters with what they were, each of which is of one: by the address, as two may have a name in common, and else by the name. */
function pairsOf(before: ClusterReport[], after: ClusterReport[]): Map<ClusterReport, ClusterReport> {
  const pairs = new Map<ClusterReport, ClusterReport>();
  const left = new Set(before);
  const pairBy = (isSame: (one: ClusterReport, other: ClusterReport) => boolean) => {
    for (const cluster of after.filter((one) => !pairs.has(one))) {
      const [former, ...others] = [...left].filter((one) => isSame(one, cluster));
      // Of several it may be any: then all of it counts as new.
      if (former === undefined || others.length > 0) continue;
      pairs.set(cluster, former);
      left.delete(former);
    }
  };
  pairBy((one, other) => one.address === other.address && one.name === other.name);
  pairBy((one, other) => one.address === other.address);
  pairBy((one, other) => one.name === other.name);
  return pairs;
}

function newReaders(cluster: ClusterReport, former: ClusterReport | undefined): string[] {
  return cluster.secrets.flatMap(({ name, keptIn, readers }) => {
    const were = former?.secrets.filter((one) => one.name === name).flatMap((one) => one.readers) ?? [];
    return readers
      .filter((reader) => !were.includes(reader))
      .map((reader) => `${cluster.name}: ${name}, in ${keptIn}, may be read by ${reader}`);
  });
}

const isOf = (listener: ListenerReport) => (other: ListenerReport) =>
  other.purpose === listener.purpose && String(other.port) === String(listener.port) && other.at === listener.at;

function newReach(cluster: ClusterReport, former: ClusterReport | undefined): string[] {
  return cluster.listeners.flatMap((listener) => {
    const was = former?.listeners.find(isOf(listener));
    const name = `${cluster.name}: ${listener.purpose} (port ${listener.port}) of ${listener.at}`;
    const sources = listener.sources
      .filter(({ nodes, name: source }) => !nodes && !was?.sources.some((one) => one.name === source))
      .map(({ name: source, address }) => `${name} is open to ${source}, by ${address}`);
    const lost = (
      [
        ['TLS', 'tls'],
        ['the API key', 'apiKey'],
        ['the client certificate', 'clientCertificate'],
      ] as const
    )
      .filter(([, member]) => was?.[member] && !listener[member])
      .map(([what]) => `${name} no longer asks for ${what}, as far as is known`);
    return [...sources, ...lost];
  });
}
