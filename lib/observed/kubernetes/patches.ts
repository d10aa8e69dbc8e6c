import { IConstruct } from 'constructs';
import { Difference, DifferenceKind } from '../../posture/difference';
import { addressFrom } from '../differing';
import { blockOf, displayed, mayBeAbsent, ObservedResource, Resources } from '../resources';
import { ComparedPods, named, namespaceIn, nameOfMade, stackOf } from './compared-pods';
import { nameOf, namespaceOf } from './objects';
import { differentVariables } from './pod-differences';
import { areTogether } from './together';

const PROGRAMS = 'kubernetes_config_map_v1_data';
const KEYS = 'kubernetes_secret_v1_data';
const VARIABLES_OF = 'kubernetes_env';
/** What changes objects that others make. */
export const PATCHES = [PROGRAMS, KEYS, VARIABLES_OF];

/** What resources write into objects that are made already. */
export function patched(watched: ComparedPods, scope: IConstruct, resources: Resources): Difference[] {
  const { statefulSet, programs, secrets } = watched;
  const namespace = namespaceIn(scope, watched, resources);
  const here = { ...stackOf(scope), where: watched.whereOf(statefulSet) };
  const server = (what: string, by: ObservedResource) => ({
    kind: DifferenceKind.SERVER,
    what,
    by: addressFrom(here, by),
  });
  const patches = (type: string, name: string) =>
    resources.ofType(type).filter((by) => {
      const { name: written, namespace: of = 'default' } = blockOf(by.values.metadata) ?? {};
      const isMade = areTogether(by, here) && !mayBeAbsent(by);
      return isMade && nameOf(by, written, resources) === name && namespaceOf(by, of, resources) === namespace;
    });
  return [
    ...patches(VARIABLES_OF, nameOfMade(statefulSet, resources))
      .filter(({ values }) => values.kind === 'StatefulSet')
      .flatMap((by) => differentVariables({ env: by.values.env }, {}).map((what) => server(what, by))),
    ...patches(PROGRAMS, nameOfMade(programs, resources)).map((by) => server('the files of the pods are written anew,', by)),
    ...secrets
      .filter(({ isOfOthers }) => !isOfOthers)
      .map(named(scope, resources))
      .flatMap(({ name, entry }) =>
        patches(KEYS, name)
          .filter(({ values }) => Object.keys(values.data ?? {}).includes(entry))
          .map((by) => server(`the data of the Secret ${displayed(name)} are written anew,`, by)),
      ),
  ];
}
