import { TerraformDataSource, TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { SecretPurpose } from '../../posture';
import { withOrigins } from '../construct-tree';
import { Resources } from '../resources';
import { nameOf, namespaceOf } from './objects';

/** What the pods of a cluster run, and who was granted its secrets. */
export interface ComparedPods {
  readonly namespace: string;
  readonly statefulSet: TerraformResource;
  /** The programs and the settings. */
  readonly programs: TerraformResource;
  readonly secrets: Array<{ readonly purpose: SecretPurpose; readonly name: string }>;
  /** Where a resource is made: rights in other Kubernetes clusters do not count. */
  readonly whereOf: (resource: TerraformResource | TerraformDataSource) => string;
}

/** Within what the references of a construct are resolved. */
export function stackOf(scope: IConstruct) {
  return { scope: TerraformStack.of(scope).node.path };
}

export function namespaceIn(scope: IConstruct, { namespace }: ComparedPods, resources: Resources): string {
  return namespaceOf(stackOf(scope), withOrigins(scope, namespace), resources);
}

/** A secret of a cluster by its name. */
export function named(from: IConstruct, resources: Resources) {
  return ({ purpose, name }: ComparedPods['secrets'][number]) => ({
    purpose,
    name: nameOf(stackOf(from), withOrigins(from, name), resources),
  });
}
