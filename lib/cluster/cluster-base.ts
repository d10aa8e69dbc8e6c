import { Construct, IConstruct } from 'constructs';
import { ClientEndpoint } from '../qdrant';
import { AcknowledgementOptions, Listener, Posture } from '../posture';
import { describeListeners } from '../posture/cluster-listeners';
import { ClusterDescription } from './cluster-description';

/** A cluster of whatever target, made here or imported. */
export abstract class ClusterBase extends Construct {
  /** The endpoint for clients. */
  public abstract readonly endpoint: ClientEndpoint;
  /** The security posture: what is exposed to whom, and how it is protected. */
  public abstract readonly posture: Posture;

  /**
   * Accepts the findings of a posture rule. The report lists accepted findings with their reasons.
   *
   * @param ruleId for example `QDR003`
   * @param reason why it is acceptable here
   * @param options until when it is acceptable
   */
  public acknowledge(ruleId: string, reason: string, options: AcknowledgementOptions = {}): void {
    this.posture.acknowledge(ruleId, reason, options);
  }
}

/** The posture of a cluster that is made here, with what its nodes listen on. @internal */
export function postureOf(
  cluster: IConstruct,
  description: ClusterDescription & { readonly clusterName: string },
  at: string,
  zoneCount?: number,
): Posture {
  const { version, settings, nodeCount, guard, isProtected, clusterName, clusterNameGiven } = description;
  const posture = new Posture(cluster, {
    ...{ version, settings, nodeCount, zoneCount, clusterName, clusterNameGiven },
    clientVerification: guard,
    protectedFromRemoval: isProtected,
  });
  posture._shortfalls.push(...description.shortfalls);
  describeListeners(posture, { ...description, at });
  return posture;
}

/** The listeners that clients may be allowed to. @internal */
export function clientListenersOf({ listeners }: Posture): Listener[] {
  return listeners.filter(({ isForClients }) => isForClients);
}

/** Where clients find a cluster that is made here. @internal */
export function endpointOf(description: ClusterDescription, host: string): ClientEndpoint {
  return new ClientEndpoint({ host, tls: true, clientCertificate: description.guard, grpc: description.grpc });
}
