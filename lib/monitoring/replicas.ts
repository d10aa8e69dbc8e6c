import { AlertGroup } from './alert';
import { MINUTES_OF_A_RESTART, nodesThatAnswer } from './nodes';
import { WatchedCluster } from './watched-cluster';

/**
 * Others deactivate the replicas of a node that goes before its scrape fails, or Kubernetes finds it is not ready; and once it is back, its own are active again
 * only after a while. What was known so long ago counts if all nodes have answered since.
 */
const MINUTES_ALL_ANSWER = 10;

/** Whether there is a replica of each shard that serves. */
export function replicaAlerts(cluster: WatchedCluster): AlertGroup {
  const { server, nodeCount } = cluster;
  const answer = nodesThatAnswer(cluster);
  // Then, now and between: Prometheus 3 leaves out what a range begins with.
  const allAnswer = `min_over_time((${answer})[${MINUTES_ALL_ANSWER + 1}m:5m]) == ${nodeCount}`;
  return {
    name: 'replicas',
    alerts: [
      {
        name: 'QdrantReplicasInactive',
        severity: 'warning',
        // Each node knows all of them, and one that was away may know of none.
        expression: `max(${server.of('collection_dead_replicas')}) > 0`,
        forMinutes: MINUTES_OF_A_RESTART,
        summary: '{{ $value }} shards have a replica that is not active.',
      },
      {
        name: 'QdrantShardUnavailable',
        severity: 'critical',
        // A server never deactivates the last active replica, wherever that is. Once a node is away, the replicas of it that are not the last are inactive, so
        // that the fewest of then say nothing.
        expression: `last_over_time((${leastReplicas(cluster)} and on () ${allAnswer})[1w:5m]) <= ${nodeCount} - ${answer}`,
        forMinutes: MINUTES_OF_A_RESTART,
        summary: 'As many nodes are away as a shard had active replicas, when all nodes last answered: it may have none left.',
      },
    ],
  };
}

/** How many active replicas the shard with the fewest had. Of a node that knew no shard it was 0 too, but no replica was inactive then. */
function leastReplicas({ server, nodeLabel }: WatchedCluster): string {
  const before = (series: string) => `${series} offset ${MINUTES_ALL_ANSWER}m`;
  const least = before(server.of('collection_active_replicas_min'));
  return `min(${least} > 0 or ${least} and on (${nodeLabel}) ${before(server.of('collection_dead_replicas'))} > 0)`;
}
