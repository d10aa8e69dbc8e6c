import type { Attack } from '../attack/attack';
import { ClusterFacts } from '../attack/cluster-facts';
import { Check, found, notTried, passed } from '../probe';

const WHERE = 'collections';
const SENT = 'GET /cluster, /collections/NAME and /collections/NAME/cluster';

/** Looks at the collections of a cluster of several nodes; faults are listed together. */
export async function onCollections(attack: Attack, faultsOf: (cluster: ClusterFacts) => string[]): Promise<Check[]> {
  const cluster = await attack.cluster();
  if ('obstacle' in cluster) return [notTried(WHERE, cluster.obstacle)];
  if (cluster.peers.size < 2) return [notTried(WHERE, 'the server is by itself')];
  const unread = cluster.unread.map((name) => notTried(WHERE, `nothing could be learned of the collection ${name}`));
  const faults = faultsOf(cluster);
  const evidence = { sent: SENT, received: `${cluster.collections.length} collections on ${cluster.peers.size} peers` };
  return [faults.length > 0 ? found(WHERE, listed(faults), evidence) : passed(WHERE, evidence), ...unread];
}

function listed(faults: string[]): string {
  const shown = faults.slice(0, 10).join('; ');
  return faults.length > 10 ? `${shown}; and ${faults.length - 10} more` : shown;
}
