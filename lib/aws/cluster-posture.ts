import { ListenerPurpose, Posture } from '../posture';
import { QdrantPorts } from '../qdrant';
import { ClusterKeys } from './api-keys';
import { ClusterTls } from './tls';

export interface NodeListeners {
  readonly grpc: boolean;
  readonly clientVerification: boolean;
  readonly metricsPort?: number;
}

const SECRETS_MANAGER = 'Secrets Manager';

/** Writes down what the nodes listen on, and what guards it. */
export function describeListeners(posture: Posture, props: NodeListeners): void {
  const nodes = { at: 'nodes', tls: true, apiKey: true };
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
  [rest, peer].forEach((listener) => listener.addSource({ name: 'the nodes', nodes: true }));
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

/** Writes down where the secrets live. The nodes read all that is kept in Secrets Manager. */
export function describeSecrets(posture: Posture, keys: ClusterKeys, origin: string, tls: ClusterTls): void {
  const places = [
    { name: 'admin API key', secret: keys.admin },
    { name: 'read-only API key', secret: keys.readOnly },
    { name: 'alternate API key', secret: keys.alternate },
  ]
    .filter(({ secret }) => secret !== undefined)
    .map(({ name }) => ({ name, keptIn: SECRETS_MANAGER, origin }));
  for (const place of [...places, ...tls.places]) {
    const secret = posture.addSecret(place);
    if (place.keptIn === SECRETS_MANAGER) secret.addReader('the nodes');
  }
}
