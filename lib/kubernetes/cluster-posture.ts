import { Posture } from '../posture';
import { ClusterKeys } from './api-keys';
import { ClusterTls } from './tls';

/** Writes down where the secrets live. The kubelet mounts them into the pods, which read them without any right of their own. */
export function describeSecrets(posture: Posture, keys: ClusterKeys, origin: string, tls: ClusterTls): void {
  const places = [
    { name: 'admin API key', secret: keys.admin },
    { name: 'read-only API key', secret: keys.readOnly },
    { name: 'alternate API key', secret: keys.alternate },
  ].flatMap(({ name, secret }) => (secret ? [{ name, keptIn: `Secret ${secret.name}`, origin }] : []));
  for (const place of [...places, ...tls.places]) {
    const secret = posture.addSecret(place);
    if (place.name !== 'CA private key') secret.addReader('the pods');
  }
}
