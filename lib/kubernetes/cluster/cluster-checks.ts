import { Construct } from 'constructs';
import {
  badInput,
  isUnknown,
  quoted,
  requireListIfGiven,
  requireMembers,
  requireEnumIfGiven,
  requireBooleanIfGiven,
  requireWholeNumber,
} from '../../input/input';
import { requireInstance, requireInstanceIfGiven } from '../../input/nominal';
import { QdrantVersion } from '../../qdrant';
import { checkHostName, checkImage, checkServer } from '../../qdrant/cluster-checks';
import { ApiKeys } from '../secrets/api-keys';
import { CaBundle } from '../tls/ca-bundle';
import { ClientService } from '../access/client-service';
import { ClientVerification } from '../tls/client-verification';
import { ClusterDns } from '../access/cluster-dns';
import { QdrantClusterProps, CLUSTER_OPTIONS, ROLLING_UPDATE_OPTIONS } from './cluster-props';
import { checkAnnotations, checkLabelName, checkObjectName, checkOwnLabels } from '../names/names';
import { checkPlacement, PLACEMENT_OPTIONS } from '../pod/placement';
import { MAX_TURN_SECONDS } from '../pod/pod-template';
import { PodUser } from '../pod/pod-user';
import { RemovalPolicy } from '../removal-policy';
import { checkResources, checkResourcesBeside, RESOURCES_OPTIONS, GUARD_RESOURCES_OPTIONS } from '../pod/resources';
import { checkTokenSigner } from '../pod/token-signer-options';
import { Tls } from '../tls/tls';
import { checkVolume, VOLUME_OPTIONS } from '../pod/volume';
import { requireOptions, requireOptionsIfGiven } from '../../input/options';
import { SETTINGS_OPTIONS } from '../../qdrant/option-names';

/** The guard's image where none is named. */
export const DEFAULT_GUARD_IMAGE = 'docker.io/nginxinc/nginx-unprivileged:1.28.0';

/** How long a turn is where nothing else is said. */
export const DEFAULT_TURN_SECONDS = 60;

/** Long enough for a node that stops late in a turn to be seen as away before the next one. */
const MIN_TURN_SECONDS = 60;

/** Throws where the options of a cluster cannot be, or contradict each other. */
export function checkCluster(cluster: Construct, props: QdrantClusterProps): void {
  checkNames(cluster, props);
  requireMembers(cluster, props, { namespace: '"search"', resources: '{ memory: "8Gi" }', dataVolume: '{ size: "200Gi" }' });
  checkParts(cluster, props);
  const { version = QdrantVersion.DEFAULT } = props;
  checkServer(cluster, {
    ...props,
    version,
    hasAlternateKey: props.apiKeys?._hasAlternate ?? false,
  });
  if (props.guardImage !== undefined) checkImage(cluster, 'guardImage', props.guardImage, DEFAULT_GUARD_IMAGE);
  checkLabelName(cluster, 'namespace', props.namespace, 'search');
  if (props.clusterName !== undefined) checkClusterName(cluster, props.clusterName);
  if (props.clusterDomain !== undefined) checkHostName(cluster, 'clusterDomain', props.clusterDomain, 'cluster.local');
  requireListIfGiven(cluster, 'imagePullSecretNames', props.imagePullSecretNames);
  (props.imagePullSecretNames ?? []).forEach((name) => checkObjectName(cluster, 'imagePullSecretNames', name, 'registry'));
  checkDistinct(cluster, props.imagePullSecretNames ?? []);
  if (props.tokenSigner !== undefined) checkTokenSigner(cluster, props.tokenSigner);
  checkAnnotations(cluster, 'podAnnotations', props.podAnnotations);
  checkAnnotations(cluster, 'serviceAccountAnnotations', props.serviceAccountAnnotations);
  checkResources(cluster, props.resources);
  if (props.guardResources) checkResourcesBeside(cluster, 'guardResources', props.guardResources);
  checkVolume(cluster, 'dataVolume', props.dataVolume);
  if (props.snapshotVolume) checkVolume(cluster, 'snapshotVolume', props.snapshotVolume);
  checkOwnLabels(cluster, 'labels', props.labels);
  checkFree(cluster, props.labels ?? {});
  if (props.placement) checkPlacement(cluster, props.placement);
  const { nodeTimeoutMinutes = 30, turnSeconds = DEFAULT_TURN_SECONDS } = props.rollingUpdate ?? {};
  requireWholeNumber(cluster, 'nodeTimeoutMinutes', nodeTimeoutMinutes, { min: 1, max: 1440, unit: 'minutes' });
  requireWholeNumber(cluster, 'turnSeconds', turnSeconds, { min: MIN_TURN_SECONDS, max: MAX_TURN_SECONDS, unit: 'seconds' });
  requireBooleanIfGiven(cluster, 'waitForRollout', props.rollingUpdate?.waitForRollout);
  requireBooleanIfGiven(cluster, 'allowRecoveryMode', props.allowRecoveryMode);
}

