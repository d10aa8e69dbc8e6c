import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { LbTargetGroupAttachment } from '@cdktf/provider-aws/lib/lb-target-group-attachment';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { Construct } from 'constructs';
import { badInput } from '../input';
import { Listener, ListenerPurpose, Posture } from '../posture';
import { Connections } from './connections';
import { ClusterNetwork } from './network';
import { QdrantNode } from './node';
import { NameZone } from './node-names';

/** Where a load balancer can be reached from. */
export enum LoadBalancerScheme {
  /** From within the VPC, and networks joined to it. */
  INTERNAL = 'internal',
  /** From the internet, by whom its connections allow. */
  INTERNET_FACING = 'internet-facing',
}

/** What a load balancer is to be. */
export interface LoadBalancerProps {
  /**
   * Where it can be reached from.
   *
   * @default LoadBalancerScheme.INTERNAL
   */
  readonly scheme?: LoadBalancerScheme;

  /**
   * The subnets that it stands in. One that faces the internet needs public ones.
   *
   * @default - the subnets of the nodes, for an internal one
   */
  readonly subnetIds?: string[];
}

/** @internal */
export interface LoadBalancerTargets {
  readonly clusterName: string;
  readonly network: ClusterNetwork;
  readonly nodes: QdrantNode[];
  readonly nodeConnections: Connections;
  readonly posture: Posture;
  readonly nameZone?: NameZone;
  readonly protectedFromRemoval: boolean;
}

/**
 * A network load balancer before the nodes. TLS is passed through, so that the certificate that a client sees, and the one that it
 * presents, are the cluster's business; health is checked by TCP, as a check by HTTPS could present no certificate.
 */
export class QdrantLoadBalancer extends Construct {
  /** Who may reach it. */
  public readonly connections: Connections;

  /** The name that AWS gave it. No certificate carries it. */
  public readonly dnsName: string;

  /**
   * The name that the nodes' certificates carry, `lb.` and the name of the cluster's zone, or undefined where the cluster has no zone. A public
   * name goes into the option `hostNames` of the cluster.
   */
  public readonly host?: string;

  private readonly props: LoadBalancerProps;
  private readonly targets: LoadBalancerTargets;

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
    this.props = props;
    this.targets = targets;
    const group = this.makeSecurityGroup(id);
    const balancer = this.makeBalancer(group, this.subnets());
    this.dnsName = balancer.dnsName;
    const listeners = targets.posture.listeners.filter(
      ({ at, purpose, isForClients }) => at === 'nodes' && isForClients && purpose !== ListenerPurpose.METRICS,
    );
    this.connections = new Connections(this, 'Connections', {
      securityGroupId: group.id,
      listeners: listeners.map((listener) => this.passOn(listener, balancer, group)),
      posture: targets.posture,
    });
    this.host = this.makeName(balancer);
  }

  private get facesInternet(): boolean {
    return this.props.scheme === LoadBalancerScheme.INTERNET_FACING;
  }

  private subnets(): string[] {
    if (this.props.subnetIds) return this.props.subnetIds;
    if (!this.facesInternet) return this.targets.network.subnetIds;
    throw badInput(this, {
      given: 'a load balancer that faces the internet, without subnets',
      allowed: 'public subnets of the cluster’s VPC; those of the nodes should be private',
      instead: 'addLoadBalancer(id, { scheme, subnetIds: [public subnets] })',
    });
  }

  private makeSecurityGroup(id: string): SecurityGroup {
    // AWS takes ASCII only, and adds a part of its own to the name.
    const label = id.replace(/[^A-Za-z0-9]+/g, '-');
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
      enableDeletionProtection: this.targets.protectedFromRemoval,
      tags: { Name: `${this.targets.clusterName}-qdrant` },
    });
  }

  private passOn(listener: Listener, balancer: Lb, group: SecurityGroup): Listener {
    const { purpose, port } = listener;
    const targetGroup = new LbTargetGroup(this, `${purpose}Targets`, {
      vpcId: this.targets.network.vpcId,
      port,
      protocol: 'TCP',
      targetType: 'ip',
      preserveClientIp: 'false',
      deregistrationDelay: '60',
      healthCheck: { protocol: 'TCP', port: String(port), interval: 10, healthyThreshold: 2, unhealthyThreshold: 2 },
    });
    // The address outlives the instance, so that an instance that is replaced stays a target.
    this.targets.nodes.forEach(
      (node, index) =>
        new LbTargetGroupAttachment(this, `${purpose}Node${index}`, {
          targetGroupArn: targetGroup.arn,
          targetId: node.privateIp,
          port,
        }),
    );
    new LbListener(this, `${purpose}Listener`, {
      loadBalancerArn: balancer.arn,
      port,
      protocol: 'TCP',
      defaultAction: [{ type: 'forward', targetGroupArn: targetGroup.arn }],
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
    const name = `lb.${nameZone.baseName}`;
    new Route53Record(this, 'Name', {
      zoneId: nameZone.zoneId,
      name,
      type: 'A',
      alias: { name: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true },
    });
    return name;
  }
}
