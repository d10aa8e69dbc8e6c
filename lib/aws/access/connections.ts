import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';
import { AllowedRanges } from '../../cluster/allowed-ranges';
import { checkOutgoingPort } from '../../cluster/outgoing';
import { isUnknown, requireBooleanIfGiven, requireEnumIfGiven } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { Listener, ListenerPurpose, Posture, TransportProtocol } from '../../posture';
import { declareReach } from '../../posture/declarations';
import { listenerForPort, listenerForPurpose } from '../../posture/allowed-listener';
import { QdrantPorts } from '../../qdrant';
import { idFor, standsAlready } from '../../terraform/identity';
import { readableName } from '../../terraform/readable-name';
import { lifecycleWith, narrowRange, portOtherThan, portToServe } from '../../terraform/preconditions';
import { Peer } from './peer';
import { OptionNames, requireOptions } from '../../input/options';

/** Properties of the connections. */
export interface ConnectionsProps {
  /** The security group of the listeners. */
  readonly securityGroupId: string;

  /** The listeners that clients can be allowed to reach. */
  readonly listeners: Listener[];

  /** The posture that records what is allowed. */
  readonly posture: Posture;
}

/** Options for outgoing connections. */
export interface AllowToOptions {
  /**
   * The protocol, for example UDP for DNS or NTP.
   *
   * @default TransportProtocol.TCP
   */
  readonly protocol?: TransportProtocol;

  /**
   * Whether to add the matching ingress rule to the peer's security group, if the peer is one. Set this only for security
   * groups that you own.
   *
   * @default false
   */
  readonly alsoAllowAtPeer?: boolean;
}

const ALLOW_TO_OPTIONS: OptionNames<AllowToOptions> = { protocol: true, alsoAllowAtPeer: true };

/** The network connections of a cluster, or of its load balancer. No client can connect until you allow it here. */
export class Connections extends Construct {
  /** The security group of the listeners. */
  public readonly securityGroupId: string;
  private readonly listeners: Listener[];
  private readonly posture: Posture;
  private readonly ranges = new AllowedRanges();

  public constructor(scope: Construct, id: string, props: ConnectionsProps) {
    super(scope, id);
    this.securityGroupId = props.securityGroupId;
    this.listeners = props.listeners;
    this.posture = props.posture;
  }

  /** Allows a peer to connect to the REST API (6333). */
  public allowRestFrom(peer: Peer): void {
    this.allow(peer, ListenerPurpose.REST);
  }

  /**
   * Allows a peer to connect to the gRPC API (6334).
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
    const listener = listenerForPort(this, this.listeners, port, readableName(this, peer.name), 'nodes');
    this.allow(peer, listener.purpose);
  }

  /**
   * Allows the nodes to connect to a peer, in addition to the connections that they need themselves. If the peer is a security
   * group, it must allow the nodes as well.
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
    requireBooleanIfGiven(this, 'alsoAllowAtPeer', options.alsoAllowAtPeer);
    // TCP is not named, as it was the only one.
    const other = protocol === TransportProtocol.TCP ? undefined : protocol;
    const value = { ...peer._rule, port, protocol: other };
    const id = `To-${idFor(this, peer.name, value)}-${isUnknown(port) ? 'port' : port}`;
    const ports = { ipProtocol: protocol, fromPort: port, toPort: port };
    const more = {
      description: `Qdrant nodes to port ${port}`,
      ...lifecycleWith(portOtherThan(this.node.path, 'the port', port, [QdrantPorts.PEER])),
    };
    if (!standsAlready(this, id, value)) {
      new VpcSecurityGroupEgressRule(this, id, { securityGroupId: this.securityGroupId, ...ports, ...peer._rule, ...more });
      this.posture.addOutbound({
        from: this.listeners[0].at,
        to: readableName(this, peer.name),
        port,
        protocol: other,
        purpose: 'allowed by connections.allowTo',
      });
    }
    const { referencedSecurityGroupId } = peer._rule;
    if (referencedSecurityGroupId === undefined || !options.alsoAllowAtPeer || this.node.tryFindChild(`${id}-In`)) return;
    new VpcSecurityGroupIngressRule(this, `${id}-In`, {
      securityGroupId: referencedSecurityGroupId,
      referencedSecurityGroupId: this.securityGroupId,
      ...ports,
      ...more,
    });
    if (other === undefined) declareReach({ scope: this, at: referencedSecurityGroupId, port, source: this.securityGroupId });
  }

  /** A load balancer or proxy is in front of these listeners, and their traffic comes from it. @internal */
  public _allowFromFront(purpose: ListenerPurpose, securityGroupId: string, name: string): void {
    const listener = listenerForPurpose(this, this.listeners, purpose);
    this.addRule(`${purpose}-from-${idFor(this, name)}`, Peer.securityGroup(securityGroupId), listener);
    listener.addSource({ name });
  }

  private allow(peer: Peer, purpose: ListenerPurpose): void {
    requirePeer(this, peer);
    const listener = listenerForPurpose(this, this.listeners, purpose);
    const id = `${purpose}-from-${idFor(this, peer.name, peer._rule)}`;
    if (standsAlready(this, id, peer._rule)) return;
    this.addRule(id, peer, listener);
    listener.addSource({ name: readableName(this, peer.name), ...this.ranges.add(listener, peer) });
  }

  private addRule(id: string, peer: Peer, listener: Listener): void {
    const { cidrIpv4, cidrIpv6 } = peer._rule;
    const { path } = this.node;
    new VpcSecurityGroupIngressRule(this, id, {
      securityGroupId: this.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: listener.port,
      toPort: listener.port,
      ...peer._rule,
      description: `Qdrant ${listener.purpose}`,
      ...lifecycleWith([
        ...narrowRange(path, cidrIpv4, 4),
        ...narrowRange(path, cidrIpv6, 6),
        ...portToServe(path, 'metricsPort', listener.port, QdrantPorts._taken),
      ]),
    });
    declareReach({ scope: this, at: this.securityGroupId, port: listener.port, source: peer.name });
  }
}

function requirePeer(scope: Construct, peer: Peer): void {
  requireInstance(scope, 'the peer', peer, Peer, "Peer.ipv4('10.20.0.0/16') or Peer.securityGroup('sg-0123456789abcdef0')");
}
