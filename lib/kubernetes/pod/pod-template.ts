import {
  StatefulSetV1SpecTemplate,
  StatefulSetV1SpecTemplateSpec,
  StatefulSetV1SpecTemplateSpecContainer,
  StatefulSetV1SpecTemplateSpecContainerPort,
  StatefulSetV1SpecTemplateSpecVolume,
  StatefulSetV1SpecTemplateSpecVolumeProjectedSources,
} from '@cdktf/provider-kubernetes/lib/stateful-set-v1';
import { isUnknown } from '../../input/input';
import { ListenerPurpose } from '../../posture';
import { QdrantPorts } from '../../qdrant';
import { ClusterKeys } from '../secrets/api-keys';
import { CaBundle } from '../tls/ca-bundle';
import { affinity, PlacementProps, spreadConstraints, tolerations } from './placement';
import { CONTAINER_SECURITY, PodUser } from './pod-user';
import { GuardResourcesProps, resourcesBeside, ResourcesProps, serverResources } from './resources';

export interface PodTemplateProps {
  readonly labels: { [name: string]: string };
  readonly podLabels: { [name: string]: string };
  readonly annotations?: { [name: string]: string };
  readonly image: string;
  /** The guard's image, where one serves the ports that clients use. */
  readonly guardImage?: string;
  readonly imagePullSecretNames?: string[];
  readonly serviceAccountName: string;
  /** The ConfigMap of the programs, which never changes. */
  readonly programsName: string;
  /** The ConfigMap of what may change while the pod runs. */
  readonly configName: string;
  readonly resources: ResourcesProps;
  readonly nodeCount: number;
  readonly turnSeconds: number;
  readonly allowRecoveryMode?: boolean;
  readonly guardResources?: GuardResourcesProps;
  readonly placement: PlacementProps;
  readonly user: PodUser;
  readonly keys: ClusterKeys;
  readonly tlsSecretName: string;
  /** Additional CAs that the nodes trust, and the CAs that may issue client certificates. */
  readonly trusted: CaBundle[];
  readonly clientCas: CaBundle[];
  readonly metricsPort?: number;
  readonly grpc: boolean;
}

type Containers = NonNullable<StatefulSetV1SpecTemplateSpec['container']>;
type Environment = StatefulSetV1SpecTemplateSpecContainer['env'];

/** The container of the server. */
const SERVER = 'qdrant';
/** Readable by the server's user and group only. */
const SECRET_MODE = '0440';
const PROGRAMS = '/opt/qdrant';
/** Mounted as a whole: a file that is mounted alone (subPath) would never change. */
const CLUSTER = '/opt/qdrant-cluster';
const SECRETS = '/run/secrets/qdrant';
/** What a container needs to leave Raft and the write-ahead log flushed, long searches included. */
const GRACE_SECONDS = 300;
/** What a pod needs until it may be stopped once its turn has begun: to look at the others again, and to be out of every load balancer. */
const DRAIN_SECONDS = 60;
/** With what follows it is what the cluster autoscaler gives a pod, whatever the pod's own grace is. */
const LEAVE_SECONDS = 240;
/** The longest that a turn may be: a pod's grace has two of them. */
export const MAX_TURN_SECONDS = 300;

/** How long a pod that is to be stopped waits at most until no other node is away, and it has its turn: every other turn is one in which it may. */
function leaveSeconds(props: PodTemplateProps): number {
  return Math.max(LEAVE_SECONDS, 2 * turnSecondsOf(props));
}

/** As long as it may be where only Terraform knows it. */
function turnSecondsOf({ turnSeconds }: PodTemplateProps): number {
  return isUnknown(turnSeconds) ? MAX_TURN_SECONDS : turnSeconds;
}

