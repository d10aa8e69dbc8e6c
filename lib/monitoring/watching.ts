import { Alert, AlertGroup } from './alert';
import { WatchedCluster } from './watched-cluster';

/** An hour: longer than it takes to found a cluster, and to move a pod. */
const MINUTES_UNTIL_IT_IS_MISSED = 60;

/** Whether what the other alerts ask for is there at all: an alert without its series never fires. */
export function watchingAlerts(cluster: WatchedCluster): AlertGroup {
  const { server, readiness, memory, volumes, certificates } = cluster;
  const outside = [readiness, memory, volumes, certificates].flatMap((one) => (one === undefined ? [] : [one]));
  const own = { source: 'qdrant', watches: 'the server', proof: server.of('app_info') };
  return {
    name: 'watching',
    alerts: [own, ...outside].map(
      ({ source, watches, proof }): Alert => ({
        name: 'QdrantNotWatched',
        severity: 'warning',
        expression: `absent(${proof})`,
        forMinutes: MINUTES_UNTIL_IT_IS_MISSED,
        summary: `Nobody watches ${watches}: Prometheus has no such series of ${source}.`,
        labels: { source },
      }),
    ),
  };
}
