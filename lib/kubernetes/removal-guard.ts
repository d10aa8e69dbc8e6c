import { DataKubernetesResources } from '@cdktf/provider-kubernetes/lib/data-kubernetes-resources';
import { Fn, Lazy, Op, TerraformSelf } from 'cdktf';
import { Construct } from 'constructs';
import { ReleasedNodes } from '../qdrant/released-nodes';

/** The label by which Kubernetes itself (1.28 and later) tells the pods of a StatefulSet apart. */
const POD_INDEX = 'apps.kubernetes.io/pod-index';

/** @internal */
export interface RemovalGuardProps {
  readonly clusterName: string;
  readonly namespace: string;
  readonly podLabels: { [name: string]: string };
  readonly nodeCount: number;
}

/**
 * Fails the plan that would end pods which are no longer synthesized, and were not released: their shards would be away, and their peers
 * still count towards the majority.
 * @internal
 */
export class RemovalGuard extends Construct {
  private readonly nodes: ReleasedNodes;

  public constructor(scope: Construct, id: string, props: RemovalGuardProps) {
    super(scope, id);
    this.nodes = new ReleasedNodes(props.clusterName, props.nodeCount);
    const labels = Object.entries(props.podLabels).map(([name, value]) => `${name}=${value}`);
    new DataKubernetesResources(this, 'Surplus', {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: props.namespace,
      labelSelector: Lazy.stringValue({
        produce: () => [...labels, `${POD_INDEX} in (${this.nodes.surplus.join(',')})`].join(','),
      }),
      lifecycle: {
        postcondition: [
          {
            condition: Op.lt(Fn.lengthOf(TerraformSelf.getAny('objects')), 1),
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
