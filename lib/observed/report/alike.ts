import { groupedBy } from '../grouped';
import { ClusterReport } from './report';

/** Clusters that have everything in common but their names: nodes that share no group are read as clusters of one. */
export interface AlikeClusters {
  readonly clusters: ClusterReport[];
}

/** What they are called together. */
export function nameOf({ clusters: [{ name }, ...others] }: AlikeClusters): string {
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}

/** Clusters by what is exposed and found, so that what is alike is shown once. */
export function groupedByLikeness(clusters: ClusterReport[]): AlikeClusters[] {
  return groupedBy(clusters, likeness).map((alike) => ({ clusters: alike }));
}

/** All that a reader could tell two clusters by, but for the addresses of their own resources. */
function likeness({ address, nodeCount, table, listeners, secrets, findings, unknown }: ClusterReport): string {
  const unplaced = (text: string) => (text.endsWith(address) ? text.slice(0, -address.length) : text);
  return JSON.stringify([
    [nodeCount, table, unknown],
    listeners.map(({ sources, ...listener }) => [listener, sources].map(withoutAddress)),
    secrets.map(({ name, keptIn, readers }) => [name, unplaced(keptIn), readers]),
    findings.map(({ ruleId, severity, listener, sources }) => [ruleId, severity, listener, sources]),
  ]);
}

function withoutAddress(value: object): string {
  return JSON.stringify(value, (name, member) => (name === 'address' ? undefined : member));
}
