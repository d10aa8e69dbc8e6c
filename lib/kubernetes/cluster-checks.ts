import { Construct } from 'constructs';
import { badInput, isUnknown, requireWholeNumber } from '../input';
import { QdrantVersion } from '../qdrant';
import { checkImage, checkServer } from '../qdrant/cluster-checks';
import { QdrantClusterProps } from './cluster-props';
import { checkLabelName, checkLabels, checkObjectName } from './names';
import { checkPlacement } from './placement';
import { checkResources } from './resources';
import { checkVolume } from './volume';

/** The guard's image where none is named. */
export const DEFAULT_GUARD_IMAGE = 'docker.io/nginxinc/nginx-unprivileged:1.28.0';

/** How long a turn is where nothing else is said. */
export const DEFAULT_TURN_SECONDS = 60;

/** Throws where the options of a cluster cannot be, or contradict each other. */
export function checkCluster(cluster: Construct, props: QdrantClusterProps, version: QdrantVersion): void {
  checkServer(cluster, { ...props, version, hasAlternateKey: props.apiKeys?._hasAlternate ?? false });
  if (props.guardImage !== undefined) checkImage(cluster, 'guardImage', props.guardImage, DEFAULT_GUARD_IMAGE);
  checkLabelName(cluster, 'namespace', props.namespace, 'search');
  if (props.clusterName !== undefined) checkClusterName(cluster, props.clusterName);
  if (props.clusterDomain !== undefined) checkDomain(cluster, 'clusterDomain', props.clusterDomain, 'cluster.local');
  (props.hostNames ?? []).forEach((name) => checkDomain(cluster, 'hostNames', name, 'vectors.example.com'));
  (props.imagePullSecretNames ?? []).forEach((name) => checkObjectName(cluster, 'imagePullSecretNames', name, 'registry'));
  checkResources(cluster, props.resources);
  checkVolume(cluster, 'dataVolume', props.dataVolume);
  if (props.snapshotVolume) checkVolume(cluster, 'snapshotVolume', props.snapshotVolume);
  if (props.labels) checkLabels(cluster, 'labels', props.labels);
  if (props.placement) checkPlacement(cluster, props.placement);
  const { nodeTimeoutMinutes = 30, turnSeconds = DEFAULT_TURN_SECONDS } = props.rollingUpdate ?? {};
  requireWholeNumber(cluster, 'nodeTimeoutMinutes', nodeTimeoutMinutes, { min: 1, max: 1440, unit: 'minutes' });
  requireWholeNumber(cluster, 'turnSeconds', turnSeconds, { min: 10, max: 3600, unit: 'seconds' });
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
  if (/^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) return;
  throw badInput(cluster, {
    given: `clusterName is "${name}"`,
    allowed: 'up to 40 lower-case letters, digits and hyphens, a letter first, no hyphen last',
    instead: 'clusterName: "vectors"',
  });
}

function checkDomain(cluster: Construct, option: string, name: string, example: string): void {
  const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
  if (isUnknown(name) || new RegExp(`^${label}(\\.${label})*$`).test(name)) return;
  throw badInput(cluster, {
    given: `${option} has "${name}"`,
    allowed: 'a DNS name: labels of lower-case letters, digits and hyphens, joined by dots',
    instead: `for example "${example}"`,
  });
}
