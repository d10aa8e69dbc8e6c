import { ClusterReport, ListenerReport, ObservedReport } from './report';

/** What a change exposes that was not exposed before, one sentence each. */
export function exposedAnew(before: ObservedReport, after: ObservedReport): string[] {
  return after.clusters.flatMap((cluster) => {
    const former = before.clusters.find(({ name, address }) => name === cluster.name || address === cluster.address);
    const found = cluster.findings
      .filter(({ ruleId, what }) => !former?.findings.some((one) => one.ruleId === ruleId && one.what === what))
      .map(({ ruleId, what, address }) => `${cluster.name}: ${ruleId} ${what}, by ${address}`);
    return [...newReach(cluster, former), ...found];
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
