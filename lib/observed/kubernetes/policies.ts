import { ALL_PORTS, InboundRule, ObservedSource, PortRange, portRange, rangeSource } from '../reach';
import { blockOf, displayed, hasUnknown, listOf, mayBeAbsent, ObservedResource, UNKNOWN } from '../resources';
import { ObservedObject, selects } from './objects';

/** Pods of one template. */
export interface PodSet {
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  /** By which labels their set knows them. */
  readonly selector: { [name: string]: string };
  /** The numbers of ports by their names. */
  readonly portNames: { [name: string]: number | string };
  readonly hostNetwork: boolean;
  readonly resource: ObservedResource;
}

/** The label that Kubernetes itself gives to each namespace. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** What lets others in to pods, by all the policies that select them. */
export function inboundOf(pods: PodSet, objects: ObservedObject[]): { rules: InboundRule[]; unknown: string[] } {
  if (pods.hostNetwork)
    return open(pods, 'whoever reaches the machines of the pods (hostNetwork), for whom no NetworkPolicy holds');
  const policies = objects
    .filter((object) => object.kind === 'NetworkPolicy' && isInNamespace(object, pods) && concernsIngress(object))
    .map((object) => ({ object, selected: selectsForSure(object, pods) }))
    .filter(({ selected }) => selected !== false);
  const rules = policies.flatMap(({ object }) => rulesOf(object, pods));
  const unknown = policies
    .filter(({ selected }) => selected === undefined)
    .map(({ object }) => `whether ${object.resource.address} selects the pods of ${pods.resource.address}`);
  // What may not select them refuses nothing for sure.
  if (policies.some(({ selected }) => selected === true)) return { rules, unknown };
  return {
    rules: [...rules, ...open(pods, 'whoever reaches pods, as no NetworkPolicy selects these').rules],
    unknown,
  };
}

/** Undefined where that is not known, as of a policy that may not be there. */
function selectsForSure({ manifest, namespace, resource }: ObservedObject, pods: PodSet): boolean | undefined {
  const selected = selects(manifest.spec?.podSelector, pods.labels);
  return selected && (mayBeAbsent(resource) || namespace !== pods.namespace) ? undefined : selected;
}

function open(pods: PodSet, name: string): { rules: InboundRule[]; unknown: string[] } {
  return { rules: [{ ports: ALL_PORTS, sources: [{ name, key: name, unknown: true, by: pods.resource }] }], unknown: [] };
}

/** Whether an object is in the namespace of pods, or may be. */
export function isInNamespace(object: ObservedObject, pods: PodSet): boolean {
  const { namespace, resource } = object;
  const isOfPlace = resource.where === pods.resource.where;
  return isOfPlace && (namespace === pods.namespace || hasUnknown(namespace) || hasUnknown(pods.namespace));
}

function concernsIngress({ manifest }: ObservedObject): boolean {
  const types = listOf(manifest.spec?.policyTypes);
  return types.length === 0 || types.includes('Ingress') || hasUnknown(types);
}

function rulesOf({ manifest, resource }: ObservedObject, pods: PodSet): InboundRule[] {
  const { ingress, dynamic } = manifest.spec ?? {};
  if (typeof ingress === 'string') return [{ ports: ALL_PORTS, sources: [unknownSource(ingress, resource)] }];
  const made = listOf(dynamic)
    .flatMap((blocks) => listOf(blocks?.ingress))
    .map(({ content }) => blockOf(content));
  return [...listOf(ingress), ...made].flatMap((rule) => {
    const ports = portsOf(rule?.ports, pods);
    const from = rule?.from ?? (rule?.dynamic?.from && UNKNOWN);
    const anywhere = { name: 'anywhere', key: 'anywhere', anyAddress: true, by: resource };
    const peers =
      typeof from === 'string' ? [unknownSource(from, resource)] : listOf(from).map((peer) => sourceOf(peer, pods, resource));
    return ports.map((range) => ({ ports: range, sources: peers.length === 0 ? [anywhere] : peers }));
  });
}

function unknownSource(expression: string, by: ObservedResource): ObservedSource {
  return { name: displayed(expression), key: expression, unknown: true, by };
}

function portsOf(ports: any, pods: PodSet): PortRange[] {
  const given = typeof ports === 'string' ? [] : listOf(ports);
  if (given.length === 0) return [ALL_PORTS];
  return given
    .filter(({ protocol = 'TCP' }) => protocol === 'TCP' || hasUnknown(protocol))
    .flatMap(({ port, endPort }) => {
      if (port === undefined || port === '') return [ALL_PORTS];
      const isName = typeof port === 'string' && !/^\d+$/.test(port) && !hasUnknown(port);
      // A name that no container has opens nothing.
      if (isName && pods.portNames[port] === undefined) return [];
      const number = isName ? pods.portNames[port] : port;
      return [portRange(number, endPort || number)];
    });
}

function sourceOf(peer: any, pods: PodSet, by: ObservedResource): ObservedSource {
  const { ipBlock, podSelector, namespaceSelector } = peer ?? {};
  if (ipBlock) return rangeSource(ipBlock.cidr, by);
  if (!podSelector && !namespaceSelector) return { name: 'anywhere', key: 'anywhere', anyAddress: true, by };
  if (!namespaceSelector && isThePods(podSelector, pods)) return { name: 'the pods', key: 'nodes', nodes: true, by };
  const name = podsName(podSelector, namespaceSelector, pods);
  return { name, key: name, terms: termsOf(peer, pods.namespace), by };
}

/** By what a rule chooses pods, each term for itself: pods that are chosen by more terms are some of those that are chosen by fewer. */
export function termsOf({ podSelector, namespaceSelector }: any, namespace: string): string[] {
  const ofNamespaces = namespaceSelector ?? { matchLabels: { [NAMESPACE_NAME]: namespace } };
  return [
    ...labelTerms(podSelector).map((term) => `pods ${term}`),
    ...labelTerms(ofNamespaces).map((term) => `namespaces ${term}`),
  ];
}

/** Whether a selector asks for every label by which the pods' own set knows them. */
function isThePods(podSelector: any, { selector }: PodSet): boolean {
  const { matchLabels = {} } = podSelector ?? {};
  const own = Object.entries(selector);
  return own.length > 0 && own.every(([name, value]) => matchLabels[name] === value);
}

function podsName(podSelector: any, namespaceSelector: any, pods: PodSet): string {
  const where = namespaceSelector === undefined ? undefined : namespacesName(namespaceSelector);
  if (podSelector === undefined) return where!;
  const labels = written(podSelector);
  if (labels === '') return where ?? `namespace ${displayed(pods.namespace)}`;
  return `pods ${labels}${where === undefined ? '' : ` of ${where}`}`;
}

function namespacesName(selector: any): string {
  const labels = written(selector);
  if (labels === '') return 'every namespace';
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const names = Object.keys(matchLabels);
  const isName = names.length === 1 && names[0] === NAMESPACE_NAME && listOf(matchExpressions).length === 0;
  return isName ? `namespace ${displayed(matchLabels[NAMESPACE_NAME])}` : `namespaces ${labels}`;
}

function written(selector: any): string {
  return labelTerms(selector).join(',');
}

function labelTerms(selector: any): string[] {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return [
    ...Object.entries(matchLabels).map(([name, value]) => `${name}=${displayed(value)}`),
    ...listOf(matchExpressions).map(({ key, operator, values }) => `${key} ${operator} ${listOf(values).join('|')}`.trim()),
  ];
}
