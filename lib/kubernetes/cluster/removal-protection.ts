import { DataKubernetesResources } from '@cdktf/provider-kubernetes/lib/data-kubernetes-resources';
import { Fn, Lazy, Op, TerraformSelf } from 'cdktf';
import { Construct } from 'constructs';
import { CONSTRUCT_ANNOTATION } from '../names/cluster-labels';
import { UnprotectedNodes } from '../../cluster/unprotected-nodes';

/** The label by which Kubernetes itself (1.28 and later) tells the pods of a StatefulSet apart. */
const POD_INDEX = 'apps.kubernetes.io/pod-index';

/** @internal */
export interface RemovalProtectionProps {
  readonly clusterName: string;
  readonly namespace: string;
  readonly podLabels: { [name: string]: string };
  readonly nodeCount: number;
  /** The path of the cluster's construct. */
  readonly constructPath: string;
}

/**
 * Fails the plan that would end pods which are no longer synthesized, and were not unprotected: their shards would be away, and their peers
 * still count towards the majority. They are those of a lower node count, and those of a construct whose id or path has changed, which Terraform takes for
 * another cluster; these only where the name was given, and did not change with the path. Nothing is left to fail the plan where the cluster itself is
 * gone from the code.
 * @internal
 */
export class RemovalProtection extends Construct {
  private readonly nodes: UnprotectedNodes;

  public constructor(scope: Construct, id: string, props: RemovalProtectionProps) {
    super(scope, id);
    this.nodes = new UnprotectedNodes(props.clusterName, props.nodeCount);
    this.refuseSurplus(props);
    this.refuseNamesake(props);
  }

  /** Lets a node go that is no longer synthesized. */
  public unprotect(index: number): void {
    this.nodes.unprotect(index);
  }

  private refuseSurplus(props: RemovalProtectionProps): void {
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

  /** A StatefulSet of this name that another construct made. That of the first version, which did not say so, becomes this one's. */
  private refuseNamesake({ clusterName, namespace, constructPath }: RemovalProtectionProps): void {
    const own = JSON.stringify(constructPath);
    const isOwn = `try(one.metadata.annotations["${CONSTRUCT_ANNOTATION}"], ${own}) == ${own}`;
    new DataKubernetesResources(this, 'Namesake', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      namespace,
      fieldSelector: `metadata.name=${clusterName}`,
      lifecycle: {
        postcondition: [
          {
            condition: Lazy.anyValue({
              produce: () => `\${alltrue([for one in self.objects : ${this.nodes.areAllUnprotected ? 'true' : isOwn}])}`,
            }),
            errorMessage:
              `Another construct has made the StatefulSet ${clusterName} in the namespace ${namespace}, as its annotation ${CONSTRUCT_ANNOTATION} says. ` +
              'If it was this one, under another id or in another scope: go back to the former, as Terraform would end all pods at once and make new keys; ' +
              'or move its resources in the state (terraform state mv), and say cluster.unprotectNode(NUMBER) for each node in the next apply. ' +
              'If it is another cluster: give this one another clusterName.',
          },
        ],
      },
    });
  }
}
