import { hasUnknown, isGiven, listOf } from '../resources';
import { ObservedObject } from './objects';

/** Roles that Kubernetes brings along, and that may nearly everything. */
export const BUILT_IN = ['cluster-admin', 'admin', 'edit'];

/** The rights of a service account that no server needs, one phrase each. */
export function rightsOf(account: string, pods: ObservedObject, objects: ObservedObject[]): string[] {
  const inPlace = objects.filter(({ resource }) => resource.where === pods.resource.where);
  const bindings = inPlace.filter(
    ({ kind, namespace, manifest }) =>
      (kind === 'ClusterRoleBinding' || (kind === 'RoleBinding' && namespace === pods.namespace)) &&
      listOf(manifest.subjects ?? manifest.subject).some((subject) => isAccount(subject, account, pods.namespace)),
  );
  return bindings.flatMap((binding) => {
    const { kind, name } = binding.manifest.roleRef ?? {};
    const where = binding.kind === 'ClusterRoleBinding' ? 'everywhere' : 'in its namespace';
    if (kind === 'ClusterRole' && BUILT_IN.includes(name)) return [`all that ${name} may do ${where}`];
    const role = inPlace.find(
      (candidate) =>
        candidate.kind === kind &&
        candidate.name === name &&
        (kind === 'ClusterRole' || candidate.namespace === pods.namespace),
    );
    return listOf(role?.manifest.rules)
      .flatMap(tooWide)
      .map((right) => `${right} ${where}`);
  });
}

function isAccount({ kind, name, namespace }: any, account: string, own: string): boolean {
  return kind === 'ServiceAccount' && name === account && (namespace ?? own) === own;
}

function tooWide({ resources, resourceNames, verbs }: any): string[] {
  if (hasUnknown(verbs)) return [];
  const [kinds, may] = [listOf(resources).map(String), listOf(verbs).map(String)];
  const isNamed = listOf(resourceNames).filter(isGiven).length > 0;
  const concerns = (kind: string) => kinds.includes(kind) || kinds.includes('*');
  const mayAny = (...asked: string[]) => may.some((verb) => verb === '*' || asked.includes(verb));
  if (kinds.includes('*') && may.includes('*')) return ['all verbs on all kinds'];
  return [
    ...(concerns('secrets') && !isNamed && mayAny('get', 'list', 'watch') ? ['reading every Secret'] : []),
    ...(concerns('pods/exec') && mayAny('create', 'get') ? ['running programs in other pods'] : []),
    ...(concerns('pods') && mayAny('create') ? ['making pods'] : []),
  ];
}
