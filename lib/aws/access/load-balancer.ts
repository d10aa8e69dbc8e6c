import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { LbTargetGroupAttachment } from '@cdktf/provider-aws/lib/lb-target-group-attachment';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';
import { badInput, isUnknown, requireEnumIfGiven, requireListIfGiven } from '../../input/input';
import { Listener, ListenerPurpose, Posture } from '../../posture';
import { declareReach } from '../../posture/declarations';
import { watchSecurityGroups } from '../../observed/aws/declared';
import { ClientEndpoint, QdrantPorts } from '../../qdrant';
import { checkHostName } from '../../qdrant/cluster-checks';
import { nameFor } from '../../terraform/identity';
import { Connections } from './connections';
import { checkSubnets, ClusterNetwork } from './network';
import { checkFrontLabel, NameZone } from '../names/node-names';
import { RemovalPolicy } from '../removal-policy';
import { OptionNames, requireOptions } from '../../input/options';

/** How long connections go on to a node that no longer wants new ones, and to one that is taken out. */
const DRAIN_SECONDS = 30;

/** The scheme of a load balancer. */
export enum LoadBalancerScheme {
  /** Reachable from the VPC and from networks that are connected to it. */
  INTERNAL = 'internal',
  /** Reachable from the internet, by the peers that its connections allow. */
  INTERNET_FACING = 'internet-facing',
}

/** Properties of a load balancer. */
export interface LoadBalancerProps {
  /**
   * The scheme. It cannot be changed on an existing load balancer, because AWS would delete it before the new one exists: add a
   * second load balancer with another id, move the clients, and remove the first.
   *
   * @default LoadBalancerScheme.INTERNAL
   */
  readonly scheme?: LoadBalancerScheme;

  /**
   * The subnets of the load balancer. An internet-facing load balancer needs public subnets.
   *
   * @default - the subnets of the nodes; required if internet-facing
   */
  readonly subnetIds?: string[];

  /**
   * A host name in your own DNS zone that you point to `dnsName`. It is included in the certificates that the library issues.
   *
   * @default - the name in the cluster's DNS zone if internal, otherwise `dnsName`
   */
  readonly hostName?: string;

  /**
   * What happens when the load balancer is removed from the code. With `PROTECT`, AWS refuses to delete it and the apply fails.
   * To remove it, set `DESTROY`, apply, and then remove it from the code.
   *
   * @default - the removal policy of the cluster
   */
  readonly removalPolicy?: RemovalPolicy;
}

const LOAD_BALANCER_OPTIONS: OptionNames<LoadBalancerProps> = {
  scheme: true,
  subnetIds: 'reference',
  hostName: 'reference',
  removalPolicy: true,
};

/** @internal */
export interface LoadBalancerTargets {
  readonly clusterName: string;
  readonly network: ClusterNetwork;
  /** The addresses of the nodes, which outlive their instances. */
  readonly nodeAddresses: string[];
  readonly nodeConnections: Connections;
  /** What clients use of the nodes. */
  readonly nodeListeners: Listener[];
  readonly posture: Posture;
  readonly nameZone?: NameZone;
  readonly removalPolicy: RemovalPolicy;
  readonly clientCertificate: boolean;
}

/**
 * A network load balancer in front of the nodes. It passes TLS through, so clients see the certificates of the nodes and can
 * present their own. Each node answers health checks on a separate port and stops doing so before it restarts: new connections
 * then go to the other nodes, and existing connections are drained.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
 */
export class QdrantLoadBalancer extends Construct {
  /** The network connections that are allowed. */
  public readonly connections: Connections;

  /** The endpoint for clients. */
  public readonly endpoint: ClientEndpoint;

  /** The DNS name that AWS assigned. */
  public readonly dnsName: string;

  /** The host name for clients. Certificates that you provide (`Tls.fromSecret`) must include it. */
  public readonly hostName: string;

  private readonly props: LoadBalancerProps;
  private readonly targets: LoadBalancerTargets;
  private readonly zoneName?: string;

