/** The scope of a reader of a secret. */
export enum ReaderScope {
  /** Principals that were granted access explicitly. */
  NAMED = 'named',
  /** Every workload. */
  EVERY_WORKLOAD = 'every workload',
  /** Everyone who can reach the secret store. */
  EVERYONE = 'everyone',
}

/** What a secret of a cluster is. */
export enum SecretPurpose {
  ADMIN_API_KEY = 'admin API key',
  READ_ONLY_API_KEY = 'read-only API key',
  /** A second admin key, which the nodes accept during a rotation. */
  ALTERNATE_API_KEY = 'alternate API key',
  /** The private key of the cluster's own CA. */
  CA_PRIVATE_KEY = 'CA private key',
  /** The private key of the nodes' certificates. */
  TLS_PRIVATE_KEY = 'TLS private key',
  /** An access token for some collections. */
  COLLECTION_TOKEN = 'collection token',
}

/** Properties of a secret. */
export interface SecretPlaceProps {
  /** What it is. */
  readonly purpose: SecretPurpose;

  /** Where it is stored, for example `Secrets Manager: vectors-admin`. */
  readonly keptIn: string;

  /** The origin, for example `generated`, `existing`, `made on each node`. */
  readonly origin: string;

  /**
   * The controller that writes it, and can therefore read it, for example cert-manager.
   *
   * @default - none
   */
  readonly controller?: string;

  /**
   * Whether its value can be read where it is written: in a plan, in Terraform's state, in a manifest, in a pod's template or in user data.
   *
   * @default - unknown
   */
  readonly isInClearText?: boolean;
}

/** A secret of the cluster, with where it is stored and who can read it. */
export class SecretPlace {
  public readonly purpose: SecretPurpose;
  public readonly keptIn: string;
  public readonly origin: string;
  public readonly isInClearText?: boolean;
  private readonly scopes = new Map<string, ReaderScope>();

  public constructor(props: SecretPlaceProps) {
    this.purpose = props.purpose;
    this.keptIn = props.keptIn;
    this.origin = props.origin;
    this.isInClearText = props.isInClearText;
    if (props.controller !== undefined) this.addReader(props.controller);
  }

  /** Who can read it: grantees, and principals with other permissions. */
  public get readers(): string[] {
    return [...this.scopes.keys()];
  }

  /** The readers with a scope. */
  public readersOf(scope: ReaderScope): string[] {
    return this.readers.filter((reader) => this.scopes.get(reader) === scope);
  }

  /** Writes down that someone may read it. */
  public addReader(reader: string, scope: ReaderScope = ReaderScope.NAMED): void {
    this.scopes.set(reader, scope);
  }
}
