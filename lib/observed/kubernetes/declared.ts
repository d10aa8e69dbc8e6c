import { TerraformResource, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { withinRanges } from '../../input/cidr';
import { Listener, Posture, UndeclaredReach } from '../../posture';
import { declarationsIn } from '../../posture/declarations';
import { MadeSomewhere } from '../../terraform/provider-configuration';
import { resourcesOfApp, TreeReading, withOrigins } from '../construct-tree';
import { addTo } from '../grouped';
import { knownOf } from '../known';
import { ObservedSource } from '../reach';
import { displayed, hasUnknown, listOf, Resources } from '../resources';
import { DeclaredSource, undeclaredReach } from '../undeclared';
import { NAMESPACES, ObservedObject, objectsOf, namespaceOf, selects } from './objects';
import { inboundOf, termsOf } from './policies';
import { podSetOf } from './pod-set';

const POLICIES = new Set(['kubernetes_network_policy_v1', 'kubernetes_network_policy']);
const STATEFUL_SET = 'kubernetes_stateful_set_v1';

/** Pods, and what they listen on. */
export interface WatchedPods {
  readonly statefulSet: TerraformResource;
  readonly listeners: () => Listener[];
  /** Where a resource is made: policies of other Kubernetes clusters do not count. */
  readonly whereOf: (made: MadeSomewhere) => string;
}

/** Compares who is let in by the network policies of an app with what was declared to a cluster, whoever made them. */
export function watchNetworkPolicies(scope: IConstruct, posture: Posture, watched: WatchedPods): void {
  const app = scope.node.root;
  const reachIn = knownOf((resources) => observe(scope, watched, resources));
  posture._observations.reachBy((mayBeKnown) => reachIn(resourcesOfApp(app, readingBy(app, watched), mayBeKnown)));
}

function observe(scope: IConstruct, watched: WatchedPods, resources: Resources): UndeclaredReach[] {
  const { policies, ofUnknown, podSets, declared } = indexOf(resources, scope.node.root);
  const { statefulSet } = watched;
  const pods = podSets.get(
    `\${${statefulSet.cdktfStack.node.path}::${statefulSet.terraformResourceType}.${statefulSet.friendlyUniqueId}}`,
  );
  if (!pods) return [];
  const set = podSetOf(pods);
  // Where only Terraform knows the namespace of a policy, it counts if it names these pods: most select all that are in it.
  const naming = (hasUnknown(set.namespace) ? [...policies.values()].flat() : ofUnknown).filter(
    ({ namespace, manifest }) => namespace !== set.namespace && names(manifest.spec?.podSelector, set.labels),
  );
  const { rules } = inboundOf(set, [...(policies.get(set.namespace) ?? []), ...naming]);
  const told = (declared.get(set.namespace) ?? []).filter(({ podLabels }) => selects({ matchLabels: podLabels }, set.labels));
  return undeclaredReach(scope, watched.listeners(), rules, told, (peers) => coverageOf(peers, set.namespace));
}

/** Whether a selector asks for labels that pods have, and for nothing else. */
function names(selector: any, labels: { [name: string]: string }): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length > 0 && selects(selector, labels) === true;
}

/** Of a range its parts are declared too, and of pods some of them. */
function coverageOf(declared: any[], namespace: string): (source: ObservedSource) => boolean {
  const ranges = declared.flatMap(({ ipBlock }) => ipBlock?.cidr ?? []);
  const names = new Set(ranges.map(displayed));
  const chosen = declared.filter(({ ipBlock }) => !ipBlock).map((peer) => termsOf(peer, namespace));
  const choices = new Set(chosen.map(asText));
  let isWithin: ((cidr: string) => boolean) | undefined;
  return ({ cidr, terms }) => {
    if (terms !== undefined)
      return choices.has(asText(terms)) || chosen.some((those) => those.every((term) => terms.includes(term)));
    if (cidr === undefined || names.has(displayed(cidr))) return cidr !== undefined;
    isWithin ??= withinRanges(ranges);
    return isWithin(cidr);
  };
}

/** One of an app, so that what was read holds for all of its clusters. */
const readings = new WeakMap<IConstruct, TreeReading>();

function readingBy(app: IConstruct, { whereOf }: WatchedPods): TreeReading {
  const reading = readings.get(app) ?? {
    isRead: (type: string) =>
      POLICIES.has(type) || NAMESPACES.has(type) || type === STATEFUL_SET || type === 'kubernetes_manifest',
    pick,
    whereOf,
  };
  readings.set(app, reading);
  return reading;
}

/** What decides who reaches pods; the rest of a pod's template is long. */
function pick(type: string, values: any): any {
  if (type === 'kubernetes_manifest') return values.manifest?.kind === 'NetworkPolicy' ? values : undefined;
  if (type !== STATEFUL_SET) return values;
  const { metadata, spec } = values;
  const { template, selector } = spec ?? {};
  const containers = listOf<any>(template?.spec?.container);
  return {
    metadata: { name: metadata?.name, namespace: metadata?.namespace },
    spec: {
      selector,
      template: {
        metadata: { labels: template?.metadata?.labels },
        spec: {
          host_network: template?.spec?.host_network,
          container: containers.map(({ name, image, port }: any) => ({ name, image, port })),
        },
      },
    },
  };
}

function asText(terms: string[]): string {
  return [...terms].sort().join();
}

interface Index {
  /** By their namespace. */
  readonly policies: Map<string, ObservedObject[]>;
  /** Those whose namespace is not known. */
  readonly ofUnknown: ObservedObject[];
  readonly podSets: Map<string, ObservedObject>;
  /** Who was declared to reach pods, by their namespace. */
  readonly declared: Map<string, DeclaredPeer[]>;
}

interface DeclaredPeer extends DeclaredSource<any> {
  /** The labels of the pods that are reached. */
  readonly podLabels: { [name: string]: string };
}

/** Made once for all clusters of an app. */
const indexes = new WeakMap<Resources, Index>();

function indexOf(resources: Resources, app: IConstruct): Index {
  const former = indexes.get(resources);
  if (former) return former;
  const policies = new Map<string, ObservedObject[]>();
  const podSets = new Map<string, ObservedObject>();
  for (const object of objectsOf(resources)) {
    const { kind, namespace, resource } = object;
    if (kind === 'Namespace') continue;
    if (kind === 'StatefulSet') podSets.set(`\${${resource.scope}::${resource.address}}`, object);
    else addTo(policies, namespace, object);
  }
  const ofUnknown = [...policies].flatMap(([namespace, objects]) => (hasUnknown(namespace) ? objects : []));
  const index = { policies, ofUnknown, podSets, declared: declaredIn(app, resources) };
  indexes.set(resources, index);
  return index;
}

function declaredIn(app: IConstruct, resources: Resources): Index['declared'] {
  const declared: Index['declared'] = new Map();
  for (const { scope, at, port, source } of declarationsIn(app)) {
    // Security groups are of another target.
    if (at.podLabels === undefined) continue;
    const { namespace: written, podLabels } = withOrigins(scope, at);
    const namespace = namespaceOf({ scope: TerraformStack.of(scope).node.path }, written, resources);
    addTo(declared, namespace, { port: withOrigins(scope, port), source: withOrigins(scope, source), podLabels });
  }
  return declared;
}
