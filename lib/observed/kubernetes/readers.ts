import { displayed, hasUnknown, isGiven, listOf, ObservedResource, Resources, unchecked } from '../resources';
import { objectsOf, ObservedObject } from './objects';
import { BUILT_IN } from './rights';

const VERSIONS = ['', '_v1'];
const KINDS = ['role', 'cluster_role', 'role_binding', 'cluster_role_binding'];

/** What tells who may read secrets. */
export const RIGHTS = new Set([
  ...KINDS.flatMap((kind) => VERSIONS.map((version) => `kubernetes_${kind}${version}`)),
  'kubernetes_manifest',
]);

/** Somebody who may read secrets. */
export interface PossibleReader {
  /** In a reader's words, as grants have it. */
  readonly name: string;
  readonly by: ObservedResource;
  readonly reads: (namespace: string, secret: string) => boolean;
}

/** Who may read secrets by the roles that were read. */
export function possibleReaders(resources: Resources): PossibleReader[] {
  const objects = objectsOf(resources);
  return objects
    .filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding')
    .flatMap((binding) => {
      const rules = rulesOf(binding, objects).filter(readsSecrets);
      const isThere = (namespace: string) => binding.kind === 'ClusterRoleBinding' || binding.namespace === namespace;
      const reads = (namespace: string, secret: string) => isThere(namespace) && rules.some((rule) => concerns(rule, secret));
      return listOf(binding.manifest.subjects).map((subject) => ({ name: subjectName(subject), by: binding.resource, reads }));
    });
}

/** A subject as grants call it. */
export function subjectName({ kind, name, namespace = 'default' }: any): string {
  if (kind === 'ServiceAccount') return `service account ${displayed(namespace)}/${displayed(name)}`;
  return `${String(kind).toLowerCase()} ${displayed(name)}`;
}

function rulesOf({ kind, manifest, namespace, resource }: ObservedObject, objects: ObservedObject[]): any[] {
  const { kind: wanted, name } = manifest.roleRef ?? {};
  const role = objects.find(
    (candidate) =>
      candidate.kind === wanted &&
      candidate.resource.where === resource.where &&
      (candidate.name === name || isReference(name, candidate)) &&
      (wanted === 'ClusterRole' || (kind === 'RoleBinding' && candidate.namespace === namespace)),
  );
  // Those that Kubernetes brings along read every Secret.
  if (!role) return wanted === 'ClusterRole' && BUILT_IN.includes(name) ? [{ resources: ['secrets'], verbs: ['get'] }] : [];
  return listOf(role.manifest.rules);
}

function isReference(name: unknown, { resource }: ObservedObject): boolean {
  return hasUnknown(name) && String(name).includes(`${resource.scope}::${resource.address}.`);
}

function readsSecrets({ resources, verbs, apiGroups }: any): boolean {
  const has = (given: unknown, ...wanted: string[]) =>
    listOf(given).some((one) => wanted.includes(String(one)) || hasUnknown(one));
  const isOfCore = listOf(apiGroups).length === 0 || has(apiGroups, '', '*');
  return isOfCore && has(resources, 'secrets', '*') && has(verbs, 'get', 'list', 'watch', '*');
}

/** One that names resources of its own app names others; of a variable nobody knows it. */
function concerns({ resourceNames }: any, secret: string): boolean {
  const names = listOf(resourceNames).filter(isGiven);
  const mayBe = (name: unknown) => hasUnknown(name) && !/::\w*kubernetes_/.test(String(name));
  return names.length === 0 || names.some((name) => unchecked(name) === secret || mayBe(name));
}
