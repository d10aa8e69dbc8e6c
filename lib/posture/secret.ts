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
  private readonly _readers: string[] = [];

  public constructor(props: SecretPlaceProps) {
    this.name = props.name;
    this.keptIn = props.keptIn;
    this.origin = props.origin;
  }

  /** Who was granted to read it. */
  public get readers(): string[] {
    return [...this._readers];
  }

  /** Writes down that someone may read it. */
  public addReader(reader: string): void {
    if (!this._readers.includes(reader)) this._readers.push(reader);
  }
}
