import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';
import { AllowedRanges } from '../../cluster/allowed-ranges';
import { checkOutgoingPort } from '../../cluster/outgoing';
import { isUnknown, requireEnumIfGiven } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { Listener, ListenerPurpose, Posture, TransportProtocol } from '../../posture';
import { listenerForPort, listenerForPurpose } from '../../posture/allowed-listener';
import { QdrantPorts } from '../../qdrant';
import { idFor, standsAlready } from '../../terraform/identity';
import { readableName } from '../../terraform/readable-name';
import { lifecycleWith, narrowRange, portOtherThan } from '../../terraform/preconditions';
import { Peer } from './peer';
import { OptionNames, requireOptions } from '../../input/options';

/** What the connections are of. */
export interface ConnectionsProps {
  /** The security group that stands before the listeners. */
  readonly securityGroupId: string;

  /** The listeners that clients may be allowed to. */
  readonly listeners: Listener[];

  /** Where it is written down what is allowed. */
  readonly posture: Posture;
}

/** How the nodes are let out to a peer. */
export interface AllowToOptions {
  /**
   * What carries the connection: UDP for DNS or time, for example.
   *
   * @default TransportProtocol.TCP
   */
  readonly protocol?: TransportProtocol;

  /**
   * Whether the peer's security group lets the nodes in too, where the peer is one. That group is somebody else's: leave it to its owner, save where
   * that is you.
   *
   * @default false
   */
  readonly alsoAllowAtPeer?: boolean;
}

const ALLOW_TO_OPTIONS: OptionNames<AllowToOptions> = { protocol: true, alsoAllowAtPeer: true };

/**
 * Who may reach a cluster, or a load balancer before it. Nobody may until it is allowed here.
 */
export class Connections extends Construct {
  /** The security group that stands before the listeners. */
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
    requirePeer(this, peer);
    const listener = listenerForPort(this, this.listeners, port, readableName(this, peer.name), 'nodes');
    this.allow(peer, listener.purpose);
  }

  /**
   * Allows the nodes to connect to a peer, besides what they need by themselves. A security group must let them in on its side, too.
   *
   * @param port the port at the peer
   * @throws if the port is the one among the nodes of a cluster (6335)
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
  }

  /** Another stands before these listeners, and its traffic comes from there. @internal */
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
        ...portOtherThan(path, 'metricsPort', listener.port, QdrantPorts._taken),
      ]),
    });
  }
}

function requirePeer(place: Construct, peer: Peer): void {
  requireInstance(place, 'the peer', peer, Peer, "Peer.ipv4('10.20.0.0/16') or Peer.securityGroup('sg-0123456789abcdef0')");
}
