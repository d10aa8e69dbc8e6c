import { DataAwsInstances } from '@cdktf/provider-aws/lib/data-aws-instances';
import { Fn, Lazy, Op, TerraformSelf } from 'cdktf';
import { Construct } from 'constructs';
import { ReleasedNodes } from '../qdrant/released-nodes';

/** The tag that holds a node's number. @internal */
export const NODE_TAG = 'QdrantNode';

/** @internal */
export interface RemovalGuardProps {
  readonly clusterName: string;
  readonly clusterTag: { readonly key: string; readonly value: string };
  readonly nodeCount: number;
}

/**
 * Fails the plan that would end nodes which are no longer synthesized, and were not released.
 *
 * Neither `prevent_destroy` nor termination protection can do that: the first is gone with the block that carried it, the second the
 * provider switches off before it ends an instance.
 * @see https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/ec2/ec2_instance.go
 * @internal
 */
export class RemovalGuard extends Construct {
  private readonly nodes: ReleasedNodes;

  public constructor(scope: Construct, id: string, props: RemovalGuardProps) {
    super(scope, id);
    this.nodes = new ReleasedNodes(props.clusterName, props.nodeCount);
    new DataAwsInstances(this, 'Surplus', {
      filter: [
        { name: `tag:${props.clusterTag.key}`, values: [props.clusterTag.value] },
        { name: `tag:${NODE_TAG}`, values: Lazy.listValue({ produce: () => this.nodes.surplus.map(String) }) },
      ],
      instanceStateNames: ['pending', 'running', 'stopping', 'stopped'],
      lifecycle: {
        postcondition: [
          {
            condition: Op.lt(Fn.lengthOf(TerraformSelf.getAny('ids')), 1),
            errorMessage: this.nodes.refusal,
          },
        ],
      },
    });
  }

  /** Lets a node go that is no longer synthesized. */
  public release(index: number): void {
    this.nodes.release(index);
  }
}
