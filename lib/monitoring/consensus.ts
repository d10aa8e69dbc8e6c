import { Alert, AlertGroup } from './alert';
import { equals } from './promql';
import { WatchedCluster } from './watched-cluster';

/** Whether the nodes agree on what the cluster is. */
export function consensusAlerts({ server, nodeLabel, thresholds }: WatchedCluster): AlertGroup {
  const node = `{{ $labels.${nodeLabel} }}`;
  const term = server.of('cluster_term');
  const commit = server.of('cluster_commit');
  const stopped: Alert[] = server.has('cluster_working_state')
    ? [
        {
          name: 'QdrantConsensusStopped',
          severity: 'critical',
          expression: `${server.of('cluster_working_state', equals({ state: 'stopped' }))} == 1`,
          forMinutes: 5,
          summary: `The consensus of ${node} has stopped.`,
        },
      ]
    : [];
  return {
    name: 'consensus',
    alerts: [
      {
        name: 'QdrantElections',
        severity: 'warning',
        // Of the cluster, and no increase of each node: a new one begins at zero.
        expression: `max(${term}) - max(${term} offset 15m) > ${thresholds.electionsPerQuarterHour}`,
        forMinutes: 5,
        summary: 'The consensus began {{ $value }} terms within 15 minutes: nodes elect one leader after the other.',
      },
      {
        name: 'QdrantConsensusPending',
        severity: 'warning',
        expression: `${server.of('cluster_pending_operations_total')} > 0`,
        forMinutes: 15,
        summary: `{{ $value }} operations of the consensus wait on ${node}.`,
      },
      {
        name: 'QdrantConsensusBehind',
        severity: 'warning',
        // No release exposes how many messages could not be sent: this is what comes of it.
        expression: `${commit} < scalar(max(${commit} offset 5m))`,
        forMinutes: 10,
        summary: `${node} has not heard what others agreed on more than five minutes ago.`,
      },
      ...stopped,
    ],
  };
}
