import { DataAwsSubnet } from '@cdktf/provider-aws/lib/data-aws-subnet';
import { Construct } from 'constructs';
import { badInput, isUnknown, requireMembers, requireNotEmpty, requireWholeNumber, Scope } from '../../input/input';
import { requireInstance, requireInstanceIfGiven } from '../../input/nominal';
import { NodeNames } from '../names/node-names';
import { checkId, checkIds } from '../names/ids';
import { Peer } from './peer';
import { OptionNames, requireOptions } from '../../input/options';

/** Properties of a network of existing subnets. */
export interface SubnetsProps {
  /** The VPC. */
  readonly vpcId: string;

  /**
   * The subnets, one per availability zone. Nodes are placed in them in turn. Add new subnets at the end; existing nodes stay
   * where they are, even if they are replaced, and only nodes that are added use the new subnets. Nodes need
   * outbound access on port 443: to Secrets Manager, Systems Manager, the image registry and the package repositories of the
   * distribution.
   */
  readonly subnetIds: string[];

  /**
   * The number of availability zones to spread the nodes over. Fewer subnets fail the synthesis; subnets in the same zone fail
   * the plan.
   *
   * @default - the number of subnets or nodes, three at most
   */
  readonly zoneCount?: number;

  /**
   * The names of the nodes. Nodes and clients use them, and certificates include them.
   *
   * @default - a private DNS zone `CLUSTER_NAME.qdrant.internal`
   */
  readonly nodeNames?: NodeNames;

  /**
   * The peers that the nodes can connect to on port 443: security groups of interface endpoints, prefix lists of gateway
   * endpoints, or a proxy. Nodes need Secrets Manager, Systems Manager (`ssm`, `ssmmessages`, `ec2messages`), AWS Private CA if
   * it issues their certificates, the image registry, and the packages of Amazon Linux, which are in S3. Security groups must
   * allow the nodes as well.
   *
   * @default - any address
   */
  readonly httpsTo?: Peer[];
}

const SUBNETS_OPTIONS: OptionNames<SubnetsProps> = {
  vpcId: true,
  subnetIds: true,
  zoneCount: true,
  nodeNames: true,
  httpsTo: true,
};

/** Where one node goes. @internal */
export interface NodePlacement {
  readonly subnetId: string;
  readonly availabilityZone: string;
}

/** The existing network that a cluster is placed in. */
export class ClusterNetwork {
  /**
   * Existing subnets of an existing VPC.
   *
   * @throws if there is no subnet, a subnet is listed twice, or there are fewer subnets than `zoneCount`
   */
  public static fromSubnets(props: SubnetsProps): ClusterNetwork {
    return new ClusterNetwork(props);
  }

  public readonly vpcId: string;
  public readonly subnetIds: string[];
  /** Makes the type nominal. */
  private readonly typeName = 'ClusterNetwork';
  private readonly zoneCount?: number;
  private readonly httpsTo?: Peer[];
  private readonly nodeNames?: NodeNames;

  private constructor(props: SubnetsProps) {
    const scope = 'ClusterNetwork.fromSubnets';
    requireOptions(scope, undefined, props, SUBNETS_OPTIONS);
    requireMembers(scope, props, { vpcId: '"vpc-0123456789abcdef0"' });
    requireInstanceIfGiven(scope, 'nodeNames', props.nodeNames, NodeNames, "NodeNames.privateZone('vectors.internal')");
    const { vpcId, subnetIds, zoneCount } = props;
    checkSubnets(scope, subnetIds);
    checkId(scope, 'vpcId', vpcId, /^vpc-[0-9a-f]+$/, 'vpc-0123456789abcdef0');
    const known = subnetIds.filter((id) => !isUnknown(id));
    const repeated = known.find((id, index) => known.indexOf(id) !== index);
    if (repeated !== undefined) {
      throw badInput(scope, {
        given: `subnetIds names ${repeated} twice`,
        allowed: 'each subnet once',
        instead: 'one subnet for each availability zone; nodes are placed in them in turn',
      });
    }
    if (zoneCount !== undefined) requireWholeNumber(scope, 'zoneCount', zoneCount, { min: 1, max: 6, unit: 'zones' });
    if (!isUnknown(subnetIds) && zoneCount !== undefined && !isUnknown(zoneCount) && zoneCount > subnetIds.length) {
      throw badInput(scope, {
        given: `${subnetIds.length} subnets for ${zoneCount} availability zones`,
        allowed: 'at least one subnet a zone',
        instead: `${zoneCount} subnets in different zones, or zoneCount: ${subnetIds.length}`,
      });
    }
    this.vpcId = vpcId;
    this.subnetIds = subnetIds;
    this.zoneCount = zoneCount;
    this.nodeNames = props.nodeNames;
    this.httpsTo = props.httpsTo;
    if (props.httpsTo === undefined) return;
    requireNotEmpty(scope, 'httpsTo', props.httpsTo, "[Peer.securityGroup('sg-0123456789abcdef0')], or leave it out");
    props.httpsTo.forEach((peer) => requireInstance(scope, 'httpsTo', peer, Peer, "Peer.prefixList('pl-0123456789abcdef0')"));
  }

  public toString(): string {
    return this.typeName;
  }

  /** In how many zones so many nodes must stand. @internal */
  public _zonesOf(nodeCount: number): number {
    return Math.min(this.zoneCount ?? Math.min(3, this.subnetIds.length), nodeCount);
  }

  /** @internal */
  public get _httpsTo(): Peer[] {
    return this.httpsTo ?? [Peer.anyIpv4(), Peer.anyIpv6()];
  }

  /** @internal */
  public get _nodeNames(): NodeNames | undefined {
    return this.nodeNames;
  }

  /** A placement for each of so many nodes, in turn. @internal */
  public _placements(cluster: Construct, nodeCount: number): NodePlacement[] {
    const used = this.subnetIds.slice(0, Math.max(nodeCount, 1));
    const subnets = used.map((id, index) => new DataAwsSubnet(cluster, `Subnet${index}`, { id }));
    return Array.from({ length: nodeCount }, (_, index) => {
      const subnet = subnets[index % subnets.length];
      return { subnetId: this.subnetIds[index % subnets.length], availabilityZone: subnet.availabilityZone };
    });
  }
}

/** Throws unless there are subnets, and each is the id of one, or unknown. @internal */
export function checkSubnets(scope: Scope, subnetIds: string[]): void {
  requireNotEmpty(scope, 'subnetIds', subnetIds, 'name the subnets, one an availability zone');
  checkIds(scope, 'subnetIds', subnetIds, /^subnet-[0-9a-f]+$/, 'subnet-0123456789abcdef0');
}