  /** @internal */
  public static _create(
    scope: Construct,
    id: string,
    props: LoadBalancerProps,
    targets: LoadBalancerTargets,
  ): QdrantLoadBalancer {
    return new QdrantLoadBalancer(scope, id, props, targets);
  }

  private constructor(scope: Construct, id: string, props: LoadBalancerProps, targets: LoadBalancerTargets) {
    super(scope, id);
    requireOptions(this, undefined, props, LOAD_BALANCER_OPTIONS);
    this.props = props;
    this.targets = targets;
    requireEnumIfGiven(this, 'scheme', props.scheme, 'LoadBalancerScheme', LoadBalancerScheme);
    requireEnumIfGiven(this, 'removalPolicy', props.removalPolicy, 'RemovalPolicy', RemovalPolicy);
    if (props.hostName !== undefined) checkHostName(this, 'hostName', props.hostName, 'vectors.example.com');
    const group = this.makeSecurityGroup();
    const balancer = this.makeBalancer(group, this.subnets());
    this.dnsName = balancer.dnsName;
    this.zoneName = this.makeName(balancer);
    this.hostName = props.hostName ?? (this.facesInternet ? undefined : this.zoneName) ?? this.dnsName;
    this.allowHealthChecks(group);
    const listeners = targets.nodeListeners.filter(({ purpose }) => purpose !== ListenerPurpose.METRICS);
    const passedOn = listeners.map((listener) => this.passOn(listener, balancer, group));
    const { posture } = targets;
    this.connections = new Connections(this, 'Connections', { securityGroupId: group.id, listeners: passedOn, posture });
    const watched = { securityGroupId: group.id, memberIds: () => [balancer.arn], listeners: () => passedOn };
    watchSecurityGroups(this, posture, watched);
    const grpc = listeners.some(({ purpose }) => purpose === ListenerPurpose.GRPC);
    this.endpoint = new ClientEndpoint({
      host: this.hostName,
      tls: true,
      clientCertificate: targets.clientCertificate,
      grpc,
    });
  }

  /** The names that the nodes' certificates carry for it. @internal */
  public get _hostNames(): string[] {
    const names = [this.zoneName, this.dnsName, this.props.hostName];
    return names.filter((name): name is string => name !== undefined);
  }

  private get isProtected(): boolean {
    return (this.props.removalPolicy ?? this.targets.removalPolicy) === RemovalPolicy.PROTECT;
  }

  private get facesInternet(): boolean {
    return this.props.scheme === LoadBalancerScheme.INTERNET_FACING;
  }

  private subnets(): string[] {
    const { subnetIds } = this.props;
    if (subnetIds !== undefined) {
      if (!isUnknown(subnetIds)) {
        requireListIfGiven(this, 'subnetIds', subnetIds);
        checkSubnets(this, subnetIds);
      }
      return subnetIds;
    }
    if (!this.facesInternet) return this.targets.network.subnetIds;
    throw badInput(this, {
      given: 'a load balancer that faces the internet, without subnets',
      allowed: 'public subnets of the cluster’s VPC; those of the nodes should be private',
      instead: 'addLoadBalancer(id, { scheme, subnetIds: [public subnets] })',
    });
  }

  /** The id, as a name of DNS takes it: another id, another label. */
  private get label(): string {
    return nameFor(this, this.node.id);
  }

  private makeSecurityGroup(): SecurityGroup {
    // AWS takes ASCII only, and adds a part of its own to the name.
    const label = this.node.id.replace(/[^A-Za-z0-9]+/g, '-');
    const name = `${this.targets.clusterName}-${label.toLowerCase()}`;
    return new SecurityGroup(this, 'SecurityGroup', {
      namePrefix: `${name}-`,
      description: `Load balancer ${label} of the Qdrant cluster ${this.targets.clusterName}`,
      vpcId: this.targets.network.vpcId,
      tags: { Name: name },
    });
  }

