import { DataAwsSubnet } from '@cdktf/provider-aws/lib/data-aws-subnet';
import { Construct } from 'constructs';
import { badInput, isUnknown, requireMembers, requireNotEmpty } from '../input';
import { requireInstanceIfGiven } from '../nominal';
import { NodeNames } from './node-names';

/** The subnets that a cluster lives in. */
export interface SubnetsProps {
  /** The VPC. */
  readonly vpcId: string;

  /**
   * The subnets, one an availability zone. Nodes are placed in them in turn: add subnets at the end. A node that exists stays where it
   * is. Nodes need a way out on port 443: to Secrets Manager, Systems Manager, the image's registry and the distribution's packages.
   */
  readonly subnetIds: string[];

  /**
   * In how many different availability zones the subnets must lie. Fewer subnets are refused when synthesizing; subnets in the
   * same zone when planning.
   *
   * @default 1
   */
  readonly zoneCount?: number;

  /**
   * The names by which nodes and clients know the nodes, and which certificates carry.
   *
   * @default - a private DNS zone `NAME-OF-THE-CLUSTER.qdrant.internal`
   */
  readonly nodeNames?: NodeNames;
}

/** Where one node goes. @internal */
export interface NodePlacement {
  readonly subnetId: string;
  readonly availabilityZone: string;
}

/** The network that a cluster lives in, which exists already. */
export class ClusterNetwork {
  /**
   * Existing subnets of an existing VPC.
   *
   * @throws if there is no subnet, one is named twice, or there are fewer than the zones that are wanted
   */
  public static fromSubnets(props: SubnetsProps): ClusterNetwork {
    return new ClusterNetwork(props);
  }

  public readonly vpcId: string;
  public readonly subnetIds: string[];
  private readonly zoneCount: number;
  private readonly nodeNames?: NodeNames;

  private constructor(props: SubnetsProps) {
    const place = 'ClusterNetwork.fromSubnets';
    requireMembers(place, props, { vpcId: '"vpc-0123456789abcdef0"' });
    requireInstanceIfGiven(place, 'nodeNames', props.nodeNames, NodeNames, "NodeNames.privateZone('vectors.internal')");
    const { vpcId, subnetIds, zoneCount = 1 } = props;
    requireNotEmpty(place, 'subnetIds', subnetIds, 'name the subnets, one an availability zone');
    const known = subnetIds.filter((id) => !isUnknown(id));
    const repeated = known.find((id, index) => known.indexOf(id) !== index);
    if (repeated !== undefined) {
      throw badInput(place, {
        given: `subnetIds names ${repeated} twice`,
        allowed: 'each subnet once',
        instead: 'one subnet for each availability zone; nodes are placed in them in turn',
      });
    }
    if (!isUnknown(subnetIds) && !isUnknown(zoneCount) && zoneCount > subnetIds.length) {
      throw badInput(place, {
        given: `${subnetIds.length} subnets for ${zoneCount} availability zones`,
        allowed: 'at least one subnet a zone',
        instead: `${zoneCount} subnets in different zones, or zoneCount: ${subnetIds.length}`,
      });
    }
    this.vpcId = vpcId;
    this.subnetIds = subnetIds;
    this.zoneCount = zoneCount;
    this.nodeNames = props.nodeNames;
  }

  /** @internal */
  public get _zoneCount(): number {
    return this.zoneCount;
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
