import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { TerraformStack, Testing } from 'cdktf';
import { aws, kubernetes } from '../../lib';
import { minimal as minimalOnKubernetes } from '../support/kubernetes/synth';
import { minimal as minimalOnAws } from '../support/synth';

/** A plan of a module of somebody else's. */
export const PLAN = join(__dirname, '..', 'observed', 'fixtures', 'module-plan.json');
export const plan = () => JSON.parse(readFileSync(PLAN, 'utf8'));

/** A chart of somebody else's, as manifests. */
export const CHART = join(__dirname, '..', 'observed', 'fixtures', 'helm-chart.yaml');

export type OnAws = (cluster: aws.QdrantCluster, stack: TerraformStack) => void;
export type OnKubernetes = (cluster: kubernetes.QdrantCluster, stack: TerraformStack) => void;

/** A stack with a cluster on AWS that is called `vectors`. */
export function stackOnAws(more: OnAws = () => {}, props: Partial<aws.QdrantClusterProps> = {}): TerraformStack {
  const stack = new TerraformStack(Testing.app(), 'search');
  new AwsProvider(stack, 'Aws', { region: 'eu-west-1' });
  more(new aws.QdrantCluster(stack, 'Cluster', { ...minimalOnAws, clusterName: 'vectors', ...props }), stack);
  return stack;
}

/** A stack with a cluster on Kubernetes that is called `StatefulSet search/vectors`. */
export function stackOnKubernetes(
  more: OnKubernetes = () => {},
  props: Partial<kubernetes.QdrantClusterProps> = {},
): TerraformStack {
  const stack = new TerraformStack(Testing.app(), 'search');
  new KubernetesProvider(stack, 'Kubernetes');
  more(new kubernetes.QdrantCluster(stack, 'Cluster', { ...minimalOnKubernetes, clusterName: 'vectors', ...props }), stack);
  return stack;
}
