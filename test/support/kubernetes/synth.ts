import { KubernetesProvider } from '@cdktf/provider-kubernetes/lib/provider';
import { TerraformStack } from 'cdktf';
import { kubernetes } from '../../../lib';
import { clusterName, SynthesizedStack, synthStack } from '../synth';
import { KubernetesObject, objectsOf } from './objects';

/** The least that a cluster needs. */
export const minimal: kubernetes.QdrantClusterProps = {
  namespace: 'search',
  resources: { memory: '8Gi' },
  dataVolume: { size: '50Gi' },
};

/** A synthesized stack with a provider for Kubernetes, and the objects that it would make. */
export interface KubernetesStack extends SynthesizedStack {
  readonly objects: KubernetesObject[];
}

/** Synthesizes a stack with its validations, as `cdktf synth` does. */
export function synthKubernetes(build: (stack: TerraformStack) => void): KubernetesStack {
  const stack = synthStack((scope) => {
    new KubernetesProvider(scope, 'Kubernetes');
    build(scope);
  });
  let objects: KubernetesObject[] | undefined;
  return Object.defineProperty(stack, 'objects', { get: () => (objects ??= objectsOf(stack.json)) }) as KubernetesStack;
}

/** Synthesizes one cluster. */
export function synthCluster(
  props: Partial<kubernetes.QdrantClusterProps> = {},
  more: (cluster: kubernetes.QdrantCluster, stack: TerraformStack) => void = () => {},
): KubernetesStack {
  return synthKubernetes((stack) =>
    more(new kubernetes.QdrantCluster(stack, 'Cluster', { ...minimal, clusterName, ...props }), stack),
  );
}
