import { Alert, AlertGroup } from './alert';
import { orZero } from './promql';
import { WatchedCluster } from './watched-cluster';

/** Longer than a planned restart takes in most clusters: loading a large collection may take longer. */
const MINUTES_OF_A_RESTART = 15;

/** Whether the nodes are there, and serve. */
export function nodeAlerts({ server, nodeCount, nodeLabel, readiness }: WatchedCluster): AlertGroup {
  const node = `{{ $labels.${nodeLabel} }}`;
  const majority = Math.floor(nodeCount / 2) + 1;
  const notReady: Alert[] = readiness
    ? [
        {
          name: 'QdrantNodeNotReady',
          severity: 'warning',
          expression: `${readiness.ready} == 0`,
          forMinutes: MINUTES_OF_A_RESTART,
          summary: `${node} is not ready.`,
        },
      ]
    : [];
  return {
    name: 'nodes',
    alerts: [
      {
        name: 'QdrantNodeDown',
        severity: 'warning',
        expression: `${server.up} == 0`,
        forMinutes: MINUTES_OF_A_RESTART,
        summary: `${node} does not answer the scrapes of Prometheus.`,
      },
      {
        name: 'QdrantNodeMissing',
        severity: 'warning',
        expression: `${orZero(`count(${server.up})`)} < ${nodeCount}`,
        forMinutes: MINUTES_OF_A_RESTART,
        summary: `Prometheus knows {{ $value }} of ${nodeCount} nodes.`,
      },
      {
        name: 'QdrantMajorityDown',
        severity: 'critical',
        expression: `${orZero(`sum(${server.up})`)} < ${majority}`,
        // One alone has no majority while it restarts.
        forMinutes: nodeCount === 1 ? MINUTES_OF_A_RESTART : 5,
        summary: `{{ $value }} of ${nodeCount} nodes answer, and consensus takes ${majority}.`,
      },
      ...notReady,
      {
        name: 'QdrantRecoveryMode',
        severity: 'critical',
        expression: `${server.of('app_status_recovery_mode')} == 1`,
        forMinutes: 1,
        summary: `${node} is in recovery mode: it has loaded no collection.`,
      },
    ],
  };
}
