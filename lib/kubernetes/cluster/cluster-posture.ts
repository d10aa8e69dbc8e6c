import { TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { KeyOrigin, placesOfKeys } from '../../cluster/cluster-keys';
import { watchNetworkPolicies } from '../../observed/kubernetes/declared';
import { comparePods } from '../../observed/kubernetes/differences';
import { Posture, SecretPurpose } from '../../posture';
import { whereabouts } from '../names/one-of-an-object';
import { ClusterKeys } from '../secrets/api-keys';
import { ClusterTls } from '../tls/tls';

/** What a reader knows the pods by, where they listen. */
export const AT_PODS = 'pods';

/**
 * Writes down where the secrets live, and who reads them by rights that no grant of the cluster gives: the kubelet mounts them into the pods, and
 * anyone who may run a program in a pod, or a pod in the namespace, has what is mounted.
 */
export function describeSecrets(
  posture: Posture,
  namespace: string,
  keys: ClusterKeys,
  origin: KeyOrigin,
  tls: ClusterTls,
): void {
  for (const place of [...placesOfKeys(keys, origin, ({ name }) => `${KEPT_IN}${name}`), ...tls.places]) {
    const secret = posture.addSecret(place);
    if (place.purpose !== SecretPurpose.CA_PRIVATE_KEY) {
      secret.addReader('the pods');
      secret.addReader(`subjects with pods/exec or pods/ephemeralcontainers in the namespace ${namespace}`);
    }
    secret.addReader(`subjects that may read Secrets, or make pods, in the namespace ${namespace}`);
  }
}

/** Where a Secret is kept, as the posture shows it. */
const KEPT_IN = 'Secret ';

/** What of a cluster is compared with what is synthesized. */
export interface WatchedCluster {
  readonly namespace: string;
  readonly statefulSet: TerraformResource;
  readonly programs: TerraformResource;
}

/** Has all that lets others in to the pods, that these run and that gives their secrets compared with what was declared, whoever made it. */
export function watchPods(cluster: { posture: Posture } & IConstruct, watched: WatchedCluster): void {
  const { posture } = cluster;
  const { statefulSet } = watched;
  watchNetworkPolicies(cluster, posture, {
    statefulSet,
    listeners: () => posture.listeners.filter(({ at }) => at === AT_PODS),
    whereOf: whereabouts(cluster.node.root),
  });
  comparePods(cluster, posture, {
    ...watched,
    secrets: posture.secrets
      .filter(({ keptIn }) => keptIn.startsWith(KEPT_IN))
      .map(({ purpose, keptIn }) => ({ purpose, name: keptIn.slice(KEPT_IN.length) })),
    whereOf: whereabouts(cluster.node.root),
  });
}
