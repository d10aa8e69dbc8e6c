import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { Precondition } from 'cdktf';
import { Construct } from 'constructs';
import { AllowedRanges } from '../../cluster/allowed-ranges';
import { checkOutgoingPort } from '../../cluster/outgoing';
import { isUnknown, requireEnumIfGiven } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { Listener, ListenerPurpose, Posture, TransportProtocol } from '../../posture';
import { declareReach } from '../../posture/declarations';
import { listenerForPort, listenerForPurpose } from '../../posture/allowed-listener';
import { QdrantPorts } from '../../qdrant';
import { idFor, nameFor, standsAlready } from '../../terraform/identity';
import { readableName } from '../../terraform/readable-name';
import { lifecycleWith, narrowRange, portOtherThan, portToServe } from '../../terraform/preconditions';
import { Peer } from './peer';
import { OptionNames, requireOptions } from '../../input/options';

/** Properties of the connections. */
export interface ConnectionsProps {
  /** The name of the cluster, used as a prefix in the names of the policies. */
  readonly clusterName: string;

  /** The namespace of the pods. */
  readonly namespace: string;

  /** The labels that select the cluster's pods, and no others. */
  readonly podLabels: { [name: string]: string };

  /** The listeners that clients can be allowed to reach. */
  readonly listeners: Listener[];

  /** The posture that records what is allowed. */
  readonly posture: Posture;
  /**
   * The path of the construct of an imported cluster, to keep the names of its policies apart from those that were created with
   * it.
   *
   * @default - the cluster is created in this app
   */
  readonly importedAs?: string;
}

/** Options for outgoing connections. */
export interface AllowToOptions {
  /**
   * The protocol, for example UDP for DNS or NTP.
   *
   * @default TransportProtocol.TCP
   */
  readonly protocol?: TransportProtocol;
}

const ALLOW_TO_OPTIONS: OptionNames<AllowToOptions> = { protocol: true };

/**
 * The network connections of a cluster. No client can connect until you allow it here: each permission is a NetworkPolicy, in
 * addition to one that denies all other traffic. The cluster's network plugin must enforce network policies.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/network-policies/
 */
export class Connections extends Construct {
  private readonly props: ConnectionsProps;
  private readonly ranges = new AllowedRanges();

  public constructor(scope: Construct, id: string, props: ConnectionsProps) {
    super(scope, id);
    this.props = props;
  }

  /** Allows a peer to connect to the REST API (6333). */
  public allowRestFrom(peer: Peer): void {
    this.allow(peer, ListenerPurpose.REST);
  }

  /**
   * Allows a peer to connect to the gRPC API (6334). With an access token it reads there the raw files of its collections' shards
   * too, whatever else the token allows (Qdrant 1.18 and later).
   *
   * @throws if the cluster does not serve gRPC
   */
  public allowGrpcFrom(peer: Peer): void {
    this.allow(peer, ListenerPurpose.GRPC);
  }

  /**
   * Allows a peer to connect to the metrics port, which requires no API key.
   *
   * @throws if the cluster has no metrics port
   */
  public allowMetricsFrom(peer: Peer): void {
    this.allow(peer, ListenerPurpose.METRICS);
  }

  /**
   * Allows a peer to connect to one of the client ports.
   *
   * @throws if the port is reserved for the nodes (6335), or is not a client port
   */
  public allowFrom(peer: Peer, port: number): void {
    requirePeer(this, peer);
    const listener = listenerForPort(this, this.props.listeners, port, readableName(this, peer.name), 'pods');
    this.allow(peer, listener.purpose);
  }

  /**
   * Allows the pods to connect to a peer, for example to the object storage for snapshots, in addition to the connections that
   * they need themselves. Pods with network policies of their own must allow them as well.
   *
   * @param port the port of the peer
   * @throws if the port is reserved for the nodes of a cluster (6335)
   */
  public allowTo(peer: Peer, port: number, options: AllowToOptions = {}): void {
    requirePeer(this, peer);
    checkOutgoingPort(this, port);
    requireOptions(this, undefined, options, ALLOW_TO_OPTIONS);
    const { protocol = TransportProtocol.TCP } = options;
    requireEnumIfGiven(this, 'protocol', protocol, 'TransportProtocol', TransportProtocol);
    // TCP is not named, as it was the only one.
    const other = protocol === TransportProtocol.TCP ? undefined : protocol;
    const value = { ...peer._rule, port, protocol: other };
    const id = `To-${idFor(this, peer.name, value)}-${isUnknown(port) ? 'port' : port}`;
    if (standsAlready(this, id, value)) return;
    this.addPolicy(id, `to-${this.nameOf(peer, { port, protocol: other })}`, {
      spec: {
        policyTypes: ['Egress'],
        egress: [{ to: [peer._rule], ports: [{ port: String(port), protocol: protocol.toUpperCase() }] }],
      },
      preconditions: portOtherThan(this.node.path, 'the port', port, [QdrantPorts.PEER]),
    });
    this.props.posture.addOutbound({
      from: this.props.listeners[0].at,
      to: readableName(this, peer.name),
      port,
      protocol: other,
      purpose: 'allowed by connections.allowTo',
    });
  }

  private allow(peer: Peer, purpose: ListenerPurpose): void {
    requirePeer(this, peer);
    const listener = listenerForPurpose(this, this.props.listeners, purpose);
    const id = `${purpose}-from-${idFor(this, peer.name, peer._rule)}`;
    if (standsAlready(this, id, peer._rule)) return;
    const ports = [{ port: String(listener.port), protocol: 'TCP' }];
    const { path } = this.node;
    this.addPolicy(id, `${purpose.toLowerCase()}-from-${this.nameOf(peer)}`, {
      spec: { policyTypes: ['Ingress'], ingress: [{ from: [peer._rule], ports }] },
      preconditions: [
        ...narrowRange(path, peer._cidr, peer._version ?? 4),
        ...portToServe(path, 'metricsPort', listener.port, QdrantPorts._taken),
      ],
    });
    listener.addSource({ name: readableName(this, peer.name), ...this.ranges.add(listener, peer) });
    const { namespace, podLabels } = this.props;
    declareReach({ scope: this, at: { namespace, podLabels }, port: listener.port, source: peer._rule });
  }

  private nameOf(peer: Peer, more: object = {}): string {
    return nameFor(this, peer.name, { ...peer._rule, ...more, importedAs: this.props.importedAs });
  }

  private addPolicy(id: string, name: string, policy: AddedPolicy): void {
    const { clusterName, namespace, podLabels } = this.props;
    new NetworkPolicyV1(this, id, {
      metadata: { name: `${clusterName}-${name}`, namespace, labels: podLabels },
      spec: { podSelector: { matchLabels: podLabels }, ...policy.spec },
      ...lifecycleWith(policy.preconditions),
    });
  }
}

/** What a policy allows, and what must be so when Terraform knows it. */
interface AddedPolicy {
  readonly spec: { readonly policyTypes: string[]; readonly ingress?: any[]; readonly egress?: any[] };
  readonly preconditions: Precondition[];
}

function requirePeer(scope: Construct, peer: Peer): void {
  requireInstance(scope, 'the peer', peer, Peer, "Peer.pods({ labels: { app: 'search' } }) or Peer.ipv4('10.20.0.0/16')");
}
