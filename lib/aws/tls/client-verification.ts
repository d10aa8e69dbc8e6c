import { requireInstanceIfGiven } from '../../input/nominal';
import { CaBundle } from './ca-bundle';

/** Whether clients must present a certificate. */
export class ClientVerification {
  /**
   * Requires every client to present a certificate that one of the given CAs issued, on every client port. A guard (nginx) in
   * front of Qdrant verifies it, because Qdrant itself verifies no client certificates on gRPC, and on REST accepts every CA
   * that the nodes trust.
   *
   * Exactly these CAs: a CA below another one is accepted without that, and other CAs below the same root are not.
   *
   * @param authorities the CAs of the clients; by default the CA of the cluster's certificates (with `Tls.fromPrivateCa`, that CA
   *   and not those above it). Required with `Tls.generated()`, whose CA issues certificates to nodes only.
   */
  public static required(authorities?: CaBundle): ClientVerification {
    requireInstanceIfGiven('ClientVerification.required', 'the CA', authorities, CaBundle, 'CaBundle.fromPem(pem)');
    return new ClientVerification(true, authorities);
  }

  /** Clients need only an API key. */
  public static notRequired(): ClientVerification {
    return new ClientVerification(false);
  }

  private constructor(
    private readonly required: boolean,
    private readonly named?: CaBundle,
  ) {}

  /** Whether clients must present a certificate. */
  public get isRequired(): boolean {
    return this.required;
  }

  /** The CAs of the clients, or undefined for the CA of the cluster's certificates. */
  public get authorities(): CaBundle | undefined {
    return this.named;
  }
}
