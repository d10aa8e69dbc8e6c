import { requireInstanceIfGiven } from '../../input/nominal';
import { CaBundle } from './ca-bundle';

/** Whether clients must present a certificate. */
export class ClientVerification {
  /**
   * Every client must present a certificate of the given authorities and of no others, on every port that clients use. A guard in front of Qdrant
   * verifies it: Qdrant itself asks for none on gRPC, and on REST believes everyone whom its peers believe.
   *
   * @param authorities whom to believe; by default the authority of the cluster's own certificate
   */
  public static required(authorities?: CaBundle): ClientVerification {
    requireInstanceIfGiven('ClientVerification.required', 'the authority', authorities, CaBundle, 'CaBundle.fromPem(pem)');
    return new ClientVerification(true, authorities);
  }

  /** Clients present the API key only. */
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

  /** The authorities that were named, or undefined for that of the cluster's own certificate. */
  public get authorities(): CaBundle | undefined {
    return this.named;
  }
}
