/** How many a reader of a secret stands for. */
export enum ReaderScope {
  /** A principal, or principals that were made readers on purpose. */
  NAMED = 'named',
  /** Every workload, whoever runs it. */
  EVERY_WORKLOAD = 'every workload',
  /** Everyone who can reach the place where it is kept. */
  EVERYONE = 'everyone',
}

/** Where a secret lives, and who can read it. */
export interface SecretPlaceProps {
  /** What it is, for example `admin API key`. */
  readonly name: string;

  /** Where it is kept, for example `Secrets Manager: vectors-admin`. */
  readonly keptIn: string;

  /** How it came to be, for example `generated`, `existing`, `made on each node`. */
  readonly origin: string;
}

/** A secret of the cluster: where it lives, and who can read it. */
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

  /** Who may read it: those who were granted it, and those who may by other rights that they have. */
  public get readers(): string[] {
    return [...this.scopes.keys()];
  }

  /** Those of the readers that stand for as many. */
  public readersOf(scope: ReaderScope): string[] {
    return this.readers.filter((reader) => this.scopes.get(reader) === scope);
  }

  /** Writes down that someone may read it. */
  public addReader(reader: string, scope: ReaderScope = ReaderScope.NAMED): void {
    this.scopes.set(reader, scope);
  }
}
