import { displayed, listOf, mayBeAbsent, ObservedResource, Resources } from '../resources';
import { KeptSecret } from './compared-pods';
import { calledBy, containersOf, isGivenBy, secretsGivenTo, volumesOf } from './given-secrets';
import { nameOf, namespaceOf, ObservedObject, objectsOf, selects } from './objects';
import { accountOf, podTemplateOf, WORKLOADS } from './pod-set';
import { BUILT_IN } from './rights';
import { areTogether } from './together';

const VERSIONS = ['', '_v1'];
const KINDS = ['role', 'cluster_role', 'role_binding', 'cluster_role_binding', 'secret'];
const AGGREGATED = 'rbac.authorization.k8s.io/aggregate-to-';

/** What tells who may read secrets. */
export const RIGHTS = new Set([
  ...[...KINDS, ...WORKLOADS].flatMap((kind) => VERSIONS.map((version) => `kubernetes_${kind}${version}`)),
  'kubernetes_manifest',
]);

/** A secret by the place and the name of the Secret that it is in. */
export interface NamedSecret extends Pick<KeptSecret, 'name' | 'entry'> {
  readonly namespace: string;
}

/** Somebody who may read secrets. */
export interface PossibleReader {
  /** In a reader's words, as grants have it. */
  readonly name: string;
  /** Whose rights the reader has, in the same words, with what of it only Terraform knows: also those of a workload's service account. */
  readonly identities: string[];
  /** The groups that Kubernetes itself puts the reader in, in the same words. */
  readonly groups: string[];
  readonly by: ObservedResource;
  readonly reads: (secret: NamedSecret) => boolean;
}

/** Who may read secrets by the roles that were read, and which workloads are given them. */
export function possibleReaders(resources: Resources): PossibleReader[] {
  const objects = objectsOf(resources).filter(({ resource }) => !mayBeAbsent(resource));
  return [
    ...objects.filter(({ kind }) => kind.endsWith('RoleBinding')).flatMap((binding) => boundBy(binding, objects, resources)),
    ...objects.flatMap((object) => givenTo(object, resources)),
  ];
}

/** A service account, as Kubernetes knows it when it asks for something. */
const AS_USER = /^system:serviceaccount:([^:]+):(.+)$/;

/** Whoever Kubernetes does not know. */
const UNAUTHENTICATED = ['group system:unauthenticated', 'user system:anonymous'];
const [AUTHENTICATED, SERVICE_ACCOUNTS] = ['system:authenticated', 'system:serviceaccounts'];

/** A subject as grants call it, and the groups that Kubernetes itself puts it in. */
export interface Subject {
  readonly identity: string;
  readonly groups: string[];
}

/** A subject of a role, or of a grant. */
export function subjectOf(
  { kind, name, namespace }: any,
  from: Pick<ObservedResource, 'scope'>,
  resources: Resources,
): Subject {
  const called = nameOf(from, name, resources);
  if (kind === 'ServiceAccount') return serviceAccount(namespaceOf(from, namespace ?? 'default', resources), called);
  const [, ofAccount, account] = (kind === 'User' && AS_USER.exec(called)) || [];
  if (account !== undefined) return serviceAccount(ofAccount, account);
  const identity = `${String(kind).toLowerCase()} ${called}`;
  const isOfAccounts = identity.startsWith(`group ${SERVICE_ACCOUNTS}:`);
  const groups = [...(isOfAccounts ? [SERVICE_ACCOUNTS] : []), ...(UNAUTHENTICATED.includes(identity) ? [] : [AUTHENTICATED])];
  return { identity, groups: groups.map((group) => `group ${group}`) };
}

function serviceAccount(namespace: string, name: string): Subject {
  const groups = [SERVICE_ACCOUNTS, `${SERVICE_ACCOUNTS}:${namespace}`, AUTHENTICATED];
  return { identity: `service account ${namespace}/${name}`, groups: groups.map((group) => `group ${group}`) };
}

