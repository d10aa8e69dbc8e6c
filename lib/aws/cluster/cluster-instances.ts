import { DataAwsInstances, DataAwsInstancesFilter } from '@cdktf/provider-aws/lib/data-aws-instances';
import { Fn, Op, TerraformSelf } from 'cdktf';
import { Construct } from 'constructs';
import { once } from '../../terraform/once';
import { ClusterTag } from '../names/cluster-identity';

/** @internal */
export interface ClusterInstancesProps {
  readonly clusterName: string;
  readonly clusterId: string;
  readonly vpcId: string;
  /** Which of the cluster's instances: all, if none is given. */
  readonly filter?: DataAwsInstancesFilter[];
  /** Fails the plan with this where there are any. */
  readonly refusal?: string;
}

/**
 * The instances that a cluster has, as AWS knows them when a plan is made: those with its id, and those of its name that have no id, as the first version gave
 * none. Instances of the name that carry another id are another cluster's, and so are those in another VPC: the id is made of the construct's path, and the
 * same code that is applied to two VPCs, each with a state of its own, has one id.
 * @internal
 */
export class ClusterInstances extends Construct {
  /** How many there are. */
  public readonly count: number;

  public constructor(scope: Construct, id: string, props: ClusterInstancesProps) {
    super(scope, id);
    const { clusterName, clusterId, vpcId, refusal } = props;
    const filter = [{ name: 'vpc-id', values: [vpcId] }, ...(props.filter ?? [])];
    const name = { name: `tag:${ClusterTag.NAME}`, values: [clusterName] };
    const own = this.find('Own', [{ name: `tag:${ClusterTag.ID}`, values: [clusterId] }, ...filter]);
    const identified = this.find('Identified', [name, { name: 'tag-key', values: [ClusterTag.ID] }, ...filter]);
    const named = this.find('Named', [name, ...filter]);
    const countOf = (namedIds: any): number =>
      once(Op.add(once(Fn.lengthOf(own.ids)), once(Fn.lengthOf(once(Fn.setsubtract(namedIds, identified.ids))))));
    this.count = countOf(named.ids);
    if (refusal === undefined) return;
    const condition = Op.lt(countOf(TerraformSelf.getAny('ids')), 1);
    named.lifecycle = { postcondition: [{ condition, errorMessage: refusal }] };
  }

  private find(id: string, filter: DataAwsInstancesFilter[]): DataAwsInstances {
    return new DataAwsInstances(this, id, { filter, instanceStateNames: ['pending', 'running', 'stopping', 'stopped'] });
  }
}
