import { QdrantPorts } from '../qdrant/ports';
import { ListenerPurpose } from './listener';
import { Posture } from './posture';
import { SecretPurpose } from './secret';

/** Attributes of an existing cluster. */
export interface ImportedListenersProps {
  /** The host name that clients connect to. */
  readonly host: string;
  readonly grpc: boolean;
  readonly clientCertificate: boolean;
  readonly metricsPort?: number;
}

/** Records the listeners of an existing cluster. How they are protected is unknown, except for what the user states. */
export function describeImportedListeners(posture: Posture, props: ImportedListenersProps): void {
  const { host, grpc, clientCertificate, metricsPort } = props;
  const add = (purpose: ListenerPurpose, port: number, apiKey?: boolean) =>
    posture.addListener({
      purpose,
      port,
      at: host,
      apiKey,
      clientVerifiedBy: clientCertificate ? 'the cluster, as stated' : undefined,
      madeElsewhere: true,
    });
  add(ListenerPurpose.REST, QdrantPorts.REST);
  if (grpc) add(ListenerPurpose.GRPC, QdrantPorts.GRPC);
  // Qdrant never asks for a key there.
  if (metricsPort !== undefined) add(ListenerPurpose.METRICS, metricsPort, false);
}

/** Records an existing key of an existing cluster. */
export function describeImportedKey(posture: Posture, purpose: SecretPurpose, keptIn: string): void {
  posture.addSecret({ purpose, keptIn, origin: 'existing' }).addReader('unknown: granted outside this stack');
}
