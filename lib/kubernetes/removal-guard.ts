import { DataKubernetesResources } from '@cdktf/provider-kubernetes/lib/data-kubernetes-resources';
import { Fn, Lazy, Op, TerraformSelf } from 'cdktf';
import { Construct } from 'constructs';
import { MAX_NODES } from '../qdrant/cluster-checks';

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
  private readonly released = new Set<number>();

  public constructor(scope: Construct, id: string, props: RemovalGuardProps) {
    super(scope, id);
    const surplus = () =>
      Array.from({ length: MAX_NODES }, (_, index) => index).filter(
        (index) => index >= props.nodeCount && !this.released.has(index),
      );
    const labels = Object.entries(props.podLabels).map(([name, value]) => `${name}=${value}`);
    new DataKubernetesResources(this, 'Surplus', {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: props.namespace,
      labelSelector: Lazy.stringValue({ produce: () => [...labels, `${POD_INDEX} in (${surplus().join(',')})`].join(',') }),
      lifecycle: {
        postcondition: [
          {
            condition: Op.lt(Fn.lengthOf(TerraformSelf.getAny('objects')), 1),
            errorMessage:
              `The Qdrant cluster ${props.clusterName} has nodes whose number is ${props.nodeCount} or more, and nodeCount is ${props.nodeCount}. ` +
              'Move their shards away and remove their peers first, then say so with cluster.releaseNode(NUMBER).',
          },
        ],
      },
    });
  }

  /** Lets a node go that is no longer synthesized. */
  public release(index: number): void {
    this.released.add(index);
  }
}
