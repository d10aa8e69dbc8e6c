import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { Construct } from 'constructs';
import { badInput, requireWholeNumber } from '../../input/input';
import { SecretPlaceProps, SecretPurpose } from '../../posture';
import { requireInstance, requireInstanceIfGiven } from '../../input/nominal';
import { CaBundle, checkAuthorityArn } from './ca-bundle';
import { Secret } from '../secrets/secret';
import { OptionNames, requireOptions } from '../../input/options';
import { checkEncryptionKey } from '../secrets/encryption-key';

/** Options for a certificate in an existing secret. */
export interface SecretTlsOptions {
  /**
   * The CA certificate, stored where clients can read it. Clients are never granted the TLS secret itself, because it contains
   * the private key.
   *
   * @default - clients obtain the CA certificate some other way
   */
  readonly clientCa?: CaBundle;
}

const SECRET_TLS_OPTIONS: OptionNames<SecretTlsOptions> = { clientCa: true };

/** Options for issued certificates. */
export interface IssuedTlsOptions {
  /**
   * The validity of certificates in days. A node renews its certificate when a third of the validity is left.
   *
   * @default 30
   */
  readonly validityDays?: number;
}

const ISSUED_TLS_OPTIONS: OptionNames<IssuedTlsOptions> = { validityDays: true };

/** Options for the cluster's own CA. */
export interface GeneratedTlsOptions extends IssuedTlsOptions {
  /**
   * The ARN of the customer managed KMS key that encrypts the secret of the CA.
   *
   * @default - the AWS managed key for Secrets Manager
   */
  readonly encryptionKeyArn?: string;
}

const GENERATED_TLS_OPTIONS: OptionNames<GeneratedTlsOptions> = { ...ISSUED_TLS_OPTIONS, encryptionKeyArn: 'reference' };

/** How a node gets its certificate, as its programs read it. @internal */
export type NodeTls =
  | {
      readonly source: 'clusterCa';
      readonly caSecretArn: string;
      readonly caCertificateSecretArn: string;
      readonly validityDays: number;
    }
  | { readonly source: 'secret'; readonly secretArn: string }
  | { readonly source: 'privateCa'; readonly privateCaArn: string; readonly validityDays: number };

/** What a cluster's nodes need to obtain their certificates, and clients to verify them. @internal */
export interface ClusterTls {
  /** What the nodes' programs read of it. */
  readonly forNodes: NodeTls;
  /** Secrets that the nodes read. */
  readonly reads: Secret[];
  /** Secrets that the nodes write: they create the cluster's own CA. */
  readonly writes: Secret[];
  /** The AWS Private CA that issues to the nodes. */
  readonly issuesFrom?: string;
  /** What clients verify the cluster's certificate with, where they can be granted it. */
  readonly clientCa?: CaBundle;
  /** Where private keys live. */
  readonly places: SecretPlaceProps[];
}

/**
 * The source of a cluster's TLS certificates. Each node uses one certificate for REST, gRPC and the traffic between the nodes.
 *
 * @see https://qdrant.tech/documentation/guides/security/#tls
 */
export abstract class Tls {
  /**
   * A CA of the cluster's own. The first node creates it and stores it in Secrets Manager, where only the nodes can read its
   * key. Each node creates its own key and issues its own certificate. No other service is needed.
   */
  public static generated(options: GeneratedTlsOptions = {}): Tls {
    return new ClusterCaTls(options);
  }

  /**
   * One certificate for all nodes, from an existing secret: a JSON object with the fields `certificate` (including intermediate
   * CAs), `private_key` and `ca_certificate`, all in PEM format. The certificate must have the extended key usages serverAuth
   * and clientAuth and include the host of every node; otherwise the nodes do not start.
   */
  public static fromSecret(secret: Secret, options: SecretTlsOptions = {}): Tls {
    return new SecretTls(secret, options);
  }

  /**
   * Certificates issued by AWS Private CA. Each node creates its own key, which never leaves the node. A CA in short-lived
   * certificate mode issues certificates for seven days at most: set `validityDays` to 7 or less, otherwise the nodes do not
   * start.
   *
   * @see https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
   * @param arn the ARN of the CA, which must be active
   * @throws if it is not the ARN of a CA in AWS Private CA
   */
  public static fromPrivateCa(arn: string, options: IssuedTlsOptions = {}): Tls {
    return new PrivateCaTls(arn, options);
  }

  /** Makes the type nominal. */
  private readonly typeName = 'Tls';

  public toString(): string {
    return this.typeName;
  }

  /** Whether the CA also issues to clients, and not to the nodes only. @internal */
  public abstract readonly _issuesToClients: boolean;

