import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';
import { requireWholeNumber } from '../input';
import { Listener, ListenerPurpose, Posture } from '../posture';
import { listenerForPort, listenerForPurpose } from '../posture/allowed-listener';
import { Peer } from './peer';
import { idFor, readableName } from '../terraform/readable-name';

/** What the connections are of. */
export interface ConnectionsProps {
  /** The security group that stands before the listeners. */
  readonly securityGroupId: string;

  /** The listeners that clients may be allowed to. */
  readonly listeners: Listener[];

  /** Where it is written down what is allowed. */
  readonly posture: Posture;
}

/**
 * Who may reach a cluster, or a load balancer before it. Nobody may until it is allowed here.
 */
export class Connections extends Construct {
  /** The security group that stands before the listeners. */
  public readonly securityGroupId: string;
  private readonly listeners: Listener[];
  private readonly posture: Posture;

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
    const listener = listenerForPort(this, this.listeners, port, readableName(this, peer.name), 'nodes');
    this.allow(peer, listener.purpose);
  }

  /**
   * Allows the nodes to connect to a peer, besides what they need by themselves. Into a security group both sides are allowed: out of the
   * cluster's group and into the other.
   *
   * @param port the TCP port at the peer
   */
  public allowTo(peer: Peer, port: number): void {
    requireWholeNumber(this, 'port', port, { min: 1, max: 65535 });
    const id = `To-${idFor(this, peer.name)}-${port}`;
    if (this.node.tryFindChild(id)) return;
    const ports = { ipProtocol: 'tcp', fromPort: port, toPort: port };
    const description = `Qdrant nodes to port ${port}`;
    new VpcSecurityGroupEgressRule(this, id, { securityGroupId: this.securityGroupId, ...ports, ...peer._rule, description });
    this.posture.addOutbound({
      from: this.listeners[0].at,
      to: readableName(this, peer.name),
      port,
      purpose: 'allowed by connections.allowTo',
    });
    const { referencedSecurityGroupId } = peer._rule;
    if (referencedSecurityGroupId === undefined) return;
    new VpcSecurityGroupIngressRule(this, `${id}-In`, {
      securityGroupId: referencedSecurityGroupId,
      referencedSecurityGroupId: this.securityGroupId,
      ...ports,
      description,
    });
  }

  /** Another stands before these listeners, and its traffic comes from there. @internal */
  public _allowFromFront(purpose: ListenerPurpose, securityGroupId: string, name: string): void {
    const listener = listenerForPurpose(this, this.listeners, purpose);
    this.addRule(`${purpose}-from-${idFor(this, name)}`, Peer.securityGroup(securityGroupId), listener);
    listener.addSource({ name });
  }

  private allow(peer: Peer, purpose: ListenerPurpose): void {
    const listener = listenerForPurpose(this, this.listeners, purpose);
    const id = `${purpose}-from-${idFor(this, peer.name)}`;
    if (this.node.tryFindChild(id)) return;
    this.addRule(id, peer, listener);
    listener.addSource({ name: readableName(this, peer.name), anyAddress: peer.isAnyAddress });
  }

  private addRule(id: string, peer: Peer, listener: Listener): void {
    new VpcSecurityGroupIngressRule(this, id, {
      securityGroupId: this.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: listener.port,
      toPort: listener.port,
      ...peer._rule,
      description: `Qdrant ${listener.purpose}`,
    });
  }
}
