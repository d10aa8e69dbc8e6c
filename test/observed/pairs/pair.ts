import { ObservedCluster } from '../../../lib/observed/found-cluster';
import { findingsOf } from '../../../lib/observed/judge';

/** What fires a rule in a cluster that is well set up, and the nearest to it that does not. */
export interface Pair {
  readonly rule: string;
  readonly fires: string;
  readonly bad: () => ObservedCluster;
  readonly silent: string;
  readonly good: () => ObservedCluster;
  /** Rules that find something too, as it cannot be had without. */
  readonly also?: string[];
  /** Those that find something in its neighbour, as that cannot be had without. */
  readonly silentAlso?: string[];
  /** The resource that the finding names, where that is not the one that runs the cluster. */
  readonly address?: string;
}

/** The rules that find something, each once. */
export function rulesThatFind(cluster: ObservedCluster): string[] {
  return [...new Set(findingsOf(cluster).map(({ ruleId }) => ruleId))].sort();
}