/** A pod of the cluster. It meets the Pod Security Standard `restricted`. */
export function podTemplate(props: PodTemplateProps): StatefulSetV1SpecTemplate {
  const { placement } = props;
  return {
    metadata: { labels: { ...props.labels, ...props.podLabels }, annotations: props.annotations },
    spec: {
      serviceAccountName: props.serviceAccountName,
      automountServiceAccountToken: false,
      // A service's name would otherwise become a setting of the server's: QDRANT_... from its environment.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: leaveSeconds(props) + Math.max(DRAIN_SECONDS, turnSecondsOf(props)) + GRACE_SECONDS,
      securityContext: props.user._securityContext,
      imagePullSecrets: props.imagePullSecretNames?.map((name) => ({ name })),
      priorityClassName: placement.priorityClassName,
      nodeSelector: placement.nodeSelector,
      toleration: tolerations(placement),
      affinity: affinity(props),
      topologySpreadConstraint: spreadConstraints(props),
      container: [server(props), ...(props.guardImage === undefined ? [] : [guard(props.guardImage, props)])],
      volume: volumes(props),
    },
  };
}

function server(props: PodTemplateProps): StatefulSetV1SpecTemplateSpecContainer {
  const behindGuard = [{ name: 'peer-rest', containerPort: QdrantPorts.REST_BEHIND_GUARD }];
  return {
    name: SERVER,
    image: props.image,
    command: [`${PROGRAMS}/run-server.sh`],
    workingDir: '/qdrant',
    env: [
      { name: 'POD_IPS', valueFrom: { fieldRef: { fieldPath: 'status.podIPs' } } },
      // It would otherwise be written to the root file system.
      { name: 'QDRANT_INIT_FILE_PATH', value: '/tmp/qdrant-initialized' },
      { name: 'LEAVE_SECONDS', value: String(leaveSeconds(props)) },
      ...(props.allowRecoveryMode ? [{ name: 'QDRANT_ALLOW_RECOVERY_MODE', value: 'true' }] : []),
    ],
    port: [
      ...(props.guardImage === undefined ? clientPorts(props) : behindGuard),
      { name: 'peer', containerPort: QdrantPorts.PEER },
    ],
    resources: serverResources(props.resources),
    // No image of Qdrant has an HTTP client, and the kubelet's own presents no certificate. There is no liveness probe: a server that
    // recovers its shards for an hour must not be ended.
    readinessProbe: {
      exec: { command: [`${PROGRAMS}/ready.sh`] },
      periodSeconds: 5,
      timeoutSeconds: 6,
      failureThreshold: 2,
    },
    lifecycle: { preStop: [{ exec: { command: [`${PROGRAMS}/leave.sh`] } }] },
    securityContext: CONTAINER_SECURITY,
    volumeMount: [
      { name: 'storage', mountPath: '/qdrant/storage' },
      { name: 'snapshots', mountPath: '/qdrant/snapshots' },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'runtime', mountPath: '/run/qdrant' },
      { name: 'programs', mountPath: PROGRAMS, readOnly: true },
      { name: 'cluster', mountPath: CLUSTER, readOnly: true },
      { name: 'programs', mountPath: '/qdrant/config/local.yaml', subPath: 'settings.yaml', readOnly: true },
      ...['keys', 'tls', 'trusted', 'client-cas'].map((name) => ({ name, mountPath: `${SECRETS}/${name}`, readOnly: true })),
    ],
  };
}

/** The containers of a pod whose server accepts access tokens, whatever its settings say. */
export function acceptingTokens(containers: Containers): Containers {
  if (!Array.isArray(containers)) return containers;
  const variable = { name: 'QDRANT__SERVICE__JWT_RBAC', value: 'true' };
  const withVariable = (env: Environment = []) => (Array.isArray(env) ? [...env, variable] : env);
  return containers.map((one) => (one.name === SERVER ? { ...one, env: withVariable(one.env) } : one));
}

/** The ports that clients use: Qdrant's own, or those of the guard. */
function clientPorts({ grpc, metricsPort }: PodTemplateProps): StatefulSetV1SpecTemplateSpecContainerPort[] {
  return [
    { name: 'rest', containerPort: QdrantPorts.REST },
    ...(grpc ? [{ name: 'grpc', containerPort: QdrantPorts.GRPC }] : []),
    ...(metricsPort === undefined ? [] : [{ name: ListenerPurpose.METRICS, containerPort: metricsPort }]),
  ];
}

