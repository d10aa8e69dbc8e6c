import { AlertGroup } from './alert';
import { MINUTES_OF_A_RESTART, nodesThatAnswer } from './nodes';
import { WatchedCluster } from './watched-cluster';

/** Whether there is a replica of each shard that serves. */
export function replicaAlerts(cluster: WatchedCluster): AlertGroup {
  const { server, nodeCount } = cluster;
  const answer = nodesThatAnswer(cluster);
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
        expression: `last_over_time((${leastReplicas(cluster)} and on () ${answer} == ${nodeCount})[1w:5m]) <= ${nodeCount} - ${answer}`,
        forMinutes: MINUTES_OF_A_RESTART,
        summary: 'As many nodes are away as a shard had active replicas, when all nodes last answered: it may have none left.',
      },
    ],
  };
}

/** How many active replicas the shard with the fewest has. Of a node that knows no shard it is 0 too, but no replica is inactive then. */
function leastReplicas({ server, nodeLabel }: WatchedCluster): string {
  const least = server.of('collection_active_replicas_min');
  return `min(${least} > 0 or ${least} and on (${nodeLabel}) ${server.of('collection_dead_replicas')} > 0)`;
}
