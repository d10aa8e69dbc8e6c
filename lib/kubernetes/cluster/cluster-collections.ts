import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { checkCollectionGrant, requireTokensTaken } from '../../cluster/collection-grant-checks';
import { CollectionGrantProps } from '../../cluster/collection-grant-options';
import { CollectionGrants } from '../../cluster/collection-grants';
import { badInput } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { Posture, SecretPurpose } from '../../posture';
import { idFor, nameFor, standsAlready } from '../../terraform/identity';
import { CollectionGrant } from '../grants/collection-grant';
import { Grantee } from '../grants/grantee';
import { NodeSet } from '../pod/node-set';
import { PlacementProps } from '../pod/placement';
import { TokenSigner } from '../pod/token-signer';
import { TokenSignerProps } from '../pod/token-signer-options';
import { ClusterKeys } from '../secrets/api-keys';
import { CaBundle } from '../tls/ca-bundle';
import { KubernetesClusterDescription } from './cluster-description';
import { whoeverReplacesPrograms } from './cluster-posture';

const SIGNER_ID = 'TokenSigner';
const SIGNER = 'the pod that signs tokens';

/** What a cluster has whose collections are granted. */
export interface GrantingCluster extends KubernetesClusterDescription {
  readonly keys: ClusterKeys;
  readonly clientCa?: CaBundle;
  readonly posture: Posture;
  readonly imagePullSecretNames?: string[];
  readonly placement: PlacementProps;
  readonly tokenSigner?: TokenSignerProps;
  readonly nodes: NodeSet;
  /** Undefined where the rollout is not waited for. */
  readonly rollout?: ITerraformDependable;
}

/** Grants access to single collections of a cluster. What signs the tokens is made with the first grant. */
export class ClusterCollections {
  private readonly grants: CollectionGrants;
  private signer?: TokenSigner;

  public constructor(
    private readonly cluster: Construct,
    private readonly given: () => GrantingCluster,
  ) {
    this.grants = new CollectionGrants(cluster);
  }

  /** @throws if it cannot be granted, or contradicts what the grantee was granted before */
  public grant(grantee: Grantee, props: CollectionGrantProps): CollectionGrant {
    const given = this.given();
    const { clusterName, settings } = given;
    requireInstance(this.cluster, 'the grantee', grantee, Grantee, "Grantee.serviceAccount('search', 'search-service')");
    checkCollectionGrant(this.cluster, props);
    requireTokensTaken(this.cluster, settings);
    const rollout = requireRollout(this.cluster, given);
    const subject = nameFor(this.cluster, grantee.toString(), grantee._subject);
    const secretName = `${clusterName}-token-${subject}`;
    this.grants.add(secretName, grantee.toString(), props);
    const id = `GrantCollections-${idFor(this.cluster, grantee.toString(), grantee._subject)}`;
    if (standsAlready(this.cluster, id, grantee._subject)) return this.cluster.node.findChild(id) as CollectionGrant;
    if (settings.value('service.jwt_rbac') !== true) acceptTokens(given);
    this.signer ??= this.makeSigner(given);
    const place = given.clientCa?._source.place;
    const grant = CollectionGrant._create(this.cluster, id, grantee, {
      ...given,
      ...{ secretName, rollout },
      roleName: `${clusterName}-collections-${subject}`,
      bundles: place ? [place] : [],
      ...{ revision: this.signer.revision, signed: this.signer.done },
    });
    this.signer.waitFor(grant._secret);
    describeToken(given, secretName, grantee);
    return grant;
  }

  private makeSigner(given: GrantingCluster): TokenSigner {
    given.posture._addReader(SecretPurpose.ADMIN_API_KEY, SIGNER);
    return new TokenSigner(this.cluster, SIGNER_ID, {
      ...given,
      options: given.tokenSigner ?? {},
      key: given.keys.admin,
      keysMade: given.keys.made,
      grants: () => this.grants.tokens,
    });
  }
}

/** The settings of the nodes are written already: the first grant may come at any time. */
function acceptTokens({ settings, nodes }: GrantingCluster): void {
  settings._acceptTokens();
  nodes.acceptTokens();
}

/** Before every node takes tokens, and those of the key that signs them, some would be refused. */
function requireRollout(cluster: Construct, { rollout }: GrantingCluster): ITerraformDependable {
  if (rollout) return rollout;
  throw badInput(cluster, {
    given: 'grantCollections of a cluster whose rollout is not waited for',
    allowed: 'a cluster of which every node takes a key before tokens are signed with it',
    instead: 'rollingUpdate: { waitForRollout: true }, or leave it out',
  });
}

function describeToken({ posture, namespace }: GrantingCluster, secretName: string, grantee: Grantee): void {
  const secret = posture.addSecret({
    purpose: SecretPurpose.COLLECTION_TOKEN,
    keptIn: `Secret ${secretName}`,
    origin: 'signed with the admin API key',
    controller: SIGNER,
  });
  secret.addReader(grantee.toString(), grantee._scope);
  secret.addReader(whoeverReplacesPrograms(namespace));
  secret.addReader(`subjects that may read Secrets, or make pods, in the namespace ${namespace}`);
}
