import { TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { Difference, DifferenceKind } from '../../posture/difference';
import { synthesizedTo, withOrigins } from '../construct-tree';
import { blockOf, displayed, ObservedResource, Resources } from '../resources';
import { ComparedPods, named, namespaceIn, stackOf } from './compared-pods';
import { nameOf, namespaceOf } from './objects';
import { differentVariables } from './pod-differences';

const PROGRAMS = 'kubernetes_config_map_v1_data';
const KEYS = 'kubernetes_secret_v1_data';
const VARIABLES_OF = 'kubernetes_env';
/** What changes objects that others make. */
export const PATCHES = [PROGRAMS, KEYS, VARIABLES_OF];

/** What resources write into objects that are made already. */
export function patched(watched: ComparedPods, scope: IConstruct, resources: Resources): Difference[] {
  const { statefulSet, programs, secrets } = watched;
  const namespace = namespaceIn(scope, watched, resources);
  const server = (what: string, by: ObservedResource) => ({ kind: DifferenceKind.SERVER, what, by: by.address });
  const where = watched.whereOf(statefulSet);
  const patches = (type: string, isOf: (name: unknown, by: ObservedResource) => boolean) =>
    resources.ofType(type).filter((by) => {
      const metadata = blockOf(by.values.metadata);
      const isThere = by.where === where && namespaceOf(by, metadata?.namespace ?? 'default', resources) === namespace;
      return isThere && isOf(metadata?.name, by);
    });
  const called = (name: string) => (written: unknown, by: ObservedResource) => nameOf(by, written, resources) === name;
  // What is as it was meant is not among what was read: a reference to it is told by its address.
  const isMade = (resource: TerraformResource) => {
    const name = withOrigins(resource, blockOf(synthesizedTo(resource)?.metadata)?.name);
    const reference = `${resource.terraformResourceType}.${resource.friendlyUniqueId}.`;
    const isCalled = called(nameOf(stackOf(scope), name, resources));
    return (written: unknown, by: ObservedResource) =>
      isCalled(written, by) ||
      String(written)
        .replace(/^\$\{(?:[^{}]*?::)?/, '')
        .startsWith(reference);
  };
  return [
    ...patches(VARIABLES_OF, isMade(statefulSet))
      .filter(({ values }) => values.kind === 'StatefulSet')
      .flatMap((by) => differentVariables({ env: by.values.env }, {}).map((what) => server(what, by))),
    ...patches(PROGRAMS, isMade(programs)).map((by) => server('the files of the pods are written anew,', by)),
    ...secrets
      .map(named(scope, resources))
      .flatMap(({ name }) =>
        patches(KEYS, called(name)).map((by) => server(`the data of the Secret ${displayed(name)} are written anew,`, by)),
      ),
  ];
}