/** A misspelt option would leave the cluster as it is without it. */
function checkNames(cluster: Construct, props: QdrantClusterProps): void {
  requireOptions(cluster, undefined, props, CLUSTER_OPTIONS);
  if (props.resources) requireOptions(cluster, 'resources', props.resources, RESOURCES_OPTIONS);
  if (props.dataVolume) requireOptions(cluster, 'dataVolume', props.dataVolume, VOLUME_OPTIONS);
  requireOptionsIfGiven(cluster, 'snapshotVolume', props.snapshotVolume, VOLUME_OPTIONS);
  requireOptionsIfGiven(cluster, 'guardResources', props.guardResources, GUARD_RESOURCES_OPTIONS);
  requireOptionsIfGiven(cluster, 'placement', props.placement, PLACEMENT_OPTIONS);
  requireOptionsIfGiven(cluster, 'rollingUpdate', props.rollingUpdate, ROLLING_UPDATE_OPTIONS);
  requireOptionsIfGiven(cluster, 'settings', props.settings, SETTINGS_OPTIONS);
}

/** What has rules of its own must have gone through them. */
function checkParts(cluster: Construct, props: QdrantClusterProps): void {
  const ifGiven = (option: keyof QdrantClusterProps, type: { name: string; prototype: object }, instead: string) =>
    requireInstanceIfGiven(cluster, option, props[option], type, instead);
  ifGiven('apiKeys', ApiKeys, 'ApiKeys.generated()');
  ifGiven('tls', Tls, 'Tls.generated()');
  ifGiven('clientVerification', ClientVerification, 'ClientVerification.required()');
  ifGiven('clientService', ClientService, 'ClientService.clusterIp()');
  ifGiven('dns', ClusterDns, 'ClusterDns.kubeSystem()');
  ifGiven('user', PodUser, 'PodUser.id(1000)');
  requireListIfGiven(cluster, 'trustedAuthorities', props.trustedAuthorities);
  for (const bundle of props.trustedAuthorities ?? []) {
    requireInstance(cluster, 'trustedAuthorities', bundle, CaBundle, "trustedAuthorities: [CaBundle.fromConfigMap('old-ca')]");
  }
  requireEnumIfGiven(cluster, 'removalPolicy', props.removalPolicy, 'RemovalPolicy', RemovalPolicy);
}

/** The API server takes no list of them with one named twice. */
function checkDistinct(cluster: Construct, names: string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice === undefined) return;
  throw badInput(cluster, {
    given: `imagePullSecretNames names "${twice}" twice`,
    allowed: 'each Secret once',
    instead: `imagePullSecretNames: ["${twice}"]`,
  });
}

/** Those that a job's controller gives to its pods, of which the rollout has one. */
function checkFree(cluster: Construct, labels: { [name: string]: string }): void {
  const taken = Object.keys(labels).find((name) => /^(controller-uid|job-name|batch\.kubernetes\.io\/.*)$/.test(name));
  if (taken === undefined) return;
  throw badInput(cluster, {
    given: `labels has "${taken}"`,
    allowed:
      'names other than controller-uid, job-name and those of batch.kubernetes.io, which Kubernetes gives to the pods of jobs',
    instead: `for example "team"`,
  });
}

/** Short enough for the names that Kubernetes makes of it. */
function checkClusterName(cluster: Construct, name: string): void {
  if (isUnknown(name)) {
    throw badInput(cluster, {
      given: 'clusterName is known only when Terraform runs',
      allowed: 'a name that is known when synthesizing, as certificates and policies carry it',
      instead: 'clusterName: "vectors"',
    });
  }
  if (typeof name === 'string' && /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) return;
  throw badInput(cluster, {
    given: `clusterName is ${quoted(name)}`,
    allowed: 'up to 40 lower-case letters, digits and hyphens, a letter first, no hyphen last',
    instead: 'clusterName: "vectors"',
  });
}
