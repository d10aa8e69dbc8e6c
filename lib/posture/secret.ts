/** The scope of a reader of a secret. */
export enum ReaderScope {
  /** Principals that were granted access explicitly. */
  NAMED = 'named',
  /** Every workload. */
  EVERY_WORKLOAD = 'every workload',
  /** Everyone who can reach the secret store. */
  EVERYONE = 'everyone',
}

/** Properties of a secret. */
export interface SecretPlaceProps {
  /** The name, for example `admin API key`. */
  readonly name: string;

  /** Where it is stored, for example `Secrets Manager: vectors-admin`. */
  readonly keptIn: string;

  /** The origin, for example `generated`, `existing`, `made on each node`. */
  readonly origin: string;
}

/** A secret of the cluster, with where it is stored and who can read it. */
export class SecretPlace {
  public readonly name: string;
  public readonly keptIn: string;
  public readonly origin: string;
  private readonly scopes = new Map<string, ReaderScope>();

  public constructor(props: SecretPlaceProps) {
    this.name = props.name;
    this.keptIn = props.keptIn;
    this.origin = props.origin;
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
