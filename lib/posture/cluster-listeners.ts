import { QdrantPorts } from '../qdrant/ports';
import { ListenerPurpose } from './listener';
import { Posture } from './posture';

/** What the nodes of a cluster listen on. */
export interface ClusterListenersProps {
  /** What a reader knows the nodes by: `nodes`, or `pods`. */
  readonly at: string;
  readonly grpc: boolean;
  /** Whether the guard verifies clients' certificates on every port that they use. */
  readonly guard: boolean;
  readonly metricsPort?: number;
}

/** Writes down what the nodes listen on, and what protects it. */
export function describeListeners(posture: Posture, props: ClusterListenersProps): void {
  const { at, guard } = props;
  const nodes = { at, tls: true };
  const clientPorts = portsForClients(props);
  for (const { purpose, port, apiKey } of clientPorts) {
    posture.addListener({ ...nodes, purpose, port, apiKey, clientVerifiedBy: guard ? 'the guard' : undefined });
  }
  posture.addListener({
    ...nodes,
    purpose: ListenerPurpose.PEER,
    port: QdrantPorts.PEER,
    apiKey: posture.settings?.value('service.enforce_internal_auth') === true,
    clientVerifiedBy: 'Qdrant',
  });
  for (const { purpose, behindGuard: port, apiKey } of guard ? clientPorts : []) {
    const clientVerifiedBy = purpose === ListenerPurpose.GRPC ? undefined : 'Qdrant';
    posture.addListener({ ...nodes, purpose, port, apiKey, clientVerifiedBy, behindGuard: true });
  }
  // A shard that moves by snapshot is fetched over REST, so that the nodes need it among themselves too.
  posture.listeners
    .filter(({ port }) => QdrantPorts._amongNodes.includes(port))
    .forEach((listener) => listener.addSource({ name: `the ${at}`, nodes: true }));
}

/** The ports that clients use, and where Qdrant's own listeners are while the guard serves those. */
function portsForClients({ grpc, metricsPort }: ClusterListenersProps) {
  const { REST, GRPC, REST_BEHIND_GUARD, GRPC_BEHIND_GUARD, METRICS_BEHIND_GUARD } = QdrantPorts;
  const metrics = (port: number) => ({ port, behindGuard: METRICS_BEHIND_GUARD, apiKey: false });
  return [
    { purpose: ListenerPurpose.REST, port: REST, behindGuard: REST_BEHIND_GUARD, apiKey: true },
    ...(grpc ? [{ purpose: ListenerPurpose.GRPC, port: GRPC, behindGuard: GRPC_BEHIND_GUARD, apiKey: true }] : []),
    ...(metricsPort === undefined ? [] : [{ purpose: ListenerPurpose.METRICS, ...metrics(metricsPort) }]),
  ];
}