  /** Makes what has to be made, below the cluster. @internal */
  public abstract _bind(cluster: Construct, clusterName: string, recoveryDays: number): ClusterTls;
}

class SecretTls extends Tls {
  public readonly _issuesToClients = true;

  public constructor(
    private readonly secret: Secret,
    private readonly options: SecretTlsOptions,
  ) {
    super();
    requireOptions('Tls.fromSecret', undefined, options, SECRET_TLS_OPTIONS);
    requireInstance('Tls.fromSecret', 'the secret', secret, Secret, 'Secret.fromArn(secret.arn)');
    requireInstanceIfGiven(
      'Tls.fromSecret',
      'clientCa',
      options.clientCa,
      CaBundle,
      "CaBundle.fromPem(readFileSync('ca.pem', 'utf8'))",
    );
    if (secret.jsonField === undefined) return;
    throw badInput('Tls.fromSecret', {
      given: `jsonField "${secret.jsonField}"`,
      allowed: 'a secret whose whole text is a JSON object with certificate, private_key and ca_certificate',
      instead: 'Tls.fromSecret(Secret.fromArn(arn))',
    });
  }

  public _bind(): ClusterTls {
    return {
      forNodes: { source: 'secret', secretArn: this.secret.arn },
      reads: [this.secret],
      writes: [],
      clientCa: this.options.clientCa,
      places: [{ purpose: SecretPurpose.TLS_PRIVATE_KEY, keptIn: 'Secrets Manager', origin: 'existing' }],
    };
  }
}

class PrivateCaTls extends Tls {
  public readonly _issuesToClients = true;
  private readonly validityDays: number;

  public constructor(
    private readonly arn: string,
    options: IssuedTlsOptions,
  ) {
    super();
    requireOptions('Tls.fromPrivateCa', undefined, options, ISSUED_TLS_OPTIONS);
    this.validityDays = checkedValidity('Tls.fromPrivateCa', options);
    checkAuthorityArn('Tls.fromPrivateCa', arn);
  }

  public _bind(): ClusterTls {
    return {
      forNodes: { source: 'privateCa', privateCaArn: this.arn, validityDays: this.validityDays },
      reads: [],
      writes: [],
      issuesFrom: this.arn,
      clientCa: CaBundle.fromPrivateCa(this.arn),
      places: [{ purpose: SecretPurpose.TLS_PRIVATE_KEY, keptIn: 'memory of each node', origin: 'made on each node' }],
    };
  }
}

class ClusterCaTls extends Tls {
  public readonly _issuesToClients = false;
  private readonly validityDays: number;

  public constructor(private readonly options: GeneratedTlsOptions) {
    super();
    requireOptions('Tls.generated', undefined, options, GENERATED_TLS_OPTIONS);
    checkEncryptionKey('Tls.generated', 'encryptionKeyArn', options.encryptionKeyArn);
    this.validityDays = checkedValidity('Tls.generated', options);
  }

  public _bind(cluster: Construct, clusterName: string, recoveryDays: number): ClusterTls {
    const { encryptionKeyArn } = this.options;
    const make = (id: string, name: string, description: string) =>
      Secret._made(
        new SecretsmanagerSecret(cluster, id, {
          namePrefix: `${clusterName}-${name}-`,
          description: `${description} of the Qdrant cluster ${clusterName}; its nodes write it`,
          kmsKeyId: encryptionKeyArn,
          recoveryWindowInDays: recoveryDays,
        }).arn,
        { encryptionKeyArn },
      );
    const authority = make('CertificateAuthority', 'ca', 'Certificate authority');
    const certificate = make('CaCertificate', 'ca-certificate', 'CA certificate (public)');
    return {
      forNodes: {
        source: 'clusterCa',
        caSecretArn: authority.arn,
        caCertificateSecretArn: certificate.arn,
        validityDays: this.validityDays,
      },
      reads: [authority, certificate],
      writes: [authority, certificate],
      clientCa: CaBundle.fromSecret(certificate),
      places: [
        { purpose: SecretPurpose.CA_PRIVATE_KEY, keptIn: 'Secrets Manager', origin: 'made by the first node' },
        { purpose: SecretPurpose.TLS_PRIVATE_KEY, keptIn: 'memory of each node', origin: 'made on each node' },
      ],
    };
  }
}

function checkedValidity(scope: string, options: IssuedTlsOptions): number {
  const { validityDays = 30 } = options;
  requireWholeNumber(scope, 'validityDays', validityDays, { min: 3, max: 825, unit: 'days' });
  return validityDays;
}