  private makeBalancer(group: SecurityGroup, subnets: string[]): Lb {
    return new Lb(this, 'LoadBalancer', {
      loadBalancerType: 'network',
      internal: !this.facesInternet,
      subnets,
      securityGroups: [group.id],
      enableCrossZoneLoadBalancing: true,
      enableDeletionProtection: this.isProtected,
      tags: { Name: `${this.targets.clusterName}-${this.label}` },
      // What replaces it, as another scheme, would cut all traffic.
      ...(this.isProtected && { lifecycle: { preventDestroy: true } }),
    });
  }

  /** Whether a node serves is asked on a port that the balancer alone reaches. */
  private allowHealthChecks(group: SecurityGroup): void {
    const health = { purpose: ListenerPurpose.HEALTH, port: QdrantPorts.HEALTH, at: 'nodes', tls: false, apiKey: false };
    const ports = { ipProtocol: 'tcp', fromPort: health.port, toPort: health.port, description: 'Whether the nodes serve' };
    const nodes = this.targets.nodeConnections.securityGroupId;
    new VpcSecurityGroupEgressRule(this, 'HealthOut', {
      securityGroupId: group.id,
      referencedSecurityGroupId: nodes,
      ...ports,
    });
    new VpcSecurityGroupIngressRule(this, 'HealthIn', {
      securityGroupId: nodes,
      referencedSecurityGroupId: group.id,
      ...ports,
    });
    const known = this.targets.posture.listeners.find(({ purpose }) => purpose === ListenerPurpose.HEALTH);
    (known ?? this.targets.posture.addListener(health)).addSource({ name: `load balancer ${this.node.id}` });
    declareReach({ scope: this, at: nodes, port: health.port, source: group.id });
  }

  private passOn(listener: Listener, balancer: Lb, group: SecurityGroup): Listener {
    const { purpose, port } = listener;
    const targetGroup = new LbTargetGroup(this, `${purpose}Targets`, {
      vpcId: this.targets.network.vpcId,
      port,
      protocol: 'TCP',
      targetType: 'ip',
      preserveClientIp: 'false',
      deregistrationDelay: String(DRAIN_SECONDS),
      healthCheck: {
        protocol: 'HTTP',
        path: '/readyz',
        port: String(QdrantPorts.HEALTH),
        interval: 5,
        // By default 6, which AWS refuses with a shorter interval.
        timeout: 3,
        healthyThreshold: 2,
        unhealthyThreshold: 2,
      },
      targetHealthState: [{ enableUnhealthyConnectionTermination: false, unhealthyDrainingInterval: DRAIN_SECONDS }],
      // A listener holds its target group, so that another must be there before the old one goes.
      lifecycle: { createBeforeDestroy: true },
    });
    const targetGroupArn = targetGroup.arn;
    this.targets.nodeAddresses.forEach((targetId, index) => {
      new LbTargetGroupAttachment(this, `${purpose}Node${index}`, { targetGroupArn, targetId, port });
    });
    new LbListener(this, `${purpose}Listener`, {
      loadBalancerArn: balancer.arn,
      port,
      protocol: 'TCP',
      defaultAction: [{ type: 'forward', targetGroupArn }],
    });
    new VpcSecurityGroupEgressRule(this, `${purpose}Out`, {
      securityGroupId: group.id,
      referencedSecurityGroupId: this.targets.nodeConnections.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      description: `Qdrant ${purpose} of the nodes`,
    });
    this.targets.nodeConnections._allowFromFront(purpose, group.id, `load balancer ${this.node.id}`);
    const { tls, apiKey, clientVerifiedBy } = listener;
    return this.targets.posture.addListener({
      purpose,
      port,
      at: `load balancer ${this.node.id}`,
      tls,
      apiKey,
      clientVerifiedBy,
    });
  }

  private makeName(balancer: Lb): string | undefined {
    const { nameZone } = this.targets;
    if (!nameZone) return undefined;
    checkFrontLabel(this, this.label);
    const name = `${this.label}.${nameZone.baseName}`;
    new Route53Record(this, 'Name', {
      zoneId: nameZone.zoneId,
      name,
      type: 'A',
      alias: { name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true },
    });
    return name;
  }
}
