import { ListenerPurpose } from '../../posture';
import { NodeSetup } from '../../posture/setup';
import { ObservedListener } from '../found-cluster';
import { hasUnknown, isGiven, listOf } from '../resources';
import { ObservedObject, selects } from './objects';
import { accountOf } from './pod-set';
import { PodSet } from './policies';
import { switchOf } from './container';

const SPREAD_OVER_MACHINES = /"topology_?key":"kubernetes\.io\/hostname"/i;

/** The pods of a cluster, as they are looked at. */
export interface ObservedPods {
  readonly object: ObservedObject;
  readonly template: any;
  readonly container: any;
  readonly pods: PodSet;
  /** How many there are; undefined where that is not known. */
  readonly count: number | undefined;
  readonly listeners: ObservedListener[];
  readonly objects: ObservedObject[];
}

/** What keeps pods from being away together, and what tells that they are back. */
export function resilienceSetup(of: ObservedPods): NodeSetup {
  const { object, count } = of;
  const isOfSeveral = (count ?? 1) > 1;
  const interchangeable = ['Deployment', 'ReplicaSet'].includes(object.kind) && isOfSeveral;
  return {
    failingProbes: failingProbes(of),
    interchangeableBy: interchangeable ? object.resource.address : undefined,
    ...(isOfSeveral && {
      hasDisruptionBudget: hasBudget(of),
      spreadsOverMachines: object.kind === 'DaemonSet' || SPREAD_OVER_MACHINES.test(JSON.stringify(object.resource.values)),
      startsInOrder: object.kind === 'StatefulSet' ? startsInOrder(object) : undefined,
    }),
  };
}

function startsInOrder({ manifest }: ObservedObject): boolean | undefined {
  const { podManagementPolicy = 'OrderedReady' } = manifest.spec ?? {};
  return hasUnknown(podManagementPolicy) ? undefined : podManagementPolicy !== 'Parallel';
}

/** Whether some budget lets one pod at a time be evicted at most; undefined where that is not known. */
function hasBudget({ object, pods, count, objects }: ObservedPods): boolean | undefined {
  const verdicts = objects
    .filter(({ kind, namespace, resource }) => {
      const isBeside = namespace === object.namespace || hasUnknown(namespace);
      return kind === 'PodDisruptionBudget' && isBeside && resource.where === object.resource.where;
    })
    .map(({ manifest }) => {
      const selected = selects(manifest.spec?.selector, pods.labels);
      if (selected === false) return false;
      const evicted = evictable(manifest.spec ?? {}, count!);
      return selected === undefined || evicted === undefined ? undefined : evicted <= 1;
    });
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

/** How many of several pods a budget lets be evicted at once. */
function evictable({ maxUnavailable, minAvailable }: any, count: number): number | undefined {
  if (hasUnknown([maxUnavailable, minAvailable])) return undefined;
  // Kubernetes rounds parts of pods up, both ways.
  const numberOf = (value: unknown) =>
    /%$/.test(String(value)) ? Math.ceil((parseFloat(String(value)) / 100) * count) : Number(value);
  if (isGiven(maxUnavailable)) return numberOf(maxUnavailable);
  return isGiven(minAvailable) ? count - numberOf(minAvailable) : count;
}

/** What is wrong with how the kubelet asks the server, one phrase each. */
function failingProbes({ container, listeners, count }: ObservedPods): string[] {
  const given = ['startupProbe', 'readinessProbe', 'livenessProbe'].filter((name) => container[name] !== undefined);
  const refused = given.flatMap((name) => refusals(container[name], container, listeners).map((why) => `the ${name} ${why}`));
  const isMissing = (count ?? 1) > 1 && container.readinessProbe === undefined;
  return [...refused, ...(isMissing ? ['there is no readinessProbe: a pod counts as ready while it still recovers'] : [])];
}

/** Paths that are answered without a key. */
const FREE = ['/', '/healthz', '/livez', '/readyz'];

function refusals({ httpGet, grpc }: any, container: any, listeners: ObservedListener[]): string[] {
  if (grpc) {
    const { tls } = listenerAt(grpc.port, container, listeners) ?? {};
    return tls === true ? ['speaks gRPC without TLS, which the kubelet cannot do otherwise'] : [];
  }
  if (!httpGet || hasUnknown(httpGet)) return [];
  const listener = listenerAt(httpGet.port, container, listeners);
  if (listener === undefined || listener.purpose !== ListenerPurpose.REST) return [];
  const isSecure = String(httpGet.scheme ?? 'HTTP').toUpperCase() === 'HTTPS';
  const sendsKey = listOf([httpGet.httpHeaders, httpGet.httpHeader].flat()).length > 0;
  const path = String(httpGet.path ?? '/').split('?')[0];
  return [
    ...(listener.tls === true && !isSecure ? ['speaks no TLS, and the server nothing else'] : []),
    ...(listener.tls === false && isSecure ? ['speaks TLS, and the server does not'] : []),
    ...(listener.clientVerifiedBy === 'Qdrant' ? ['presents no certificate, which the server asks for'] : []),
    ...(listener.apiKey === true && !sendsKey && !FREE.includes(path) ? [`asks for ${path} without a key`] : []),
  ];
}

function listenerAt(port: unknown, container: any, listeners: ObservedListener[]): ObservedListener | undefined {
  const named = listOf(container.ports).find(({ name }) => name === port);
  return listeners.find((listener) => String(listener.port) === String(named?.containerPort ?? port));
}

/** Whether pods have the token of their service account; undefined where that is not known. */
export function hasAccountToken(template: any, account: ObservedObject | undefined): boolean | undefined {
  const { automountServiceAccountToken: own } = template.spec ?? {};
  if (isGiven(own)) return switchOf(own, true);
  const isUnread = account === undefined && accountOf(template.spec) !== 'default';
  return isUnread ? undefined : switchOf(account?.manifest.automountServiceAccountToken, true);
}
