import { KeyOrigin, placesOfKeys } from '../../cluster/cluster-keys';
import { Posture, SecretPurpose } from '../../posture';
import { ClusterKeys } from '../secrets/api-keys';
import { ClusterTls } from '../tls/tls';

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
    if (place.purpose !== SecretPurpose.CA_PRIVATE_KEY) {
      secret.addReader('the pods');
      secret.addReader(`subjects with pods/exec or pods/ephemeralcontainers in the namespace ${namespace}`);
    }
    secret.addReader(`subjects that may read Secrets, or make pods, in the namespace ${namespace}`);
  }
}
