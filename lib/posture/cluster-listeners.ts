import { QdrantPorts } from '../qdrant/ports';
import { ListenerPurpose } from './listener';
import { Posture } from './posture';

/** What the nodes of a cluster listen on. */
export interface ClusterListenersProps {
  /** What a reader knows the nodes by: `nodes`, or `pods`. */
  readonly at: string;
  readonly grpc: boolean;
  readonly clientVerification: boolean;
  readonly metricsPort?: number;
}

/** Writes down what the nodes listen on, and what guards it. */
export function describeListeners(posture: Posture, props: ClusterListenersProps): void {
  const { at } = props;
  const nodes = { at, tls: true, apiKey: true };
  const verifiedBy = (who: string) => (props.clientVerification ? who : undefined);
  const rest = posture.addListener({
    ...nodes,
    purpose: ListenerPurpose.REST,
    port: QdrantPorts.REST,
    clientVerifiedBy: verifiedBy('Qdrant'),
  });
  if (props.grpc) {
    posture.addListener({
      ...nodes,
      purpose: ListenerPurpose.GRPC,
      port: QdrantPorts.GRPC,
      clientVerifiedBy: verifiedBy('the guard'),
    });
  }
  const peer = posture.addListener({
    ...nodes,
    purpose: ListenerPurpose.PEER,
    port: QdrantPorts.PEER,
    apiKey: posture.settings.value('service.enforce_internal_auth') === true,
    clientVerifiedBy: 'Qdrant',
  });
  // A shard that moves by snapshot is fetched over REST, so that the nodes need it among themselves too.
  [rest, peer].forEach((listener) => listener.addSource({ name: `the ${at}`, nodes: true }));
  if (props.metricsPort !== undefined) {
    posture.addListener({
      ...nodes,
      purpose: ListenerPurpose.METRICS,
      port: props.metricsPort,
      apiKey: false,
      clientVerifiedBy: verifiedBy('Qdrant'),
    });
  }
}
