import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { createHash } from 'node:crypto';
import { Construct } from 'constructs';
import { requireWholeNumber } from '../input';
import { Listener, ListenerPurpose, Posture } from '../posture';
import { listenerForPort, listenerForPurpose } from '../posture/allowed-listener';
import { idFor, readableName } from '../terraform/readable-name';
import { Peer } from './peer';

/** What the connections are of. */
export interface ConnectionsProps {
  /** The name of the cluster, which the names of the policies start with. */
  readonly clusterName: string;

  /** The namespace of the cluster's pods. */
  readonly namespace: string;

  /** The labels that select the cluster's pods, and no others. */
  readonly podLabels: { [name: string]: string };

  /** The listeners that clients may be allowed to. */
  readonly listeners: Listener[];

  /** Where it is written down what is allowed. */
  readonly posture: Posture;
}

/**
 * Who may reach a cluster. Nobody may until it is allowed here: each permission is a NetworkPolicy of its own beside the one that refuses
 * everything else. The cluster's network must enforce them.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export class Connections extends Construct {
  private readonly props: ConnectionsProps;

  public constructor(scope: Construct, id: string, props: ConnectionsProps) {
    super(scope, id);
    this.props = props;
  }

  /** Allows a peer to the REST API (6333). */
  public allowRestFrom(peer: Peer): void {
    this.allow(peer, ListenerPurpose.REST);
  }

  /**
   * Allows a peer to the gRPC API (6334).
   *
   * @throws if the cluster serves no gRPC
   */
  public allowGrpcFrom(peer: Peer): void {
    this.allow(peer, ListenerPurpose.GRPC);
  }

  /**
   * Allows a peer to the metrics port, which asks for no key.
   *
   * @throws if the cluster has no metrics port
   */
  public allowMetricsFrom(peer: Peer): void {
    this.allow(peer, ListenerPurpose.METRICS);
  }

  /**
   * Allows a peer to one of the ports that clients use.
   *
   * @throws if the port is the one among the nodes (6335), or nothing listens on it for clients
   */
  public allowFrom(peer: Peer, port: number): void {
    const listener = listenerForPort(this, this.props.listeners, port, readableName(this, peer.name), 'pods');
    this.allow(peer, listener.purpose);
  }

  /**
   * Allows the pods to connect to a peer, besides what they need by themselves: the object storage of snapshots, for example. A peer in the
   * cluster must let them in by a policy of its own.
   *
   * @param port the TCP port at the peer
   */
  public allowTo(peer: Peer, port: number): void {
    requireWholeNumber(this, 'port', port, { min: 1, max: 65535 });
    const id = `To-${idFor(this, peer.name)}-${port}`;
    if (this.node.tryFindChild(id)) return;
    const egress = [{ to: [peer._rule], ports: [{ port: String(port), protocol: 'TCP' }] }];
    this.addPolicy(id, { policyTypes: ['Egress'], egress });
    this.props.posture.addOutbound({
      from: this.props.listeners[0].at,
      to: readableName(this, peer.name),
      port,
      purpose: 'allowed by connections.allowTo',
    });
  }

  private allow(peer: Peer, purpose: ListenerPurpose): void {
    const listener = listenerForPurpose(this, this.props.listeners, purpose);
    const id = `${purpose}-from-${idFor(this, peer.name)}`;
    if (this.node.tryFindChild(id)) return;
    const ingress = [{ from: [peer._rule], ports: [{ port: String(listener.port), protocol: 'TCP' }] }];
    this.addPolicy(id, { policyTypes: ['Ingress'], ingress });
    listener.addSource({ name: readableName(this, peer.name), anyAddress: peer.isAnyAddress });
  }

  private addPolicy(id: string, rules: { policyTypes: string[]; ingress?: any[]; egress?: any[] }): void {
    const { clusterName, namespace, podLabels } = this.props;
    new NetworkPolicyV1(this, id, {
      metadata: { name: `${clusterName}-${policyName(id)}`, namespace, labels: podLabels },
      spec: { podSelector: { matchLabels: podLabels }, ...rules },
    });
  }
}

/** An id as a name of Kubernetes: short ones as they are, long ones told apart by a digest. */
function policyName(id: string): string {
  const name = id.toLowerCase().replace(/-+$/, '');
  if (name.length <= 100) return name;
  return `${name.slice(0, 90)}-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}
