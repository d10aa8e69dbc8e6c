import { Posture } from '../../posture';
import { ClusterKeys } from '../secrets/api-keys';
import { ClusterTls } from '../tls/tls';

const SECRETS_MANAGER = 'Secrets Manager';

/**
 * Writes down where the secrets live, and who reads them by rights that no grant of the cluster gives: the nodes read all that is kept in Secrets
 * Manager, and whoever may run a program on a node has what the node has.
 */
export function describeSecrets(posture: Posture, keys: ClusterKeys, origin: string, tls: ClusterTls): void {
  const places = [
    { name: 'admin API key', secret: keys.admin },
    { name: 'read-only API key', secret: keys.readOnly },
    { name: 'alternate API key', secret: keys.alternate },
  ]
    .filter(({ secret }) => secret !== undefined)
    .map(({ name }) => ({ name, keptIn: SECRETS_MANAGER, origin }));
  for (const place of [...places, ...tls.places]) {
    const secret = posture.addSecret(place);
    if (place.keptIn === SECRETS_MANAGER) {
      secret.addReader('the nodes');
      secret.addReader('principals of the account that other policies let read it');
    }
    secret.addReader('principals that may use ssm:StartSession, ssm:SendCommand or ssm:CreateAssociation on the nodes');
  }
}
