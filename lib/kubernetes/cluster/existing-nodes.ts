import { DataKubernetesResources } from '@cdktf/provider-kubernetes/lib/data-kubernetes-resources';
import { Fn } from 'cdktf';
import { Construct } from 'constructs';

export interface ExistingNodesProps {
  readonly clusterName: string;
  readonly namespace: string;
}

/** Whether a cluster is there already when a plan is made. */
export class ExistingNodes extends Construct {
  /** How many StatefulSets of the cluster there are: none, or one. */
  public readonly count: number;

  public constructor(scope: Construct, id: string, { clusterName, namespace }: ExistingNodesProps) {
    super(scope, id);
    const found = new DataKubernetesResources(this, 'StatefulSet', {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      namespace,
      fieldSelector: `metadata.name=${clusterName}`,
    });
    this.count = Fn.lengthOf(found.interpolationForAttribute('objects'));
  }
}
