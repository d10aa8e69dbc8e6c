import { badInput, isUnknown } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { checkCertificates } from '../../qdrant/certificate';
import { Secret } from '../secrets/secret';
import { Fn } from 'cdktf';

/** The command that prints the certificates of a bundle, where they are not given in the code. @internal */
export function commandToRead({ _source: { secret, privateCaArn } }: CaBundle): string | undefined {
  if (secret)
    return `aws secretsmanager get-secret-value --region ${regionOf(secret.arn)} --secret-id ${secret.arn} --query SecretString --output text`;
  if (privateCaArn === undefined) return undefined;
  // With those above it: many clients trust a certificate only where its chain ends in a self-signed one.
  const certificates = 'join(`"\\n"`, [Certificate, CertificateChain || `""`])';
  return `aws acm-pca get-certificate-authority-certificate --region ${regionOf(privateCaArn)} --certificate-authority-arn ${privateCaArn} --query '${certificates}' --output text`;
}

function regionOf(arn: string): string {
  return isUnknown(arn) ? Fn.element(Fn.split(':', arn), 3) : arn.split(':')[3];
}

/** Where certificates are kept: one of these. @internal */
export interface BundleSource {
  readonly pem?: string;
  readonly secret?: Secret;
  readonly privateCaArn?: string;
}

/** A bundle of CA certificates. CA certificates are public; storing them in a secret is for convenience. */
export class CaBundle {
  /**
   * CA certificates in PEM format, for example read from a file.
   *
   * @throws if the text contains no certificate, or a private key
   */
  public static fromPem(pem: string): CaBundle {
    checkCertificates('CaBundle.fromPem', pem);
    return new CaBundle({ pem });
  }

  /** CA certificates in PEM format, stored as the text of a secret. */
  public static fromSecret(secret: Secret): CaBundle {
    requireInstance('CaBundle.fromSecret', 'the secret', secret, Secret, 'Secret.fromArn(secret.arn)');
    return new CaBundle({ secret });
  }

  /**
   * The certificate of a CA in AWS Private CA, with its chain.
   *
   * @param arn the ARN of the CA
   * @throws if it is not the ARN of a CA in AWS Private CA
   */
  public static fromPrivateCa(arn: string): CaBundle {
    checkAuthorityArn('CaBundle.fromPrivateCa', arn);
    return new CaBundle({ privateCaArn: arn });
  }

  private constructor(private readonly source: BundleSource) {}

  /** @internal */
  public get _source(): BundleSource {
    return this.source;
  }
}

/** Throws unless it is the ARN of a CA in AWS Private CA, or unknown. @internal */
export function checkAuthorityArn(factory: string, arn: string): void {
  const pattern = /^arn:[a-z-]+:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[\w-]+$/;
  if (isUnknown(arn) || (typeof arn === 'string' && pattern.test(arn))) return;
  throw badInput(factory, {
    given: `"${arn}" is not the ARN of a CA in AWS Private CA`,
    allowed: 'arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/ID',
    instead: `${factory}(authority.arn), or Tls.generated() for a CA of the cluster’s own`,
  });
}
