import { Posture } from '../../posture';
import { ClusterKeys } from '../secrets/api-keys';
import { ClusterTls } from '../tls/tls';

/**
 * Writes down where the secrets live, and who reads them by rights that no grant of the cluster gives: the kubelet mounts them into the pods, and
 * whoever may run a program in a pod, or a pod in the namespace, has what is mounted.
 */
export function describeSecrets(posture: Posture, namespace: string, keys: ClusterKeys, origin: string, tls: ClusterTls): void {
  const places = [
    { name: 'admin API key', secret: keys.admin },
    { name: 'read-only API key', secret: keys.readOnly },
    { name: 'alternate API key', secret: keys.alternate },
  ].flatMap(({ name, secret }) => (secret ? [{ name, keptIn: `Secret ${secret.name}`, origin }] : []));
  for (const place of [...places, ...tls.places]) {
    const secret = posture.addSecret(place);
    if (place.name !== 'CA private key') {
      secret.addReader('the pods');
      secret.addReader(`subjects with pods/exec or pods/ephemeralcontainers in the namespace ${namespace}`);
    }
    secret.addReader(`subjects that may read Secrets, or make pods, in the namespace ${namespace}`);
    for (const controller of ['cert-manager', 'the External Secrets Operator']) {
      if (place.origin.endsWith(controller)) secret.addReader(controller);
    }
  }
}
