import { TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { KeyOrigin, placesOfKeys } from '../../cluster/cluster-keys';
import { watchNetworkPolicies } from '../../observed/kubernetes/declared';
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
  for (const place of [...placesOfKeys(keys, origin, ({ name }) => `Secret ${name}`), ...tls.places]) {
    const secret = posture.addSecret(place);
    const isMounted = place.purpose !== SecretPurpose.CA_PRIVATE_KEY;
    if (isMounted) {
      secret.addReader('the pods');
      secret.addReader(`subjects with pods/exec or pods/ephemeralcontainers in the namespace ${namespace}`);
      secret.addReader(whoeverReplacesPrograms(namespace));
    }
    secret.addReader(`subjects that may read Secrets, or make pods, in the namespace ${namespace}`);
  }
}

/** An immutable ConfigMap cannot be changed, but deleted and made anew with other programs. */
export function whoeverReplacesPrograms(namespace: string): string {
  return `subjects that may delete and make ConfigMaps, which have the programs of the pods, in the namespace ${namespace}`;
}

/** Has all that lets others in to the pods compared with what was declared, whoever made it. */
export function watchPods(cluster: { posture: Posture } & IConstruct, statefulSet: TerraformResource): void {
  const { posture } = cluster;
  watchNetworkPolicies(cluster, posture, {
    statefulSet,
    listeners: () => posture.listeners.filter(({ at }) => at === AT_PODS),
    whereOf: whereabouts(cluster.node.root),
  });
}
