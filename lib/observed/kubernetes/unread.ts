import { hasUnknown, listOf, Resources, shownAddress } from '../resources';
import { ObservedObject, objectsOf } from './objects';
import { podTemplateOf } from './pod-set';

/** Kinds that let nobody in, or that are read. */
const READ =
  /^(StatefulSet|Deployment|DaemonSet|ReplicaSet|Job|CronJob|Pod|Service|Ingress|HTTPRoute|GRPCRoute|TCPRoute|TLSRoute|NetworkPolicy|ConfigMap|Secret|ServiceAccount|Role|RoleBinding|ClusterRole|ClusterRoleBinding|Namespace|PodDisruptionBudget|PersistentVolume|PersistentVolumeClaim|StorageClass|HorizontalPodAutoscaler|Certificate|Issuer|ClusterIssuer|ServiceMonitor|PodMonitor|PrometheusRule|Endpoints|EndpointSlice)$/;
const POLICY = /Network(Set)?Policy|AuthorizationPolicy/;

/** What may let others in to pods, or lead to them, and is of a kind that no reader here knows, one phrase each. */
export function unreadObjects(resources: Resources): string[] {
  const objects = objectsOf(resources);
  const services = objects.filter(({ kind, manifest }) => kind === 'Service' && listOf(manifest.spec?.ports).length > 0);
  const workloads = objects.filter((object) => podTemplateOf(object) !== undefined);
  const isConcerned = (object: ObservedObject) =>
    namesOne(
      object,
      services.map(({ name }) => name),
    ) || /qdrant/i.test(JSON.stringify(object.manifest));
  const unread = objects
    .filter(({ kind }) => !READ.test(kind))
    .filter((object) => (POLICY.test(object.kind) ? workloads.length > 0 : isConcerned(object)))
    .map(({ kind, resource }) => `who is let in by ${shownAddress(resource)}: a ${kind} is not read`);
  const withoutSelector = services
    .filter(({ manifest: { spec } }) => ['LoadBalancer', 'NodePort'].includes(spec.type) && !spec.selector)
    .map(({ resource }) => `where ${shownAddress(resource)} leads, which has no selector`);
  const computed = resources
    .ofType('kubernetes_manifest')
    .filter(({ values }) => typeof values.manifest === 'string' && hasUnknown(values.manifest))
    .map((resource) => `what ${shownAddress(resource)} makes, which only Terraform knows: give the plan`);
  return [...unread, ...withoutSelector, ...computed];
}

function namesOne({ manifest }: ObservedObject, names: string[]): boolean {
  const words = JSON.stringify(manifest.spec ?? {}).split(/[^\w-]+/);
  return names.some((name) => words.includes(name));
}
