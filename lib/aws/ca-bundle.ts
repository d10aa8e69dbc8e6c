import { checkCertificates } from '../qdrant/certificate';
import { Secret } from './secret';

/** The command that prints the certificates of a bundle, where they are not given in the code. @internal */
export function commandToRead({ _source: { secret, privateCaArn } }: CaBundle): string | undefined {
  if (secret) return `aws secretsmanager get-secret-value --secret-id ${secret.arn} --query SecretString --output text`;
  if (privateCaArn === undefined) return undefined;
  return `aws acm-pca get-certificate-authority-certificate --certificate-authority-arn ${privateCaArn} --query Certificate --output text`;
}

/** Certificates of authorities that a node believes. They are public; where they are kept in a secret, it is for convenience. */
export class CaBundle {
  /**
   * Certificates in PEM, for example read from a file beside the app.
   *
   * @throws if there is no certificate in it, or a private key
   */
  public static fromPem(pem: string): CaBundle {
    checkCertificates('CaBundle.fromPem', pem);
    return new CaBundle({ pem });
  }

  /** Certificates in PEM that are the whole text of a secret. */
  public static fromSecret(secret: Secret): CaBundle {
    return new CaBundle({ secret });
  }

  /** The certificate of an authority of AWS Private CA, with those above it. */
  public static fromPrivateCa(arn: string): CaBundle {
    return new CaBundle({ privateCaArn: arn });
  }

  private constructor(
    /** @internal */
    public readonly _source: { readonly pem?: string; readonly secret?: Secret; readonly privateCaArn?: string },
  ) {}
}