function boundBy(binding: ObservedObject, objects: ObservedObject[], resources: Resources): PossibleReader[] {
  const inPlace = objects.filter(({ resource }) => areTogether(resource, binding.resource));
  const rules = rulesOf(binding, inPlace, resources).filter(({ rule }) => readsSecrets(rule));
  const isThere = (namespace: string) => binding.kind === 'ClusterRoleBinding' || binding.namespace === namespace;
  const reads = ({ namespace, name }: NamedSecret) =>
    isThere(namespace) && rules.some(({ rule, of }) => concerns(rule, name, of, resources));
  const subjects = listOf<any>(binding.manifest.subjects).filter((subject) => typeof subject === 'object');
  return subjects.map((subject) => {
    const { identity, groups } = subjectOf(subject, binding.resource, resources);
    return { name: displayed(identity), identities: [identity], groups, by: binding.resource, reads };
  });
}

/** A rule, and the role that it is written in. */
interface WrittenRule {
  readonly rule: any;
  readonly of: ObservedResource;
}

function rulesOf(binding: ObservedObject, objects: ObservedObject[], resources: Resources): WrittenRule[] {
  const { kind: wanted, name: written } = binding.manifest.roleRef ?? {};
  const name = nameOf(binding.resource, written, resources);
  const role = objects.find(
    (candidate) =>
      candidate.kind === wanted &&
      (candidate.name === name || candidate.resource === resources.target(binding.resource, written)) &&
      (wanted === 'ClusterRole' || (binding.kind === 'RoleBinding' && candidate.namespace === binding.namespace)),
  );
  const ruled = (roles: ObservedObject[]) =>
    roles.flatMap(({ manifest, resource }) => listOf<any>(manifest.rules).map((rule) => ({ rule, of: resource })));
  const clusterRoles = objects.filter(({ kind }) => wanted === 'ClusterRole' && kind === 'ClusterRole');
  const labelled = (isWanted: (labels: any) => boolean) =>
    ruled(clusterRoles.filter(({ manifest }) => isWanted(manifest.metadata?.labels ?? {})));
  if (role) {
    const selectors = listOf<any>(role.manifest.aggregationRule?.clusterRoleSelectors);
    return [...ruled([role]), ...labelled((labels) => selectors.some((selector) => selects(selector, labels) === true))];
  }
  // Those that Kubernetes brings along read every Secret, or what is added to them.
  const everySecret = { rule: { resources: ['secrets'], verbs: ['get'] }, of: binding.resource };
  if (wanted === 'ClusterRole' && BUILT_IN.includes(name)) return [everySecret];
  return labelled((labels) => String(labels[`${AGGREGATED}${name}`]) === 'true');
}

function readsSecrets({ resources, verbs, apiGroups }: any): boolean {
  const has = (given: unknown, ...wanted: string[]) => listOf(given).some((one) => wanted.includes(String(one)));
  const isOfCore = listOf(apiGroups).length === 0 || has(apiGroups, '', '*');
  return isOfCore && has(resources, 'secrets', '*') && has(verbs, 'get', 'list', 'watch', '*');
}

/** A name that only Terraform knows is none of the cluster's for certain. */
function concerns({ resourceNames }: any, secret: string, of: ObservedResource, resources: Resources): boolean {
  const names = listOf(resourceNames).filter((name) => name !== '');
  return names.length === 0 || names.some((name) => nameOf(of, name, resources) === secret);
}

/** A workload that mounts secrets, or has them in its environment. */
function givenTo(object: ObservedObject, resources: Resources): PossibleReader[] {
  const spec = podTemplateOf(object)?.spec;
  const given = containersOf(spec).flatMap((container) => secretsGivenTo(container, volumesOf(spec)));
  if (given.length === 0) return [];
  const { kind, namespace, resource } = object;
  const called = given.map(calledBy((written) => nameOf(resource, written, resources)));
  const reads = (secret: NamedSecret) => namespace === secret.namespace && isGivenBy(called, secret);
  const own = `${kind} ${namespace}/${nameOf(resource, object.name, resources)}`;
  const account = subjectOf({ kind: 'ServiceAccount', namespace, name: accountOf(spec) }, resource, resources);
  return [{ name: displayed(own), identities: [own, account.identity], groups: account.groups, by: resource, reads }];
}
