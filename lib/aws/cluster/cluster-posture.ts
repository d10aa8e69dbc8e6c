import { TerraformElement, TerraformLocal, TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { KeyOrigin, placesOfKeys } from '../../cluster/cluster-keys';
import { watchSecurityGroups } from '../../observed/aws/declared';
import { compareNodes, WatchedNodes } from '../../observed/aws/differences';
import { Posture, SecretPurpose } from '../../posture';
import { QdrantNode } from '../node/node';
import { ClusterKeys } from '../secrets/api-keys';
import { Secret } from '../secrets/secret';
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

/** What of a cluster is compared with what is synthesized. */
export interface WatchedCluster {
  readonly securityGroupId: string;
  readonly nodes: QdrantNode[];
  readonly keys: ClusterKeys;
  readonly tls: ClusterTls;
}

/** What brings the nodes to another configuration. */
const UPDATES = ['aws_ssm_document', 'aws_ssm_association'];

/** Has all that lets others in to the nodes, that these run and that gives their secrets compared with what was declared, whoever made it. */
export function watchNodes(cluster: { posture: Posture } & IConstruct, watched: WatchedCluster): void {
  const { posture } = cluster;
  const { securityGroupId, nodes, keys, tls } = watched;
  watchSecurityGroups(cluster, posture, {
    securityGroupId,
    memberIds: () => nodes.flatMap(({ _interfaceId, instanceId }) => [_interfaceId, instanceId]),
    listeners: () => posture.listeners.filter(({ at }) => at === AT_NODES),
  });
  const elements = cluster.node
    .findAll()
    .filter((child): child is TerraformElement => TerraformElement.isTerraformElement(child));
  const resources = elements.filter((child): child is TerraformResource => TerraformResource.isTerraformResource(child));
  compareNodes(cluster, posture, {
    instances: nodes.map(({ node }) => node.defaultChild as TerraformResource),
    updates: resources.filter(({ terraformResourceType }) => UPDATES.includes(terraformResourceType)),
    locals: elements.filter((child): child is TerraformLocal => child instanceof TerraformLocal),
    roles: resources.filter(({ terraformResourceType }) => terraformResourceType === 'aws_iam_role'),
    secrets: namedSecrets(keys, tls),
  });
}

/** The secrets of a cluster, by the names that policies have for them. */
function namedSecrets({ admin, readOnly, alternate }: ClusterKeys, { forNodes, reads }: ClusterTls): WatchedNodes['secrets'] {
  const read = (secretArn: string) => reads.find(({ arn }) => arn === secretArn);
  const named: Array<[SecretPurpose, Secret | undefined]> = [
    [SecretPurpose.ADMIN_API_KEY, admin],
    [SecretPurpose.READ_ONLY_API_KEY, readOnly],
    [SecretPurpose.ALTERNATE_API_KEY, alternate],
    [SecretPurpose.CA_PRIVATE_KEY, forNodes.source === 'clusterCa' ? read(forNodes.caSecretArn) : undefined],
    [SecretPurpose.TLS_PRIVATE_KEY, forNodes.source === 'secret' ? read(forNodes.secretArn) : undefined],
  ];
  return named.flatMap(([purpose, secret]) => (secret === undefined ? [] : [{ purpose, ...ofSecret(secret) }]));
}

function ofSecret({ arn, encryptionKeyArn }: Secret) {
  return { arn, encryptionKeyArn };
}
