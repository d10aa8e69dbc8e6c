import { AlertGroup } from './alert';
import { matches, orZero } from './promql';
import { WatchedCluster } from './watched-cluster';

/** Whether others try to get in. */
export function accessAlerts(cluster: WatchedCluster): AlertGroup {
  const { deniedRequestsPerMinute } = cluster.thresholds;
  return {
    name: 'access',
    alerts: [
      {
        name: 'QdrantDeniedRequests',
        severity: 'warning',
        expression: `${deniedPerMinute(cluster)} > ${deniedRequestsPerMinute}`,
        forMinutes: 10,
        summary:
          '{{ printf "%.0f" $value }} requests a minute are denied: with a key that is wrong, or has no right to what they ask for.',
      },
    ],
  };
}

/** Requests without a valid key, and those that a key has no right to. */
export function deniedPerMinute({ server }: WatchedCluster): string {
  const rest = server.of('rest_responses_total', matches('status', '401|403'));
  // PERMISSION_DENIED and UNAUTHENTICATED.
  const grpc = server.of('grpc_responses_total', matches('status', '7|16'));
  const counted = [rest, ...(server.tellsGrpcStatus ? [grpc] : [])];
  return `(${counted.map((one) => orZero(`sum(rate(${one}[5m]))`)).join(' + ')}) * 60`;
}
