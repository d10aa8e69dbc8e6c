/** What of a cluster is synthesized otherwise than it was meant. */
export enum DifferenceKind {
  /** Settings, keys and certificates of the server, and the programs that see to them. */
  SERVER = 'server',
  IMAGE = 'image',
  /** Who may read a secret. */
  READER = 'reader',
}

/** Something that is synthesized otherwise than the constructs of a cluster meant it. */
export interface Difference {
  readonly kind: DifferenceKind;

  /** What it is, and what was meant, in one phrase. */
  readonly what: string;

  /** The address of the resource that makes it so. */
  readonly by: string;
}
