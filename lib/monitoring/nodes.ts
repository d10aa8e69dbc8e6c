import { Alert, AlertGroup } from './alert';
import { orZero } from './promql';
import { ReadinessSeries, WatchedCluster } from './watched-cluster';

/** Longer than a planned restart takes in most clusters: loading a large collection may take longer. */
export const MINUTES_OF_A_RESTART = 15;

const RESTARTS_AN_HOUR = 3;

/** Whether the nodes are there, and serve. */
export function nodeAlerts(cluster: WatchedCluster): AlertGroup {
  const { server, nodeCount, nodeLabel, readiness } = cluster;
  const node = `{{ $labels.${nodeLabel} }}`;
  return {
    name: 'nodes',
    alerts: [
      {
        name: 'QdrantNodeDown',
        severity: 'warning',
        expression: isAway(ofEachNode(cluster, server.up)),
        forMinutes: 1,
        summary: `${node} did not answer Prometheus for {{ $value }} of the last 30 minutes.`,
      },
      {
        name: 'QdrantNodeMissing',
        severity: 'warning',
        expression: `${orZero(`count(${ofEachNode(cluster, server.up)})`)} < ${nodeCount}`,
        forMinutes: MINUTES_OF_A_RESTART,
        summary: `Prometheus knows {{ $value }} of ${nodeCount} nodes.`,
      },
      majorityDown(cluster),
      ...(readiness ? readinessAlerts(cluster, readiness) : []),
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

/** How many nodes answer, unless nothing is known of any. One that is ready does, also where Prometheus is not let in: that is another alert. */
export function nodesThatAnswer(cluster: WatchedCluster): string {
  const { server, readiness } = cluster;
  const known = [server.up, ...(readiness ? [readiness.ready] : [])];
  return `sum(${ofEachNode(cluster, known.join(' or '))})`;
}

function majorityDown(cluster: WatchedCluster): Alert {
  const { nodeCount } = cluster;
  const majority = Math.floor(nodeCount / 2) + 1;
  const answer = nodesThatAnswer(cluster);
  const reached = `max_over_time((${answer})[1h:1m]) >= ${majority}`;
  // One alone has no majority while it restarts.
  const minutes = nodeCount === 1 ? MINUTES_OF_A_RESTART : 5;
  return {
    name: 'QdrantMajorityDown',
    severity: 'critical',
    // Of what is not known, only what is now; and of what was, only since there was such a majority: before the cluster was founded, or had so many nodes, it
    // was not away.
    expression: `${orZero(answer)} < ${majority} or ${minutesOf(`${answer} < bool ${majority} and on () ${reached}`, 3 * minutes)} > ${minutes}`,
    forMinutes: minutes,
    summary: `Too few of ${nodeCount} nodes answer, or too seldom, for consensus, which takes ${majority}.`,
  };
}

function readinessAlerts(cluster: WatchedCluster, { ready, restarts }: ReadinessSeries): Alert[] {
  const { nodeLabel } = cluster;
  const node = `{{ $labels.${nodeLabel} }}`;
  return [
    {
      name: 'QdrantNodeNotReady',
      severity: 'warning',
      expression: isAway(ofEachNode(cluster, ready)),
      forMinutes: 1,
      summary: `${node} was not ready for {{ $value }} of the last 30 minutes.`,
    },
    {
      name: 'QdrantNodeRestarts',
      severity: 'warning',
      expression: `max by (${nodeLabel}) (changes(${restarts}[1h])) > ${RESTARTS_AN_HOUR}`,
      forMinutes: 1,
      summary: `The server of ${node} has ended {{ $value }} times within an hour.`,
    },
  ];
}

/** That something was away for longer than a restart takes, in all: each good scrape of a server that ends again and again would begin an alert anew. */
function isAway(series: string): string {
  return `${minutesOf(`${series} == bool 0`, 2 * MINUTES_OF_A_RESTART)} > ${MINUTES_OF_A_RESTART}`;
}

/** For how many of the last minutes a condition held. */
function minutesOf(condition: string, last: number): string {
  return `sum_over_time((${condition})[${last}m:1m])`;
}

/** One value of each node, which two jobs or replicas of what exposes it may tell of. */
function ofEachNode({ nodeLabel }: WatchedCluster, series: string): string {
  return `max by (${nodeLabel}) (${series})`;
}