/** Verifies client certificates on the ports that clients use. */
function guard(image: string, props: PodTemplateProps): StatefulSetV1SpecTemplateSpecContainer {
  return {
    name: 'guard',
    image,
    command: [`${PROGRAMS}/run-guard.sh`],
    port: clientPorts(props),
    resources: resourcesBeside(props.guardResources),
    readinessProbe: {
      exec: { command: [`${PROGRAMS}/guard-ready.sh`] },
      periodSeconds: 5,
      timeoutSeconds: 6,
      failureThreshold: 2,
    },
    securityContext: CONTAINER_SECURITY,
    volumeMount: [
      { name: 'guard-tmp', mountPath: '/tmp' },
      { name: 'runtime', mountPath: '/run/qdrant', readOnly: true },
      { name: 'programs', mountPath: PROGRAMS, readOnly: true },
      { name: 'cluster', mountPath: CLUSTER, readOnly: true },
    ],
  };
}

function volumes(props: PodTemplateProps): StatefulSetV1SpecTemplateSpecVolume[] {
  const secret = (name: string, files: { [path: string]: string }, optional = false) => ({
    secret: [{ name, optional, items: Object.entries(files).map(([path, key]) => ({ key, path })) }],
  });
  const { admin, readOnly, alternate } = props.keys;
  const keys = [
    secret(admin.name, { admin: admin.key }),
    ...(readOnly ? [secret(readOnly.name, { 'read-only': readOnly.key })] : []),
    // When a rotation ends, its Secret goes before every pod has been told: a pod that starts in between does without it.
    ...(alternate ? [secret(alternate.name, { alternate: alternate.key }, true)] : []),
  ];
  const tls = [secret(props.tlsSecretName, { 'tls.crt': 'tls.crt', 'tls.key': 'tls.key', 'ca.crt': 'ca.crt' })];
  return [
    { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '64Mi' } },
    ...(props.guardImage === undefined ? [] : [{ name: 'guard-tmp', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } }]),
    // In memory, as what is made of the Secrets is kept there.
    { name: 'runtime', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
    { name: 'programs', configMap: { name: props.programsName, defaultMode: '0555' } },
    { name: 'cluster', configMap: { name: props.configName, defaultMode: '0444' } },
    projected('keys', keys),
    projected('tls', tls),
    projected('trusted', bundles(props, 'trusted', props.trusted)),
    projected('client-cas', bundles(props, 'client-cas', props.clientCas)),
  ];
}

function projected(
  name: string,
  sources: StatefulSetV1SpecTemplateSpecVolumeProjectedSources[],
): StatefulSetV1SpecTemplateSpecVolume {
  return sources.length > 0
    ? { name, projected: [{ defaultMode: SECRET_MODE, sources }] }
    : { name, emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } };
}

/** The name of the file with the certificates of a bundle that is given in the code. */
function bundleFile(folder: string, index: number): string {
  return `${folder}-${index}.pem`;
}

/** The certificates of bundles that are given in the code, by the name of their file. */
export function bundleFiles(folder: string, given: CaBundle[]): { [file: string]: string } {
  return Object.fromEntries(
    given.flatMap(({ _source: { pem } }, index) => (pem === undefined ? [] : [[bundleFile(folder, index), pem]])),
  );
}

function bundles(
  props: PodTemplateProps,
  folder: string,
  given: CaBundle[],
): StatefulSetV1SpecTemplateSpecVolumeProjectedSources[] {
  return given.map(({ _source: { place } }, index) => {
    const path = `${index}.pem`;
    if (place === undefined)
      return { configMap: [{ name: props.programsName, items: [{ key: bundleFile(folder, index), path }] }] };
    const source = [{ name: place.name, items: [{ key: place.key, path }] }];
    return place.kind === 'secret' ? { secret: source } : { configMap: source };
  });
}
