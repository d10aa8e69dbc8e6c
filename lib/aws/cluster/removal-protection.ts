import { DataAwsInstances, DataAwsInstancesFilter } from '@cdktf/provider-aws/lib/data-aws-instances';
import { Fn, Lazy, Op, TerraformSelf } from 'cdktf';
import { Construct } from 'constructs';
import { UnprotectedNodes } from '../../cluster/unprotected-nodes';
import { ClusterTag } from '../names/cluster-identity';
import { ClusterInstances } from './cluster-instances';

/** @internal */
export interface RemovalProtectionProps {
  readonly clusterName: string;
  readonly clusterId: string;
  readonly vpcId: string;
  readonly nodeCount: number;
}

/**
 * Fails the plan that would end nodes which are no longer synthesized, and were not unprotected: those of a lower node count, and those of a construct
 * whose id or path has changed, which Terraform takes for another cluster; these only where the name was given, and did not change with the path.
 *
 * Neither `prevent_destroy` nor termination protection can do that: the first is gone with the block that carried it, the second the
 * provider switches off before it ends an instance. Nothing is left to fail the plan where the cluster itself is gone from the code.
 * @see https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/ec2/ec2_instance.go
 * @internal
 */
export class RemovalProtection extends Construct {
  private readonly nodes: UnprotectedNodes;

  public constructor(scope: Construct, id: string, props: RemovalProtectionProps) {
    super(scope, id);
    this.nodes = new UnprotectedNodes(props.clusterName, props.nodeCount);
    this.refuseSurplus(props);
    this.refuseNamesakes(props);
  }

  /** Lets a node go that is no longer synthesized. */
  public unprotect(index: number): void {
    this.nodes.unprotect(index);
  }

  private refuseSurplus({ clusterName, clusterId, vpcId }: RemovalProtectionProps): void {
    const numbers = Lazy.listValue({ produce: () => this.nodes.surplus.map(String) });
    new ClusterInstances(this, 'Surplus', {
      clusterName,
      clusterId,
      vpcId,
      filter: [{ name: `tag:${ClusterTag.NODE}`, values: numbers }],
      refusal: this.nodes.refusal,
    });
  }

  /**
   * The instances of this name that are another construct's, in whatever VPC: a construct that is given another path and another network at once would
   * lose its nodes too, and names in an existing zone are taken for every VPC. Those of this id elsewhere are of the same code, and no one's that was
   * renamed. Those of the first version, which had no id, become this one's.
   */
  private refuseNamesakes({ clusterName, clusterId }: RemovalProtectionProps): void {
    const numbers = { name: `tag:${ClusterTag.NODE}`, values: Lazy.listValue({ produce: () => this.nodes.kept.map(String) }) };
    const own = this.instances('Own', [{ name: `tag:${ClusterTag.ID}`, values: [clusterId] }, numbers]);
    this.instances(
      'Namesakes',
      [{ name: `tag:${ClusterTag.NAME}`, values: [clusterName] }, { name: 'tag-key', values: [ClusterTag.ID] }, numbers],
      {
        condition: Op.lt(Fn.lengthOf(Fn.setsubtract(TerraformSelf.getAny('ids') as any, own.ids)), 1),
        errorMessage:
          `Another construct has made nodes of the Qdrant cluster ${clusterName} in this account and region. ` +
          'If it was this one, under another id or in another scope: go back to the former, as Terraform would end every node and make the ' +
          'cluster anew, empty. If it is another cluster: give this one another clusterName. ' +
          'Where those nodes are to end, say so with cluster.unprotectNode(NUMBER) for each.',
      },
    );
  }

  private instances(
    id: string,
    filter: DataAwsInstancesFilter[],
    postcondition?: { condition: any; errorMessage: string },
  ): DataAwsInstances {
    return new DataAwsInstances(this, id, {
      filter,
      instanceStateNames: ['pending', 'running', 'stopping', 'stopped'],
      ...(postcondition && { lifecycle: { postcondition: [postcondition] } }),
    });
  }
}
