import { SecretV1 } from '@cdktf/provider-kubernetes/lib/secret-v1';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { GRANTS_ANNOTATION, TOKEN_MEMBER } from '../../tokens/kubernetes-secret';
import { BundlePlace } from '../tls/ca-bundle';
import { Grant } from './grant';
import { Grantee } from './grantee';

/** @internal */
export interface CollectionGrantBinding {
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  /** The names of the Secret, and of the Role. */
  readonly secretName: string;
  readonly roleName: string;
  readonly bundles: BundlePlace[];
  /** Which grants the Secret is for. */
  readonly revision: string;
  /** Done once every node takes tokens that are signed with the admin key. */
  readonly rollout: ITerraformDependable;
  /** Done once the token is signed. */
  readonly signed: ITerraformDependable;
}

/**
 * A grant of access to collections: a token, which is renewed, in a Secret that the grantee may read.
 *
 * What uses the token depends on the grant (`dependsOn: [grant]`): Terraform then makes it once the token is signed and all nodes
 * take it, for which the first apply may need longer than it waits for a Deployment.
 */
export class CollectionGrant extends Construct implements ITerraformDependable {
  /** The grantee. */
  public readonly grantee: Grantee;

  /**
   * The name of the Secret with the token, under `tokenSecretKey`. Clients give it as they give an API key. Mount it as a file,
   * and read it again when the server answers 401 or 403: it changes before it ends.
   */
  public readonly tokenSecretName: string;

  /** The key of the Secret that holds the token. */
  public readonly tokenSecretKey: string;

  /** The names of all Secrets that the grantee can read. */
  public readonly secretNames: string[];

  /** What is there before a token can be written. @internal */
  public readonly _secret: SecretV1;

  private readonly signed: ITerraformDependable;

  /** @internal */
  public static _create(scope: Construct, id: string, grantee: Grantee, binding: CollectionGrantBinding): CollectionGrant {
    return new CollectionGrant(scope, id, grantee, binding);
  }

  private constructor(scope: Construct, id: string, grantee: Grantee, binding: CollectionGrantBinding) {
    super(scope, id);
    const { namespace, labels, secretName, roleName, bundles } = binding;
    this.grantee = grantee;
    this.tokenSecretName = secretName;
    this.tokenSecretKey = TOKEN_MEMBER;
    this.signed = binding.signed;
    this._secret = this.makeSecret(binding);
    const grant = Grant._create(this, 'Read', grantee, { namespace, labels, name: roleName, secrets: [secretName], bundles });
    this.secretNames = grant.secretNames;
  }

  /** What `dependsOn` waits for: that the token is signed, and all nodes take it. */
  public get fqn(): string {
    return this.signed.fqn;
  }

  /**
   * Terraform makes it, so that what signs needs no right to make Secrets. It writes nothing into it, and reads nothing of it either: so the provider has
   * it with a write-only argument, where it would otherwise keep the token in the state once it refreshes.
   */
  private makeSecret({ namespace, labels, secretName, revision, rollout }: CollectionGrantBinding): SecretV1 {
    const secret = new SecretV1(this, 'Token', {
      dependsOn: [rollout],
      metadata: { name: secretName, namespace, labels, annotations: { [GRANTS_ANNOTATION]: revision } },
      type: 'Opaque',
      dataWoRevision: 1,
    });
    // CDK for Terraform leaves out what is empty.
    secret.addOverride('data_wo', {});
    return secret;
  }
}
