import { blockOf, hasUnknown, listOf, ObservedResource, Resources, unchecked, UNKNOWN } from '../resources';

/** An object of Kubernetes, in the form of its API, whoever wrote it. */
export interface ObservedObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The fields, as a manifest has them. */
  readonly manifest: any;
  readonly resource: ObservedResource;
}

/** Among what an object is looked for that another one names. */
export interface Lookup {
  readonly by: ObservedObject;
  readonly objects: ObservedObject[];
  readonly resources: Resources;
}

/** An object by its name, or by a reference to it, as another one names it. */
export function objectNamed(kind: string, name: unknown, { by, objects, resources }: Lookup): ObservedObject | undefined {
  const target = resources.target(by.resource, name);
  return objects.find(
    (other) => other.kind === kind && (target ? other.resource === target : other.name === name && isBeside(other, by)),
  );
}

/** Whether two objects are in one namespace of one Kubernetes cluster. */
function isBeside(one: ObservedObject, other: ObservedObject): boolean {
  return one.namespace === other.namespace && one.resource.where === other.resource.where;
}

/** Arguments of the provider that repeat, and the fields of the API that they are. */
const LISTS: { [argument: string]: string } = {
  container: 'containers',
  init_container: 'initContainers',
  env: 'env',
  env_from: 'envFrom',
  volume: 'volumes',
  volume_mount: 'volumeMounts',
  ingress: 'ingress',
  egress: 'egress',
  from: 'from',
  to: 'to',
  ports: 'ports',
  rule: 'rules',
  path: 'paths',
  subject: 'subjects',
  tls: 'tls',
  sources: 'sources',
  items: 'items',
  match_expressions: 'matchExpressions',
  cluster_role_selectors: 'clusterRoleSelectors',
};
export const NAMESPACES = new Set(['kubernetes_namespace_v1', 'kubernetes_namespace']);
/** Arguments whose members are names that the user gives. */
const MAPS = new Set(['annotations', 'labels', 'match_labels', 'data', 'string_data', 'binary_data', 'data_wo', 'selector']);

/** The objects of Kubernetes among what was read. */
export function objectsOf(resources: Resources): ObservedObject[] {
  return resources.all.flatMap((resource) => {
    const manifest = manifestOf(resource);
    if (!manifest?.kind) return [];
    const { namespace, name } = manifest.metadata ?? {};
    return [
      {
        kind: kindIn(manifest),
        namespace: namespaceOf(resource, namespace ?? 'default', resources),
        name: name ?? 'without a name',
        manifest,
        resource,
      },
    ];
  });
}

/** A namespace by its name, also where it is written as a reference to the resource that makes it. */
export function namespaceOf(from: Pick<ObservedResource, 'scope'>, written: unknown, resources: Resources): string {
  const target = resources.target(from, written);
  if (!target) return String(resources.meantBy(from, written));
  if (!NAMESPACES.has(target.type)) return nameOf(from, written, resources);
  const name = blockOf(target.values.metadata)?.name ?? UNKNOWN;
  return hasUnknown(name) ? `\${${resources.identityOfOne(from, written)}.metadata[0].name}` : name;
}

/** A name as it is written, with what it refers to, as far as that is known. */
export function nameOf(from: Pick<ObservedResource, 'scope'>, written: unknown, resources: Resources): string {
  return resources.filledIn(from, String(unchecked(written)));
}

/** Others call objects of their own as Kubernetes calls its: Calico a policy, and Knative a service. */
function kindIn({ kind, apiVersion }: any): string {
  const [group] = String(apiVersion ?? '').split('/');
  const isOfOthers = group.includes('.') && !group.endsWith('.k8s.io') && !hasUnknown(group);
  return isOfOthers && ['NetworkPolicy', 'Service', 'Ingress'].includes(kind) ? `${kind} of ${group}` : kind;
}

function manifestOf({ type, values }: ObservedResource): any {
  if (type === 'kubernetes_manifest') return values.manifest;
  if (type === 'kubectl_manifest') return undefined;
  if (!type.startsWith('kubernetes_')) return type === 'manifest' ? values : undefined;
  return { kind: kindOf(type), ...convert(values, kindOf(type)) };
}

/** `kubernetes_network_policy_v1` is a NetworkPolicy. */
export function kindOf(type: string): string {
  const words = type
    .replace(/^kubernetes_/, '')
    .replace(/_v\d+(beta\d+)?$/, '')
    .split('_');
  return words.map((word) => word[0].toUpperCase() + word.slice(1)).join('');
}

function convert(value: any, kind: string): any {
  if (Array.isArray(value)) return value.map((item) => convert(item, kind));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries<any>(value).flatMap(([name, item]) => {
      if (item === null || item === undefined) return [];
      if (MAPS.has(name) && (name !== 'selector' || kind === 'Service')) return [[camelCase(name), blockOf(item)]];
      if (name === 'port' && isListOfPorts(item)) return [['ports', convert(listOf(item), kind)]];
      if (LISTS[name] !== undefined && typeof item === 'object') return [[LISTS[name], convert(listOf(item), kind)]];
      if (!isListOfBlocks(item)) return [[camelCase(name), convert(item, kind)]];
      return item.length === 0 ? [] : [[camelCase(name), convert(item[0], kind)]];
    }),
  );
}

/** Those of a container, or of a service: of a backend there is one, by its number or its name. */
function isListOfPorts(item: any): boolean {
  return listOf(item).some(
    (port) => typeof port === 'object' && ['container_port', 'port', 'target_port', 'node_port'].some((name) => name in port),
  );
}

function isListOfBlocks(item: any): item is any[] {
  return Array.isArray(item) && item.every((block) => typeof block === 'object');
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()).replace(/^clusterIp$/, 'clusterIP');
}

/** Whether a selector of labels selects an object; undefined where that is not known. */
export function selects(selector: any, labels: { [name: string]: string } = {}): boolean | undefined {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  const verdicts = [
    ...Object.entries(matchLabels).map(([name, value]) => equal(labels[name], value)),
    ...listOf(matchExpressions).map((expression) => meets(expression, labels)),
  ];
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) || hasUnknown(Object.keys(matchLabels)) ? undefined : true;
}

function equal(one: unknown, other: unknown): boolean | undefined {
  if (one === undefined) return false;
  if (one === other) return true;
  return hasUnknown(one) || hasUnknown(other) ? undefined : false;
}

function meets({ key, operator, values = [] }: any, labels: { [name: string]: string }): boolean | undefined {
  const has = key in labels;
  if (operator === 'Exists') return has;
  if (operator === 'DoesNotExist') return !has;
  const verdicts: Array<boolean | undefined> = listOf(values).map((value) => equal(labels[key], value));
  const isIn = verdicts.includes(true) ? true : verdicts.includes(undefined) ? undefined : false;
  if (operator === 'In') return isIn;
  return isIn === undefined ? undefined : !isIn;
}
