import { IConstruct } from 'constructs';
import { KeyOrigin, placesOfKeys } from '../../cluster/cluster-keys';
import { watchSecurityGroups } from '../../observed/aws/declared';
import { Posture } from '../../posture';
import { QdrantNode } from '../node/node';
import { ClusterKeys } from '../secrets/api-keys';
import { ClusterTls } from '../tls/tls';

/** What a reader knows the nodes by, where they listen. */
export const AT_NODES = 'nodes';

const SECRETS_MANAGER = 'Secrets Manager';

/**
 * Writes down where the secrets live, and who reads them by rights that no grant of the cluster gives: the nodes read all that is kept in Secrets
 * Manager, and anyone who may run a program on a node has what the node has.
 */
export function describeSecrets(posture: Posture, keys: ClusterKeys, origin: KeyOrigin, tls: ClusterTls): void {
  for (const place of [...placesOfKeys(keys, origin, () => SECRETS_MANAGER), ...tls.places]) {
    const secret = posture.addSecret(place);
    if (place.keptIn === SECRETS_MANAGER) {
      secret.addReader('the nodes');
      secret.addReader('principals of the account that other policies let read it');
    }
    secret.addReader('principals that may use ssm:StartSession, ssm:SendCommand or ssm:CreateAssociation on the nodes');
  }
}

/** Has all that lets others in to the nodes compared with what was declared, whoever made it. */
export function watchNodes(cluster: { posture: Posture } & IConstruct, securityGroupId: string, nodes: QdrantNode[]): void {
  const { posture } = cluster;
  watchSecurityGroups(cluster, posture, {
    securityGroupId,
    memberIds: () => nodes.flatMap(({ _interfaceId, instanceId }) => [_interfaceId, instanceId]),
    listeners: () => posture.listeners.filter(({ at }) => at === AT_NODES),
  });
}
