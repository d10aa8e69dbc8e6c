import { AlertGroup } from './alert';
import { WatchedCluster } from './watched-cluster';

/** Whether there is a replica of each shard that serves. */
export function replicaAlerts({ server, nodeLabel }: WatchedCluster): AlertGroup {
  const inactive = server.of('collection_dead_replicas');
  const least = server.of('collection_active_replicas_min');
  return {
    name: 'replicas',
    alerts: [
      {
        name: 'QdrantReplicasInactive',
        severity: 'warning',
        // Each node knows all of them, and one that was away may know of none.
        expression: `max(${inactive}) > 0`,
        forMinutes: 15,
        summary: '{{ $value }} shards have a replica that is not active.',
      },
      {
        name: 'QdrantShardUnavailable',
        severity: 'critical',
        // Without any shard the least is 0 too, but no replica is inactive then.
        expression: `max(${least} and on (${nodeLabel}) ${inactive} > 0) == 0`,
        forMinutes: 5,
        summary: 'A shard has no active replica.',
      },
    ],
  };
}
