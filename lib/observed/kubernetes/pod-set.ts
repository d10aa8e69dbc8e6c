import { isGiven, listOf } from '../resources';
import { ObservedObject } from './objects';
import { PodSet } from './policies';

/** What makes pods, and where the template of the pods is in it. */
const TEMPLATES: { [kind: string]: (manifest: any) => any } = {
  StatefulSet: ({ spec }) => spec?.template,
  Deployment: ({ spec }) => spec?.template,
  DaemonSet: ({ spec }) => spec?.template,
  ReplicaSet: ({ spec }) => spec?.template,
  Job: ({ spec }) => spec?.template,
  CronJob: ({ spec }) => spec?.jobTemplate?.spec?.template,
  Pod: (manifest) => manifest,
  // As an earlier release of the provider calls it.
  Daemonset: ({ spec }) => spec?.template,
};

/** What makes pods, as the provider calls it. */
export const WORKLOADS = ['stateful_set', 'deployment', 'daemon_set', 'daemonset', 'replica_set', 'job', 'cron_job', 'pod'];
/** What makes pods, as Kubernetes calls it. */
export const WORKLOAD_KINDS = Object.keys(TEMPLATES);

/** The template of the pods that an object makes, where it makes any. */
export function podTemplateOf({ kind, manifest }: ObservedObject): any {
  return Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind](manifest) : undefined;
}

/** The service account of pods, also by the older name of the field. */
export function accountOf(spec: any): string {
  const { serviceAccountName: name, serviceAccount: older } = spec ?? {};
  return [name, older, 'default'].find(isGiven);
}

/** The pods that an object makes. */
export function podSetOf(object: ObservedObject): PodSet {
  const template = podTemplateOf(object);
  const labels = template?.metadata?.labels ?? {};
  const { containers } = template?.spec ?? {};
  const ports = listOf(containers).flatMap((container) => listOf(container.ports));
  return {
    namespace: object.namespace,
    labels,
    selector: object.manifest.spec?.selector?.matchLabels ?? labels,
    portNames: Object.fromEntries(ports.filter(({ name }) => name).map(({ name, containerPort }) => [name, containerPort])),
    hostNetwork: template?.spec?.hostNetwork === true,
    resource: object.resource,
  };
}
