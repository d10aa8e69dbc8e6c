import { checkCertificates } from '../qdrant/certificate';
import { Secret } from './secret';

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
