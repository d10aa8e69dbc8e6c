import { TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { SecretPurpose } from '../../posture';
import { MadeSomewhere } from '../../terraform/provider-configuration';
import { synthesizedTo, withOrigins } from '../construct-tree';
import { addTo } from '../grouped';
import { blockOf, Resources } from '../resources';
import { nameOf, namespaceOf } from './objects';

/** A secret of a cluster, where its pods have it from. */
export interface KeptSecret {
  readonly purpose: SecretPurpose;
  /** Of a Secret in the namespace of the pods. */
  readonly name: string;
  /** Of the data of that Secret, which may have others. */
  readonly entry: string;
  /** Whether others make it, and write to it. */
  readonly isOfOthers: boolean;
}

/** What the pods of a cluster run, and who was granted its secrets. */
export interface ComparedPods {
  readonly namespace: string;
  readonly statefulSet: TerraformResource;
  /** The programs and the settings. */
  readonly programs: TerraformResource;
  readonly secrets: KeptSecret[];
  /** Where a resource is made: rights in other Kubernetes clusters do not count. */
  readonly whereOf: (made: MadeSomewhere) => string;
}

/** Within what the references of a construct are resolved. */
export function stackOf(scope: IConstruct) {
  return { scope: TerraformStack.of(scope).node.path };
}

export function namespaceIn(scope: IConstruct, { namespace }: ComparedPods, resources: Resources): string {
  return namespaceOf(stackOf(scope), withOrigins(scope, namespace), resources);
}

/** The name of an object of the library. */
export function nameOfMade(resource: TerraformResource, resources: Resources): string {
  const name = withOrigins(resource, blockOf(synthesizedTo(resource)?.metadata)?.name);
  return nameOf(stackOf(resource), name, resources);
}

/** A secret of a cluster by its name. */
export function named(from: IConstruct, resources: Resources) {
  const known = (text: string) => nameOf(stackOf(from), withOrigins(from, text), resources);
  return (secret: KeptSecret): KeptSecret => ({ ...secret, name: known(secret.name), entry: known(secret.entry) });
}

/** The clusters of each app. */
const compared = new WeakMap<IConstruct, Map<string, ComparedPods[]>>();

/** Has a cluster counted among those of its app, by their stacks. */
export function count(watched: ComparedPods): void {
  const { root } = watched.statefulSet.node;
  const clusters = compared.get(root) ?? new Map<string, ComparedPods[]>();
  compared.set(root, clusters);
  addTo(clusters, stackOf(watched.statefulSet).scope, watched);
}

/**
 * The stacks that have a cluster of one name and namespace with another: one Kubernetes cluster cannot have both, so that what these stacks make is in
 * another one, whatever their providers say.
 */
export function stacksElsewhere(watched: ComparedPods, resources: Resources): Set<string> {
  const { statefulSet } = watched;
  const called = calledIn(watched, resources);
  const stacks = [...(compared.get(statefulSet.node.root) ?? [])].filter(([, clusters]) =>
    clusters.some((other) => calledIn(other, resources) === called),
  );
  return new Set(stacks.map(([stack]) => stack).filter((stack) => stack !== stackOf(statefulSet).scope));
}

/** What clusters are called, each asked once of what was read. */
const names = new WeakMap<Resources, Map<ComparedPods, string>>();

function calledIn(pods: ComparedPods, resources: Resources): string {
  const known = names.get(resources) ?? new Map<ComparedPods, string>();
  names.set(resources, known);
  const { statefulSet } = pods;
  const name = known.get(pods) ?? `${namespaceIn(statefulSet, pods, resources)}/${nameOfMade(statefulSet, resources)}`;
  known.set(pods, name);
  return name;
}
