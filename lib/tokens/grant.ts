/** What a token allows in a collection, as Qdrant writes it: reading (`r`), points (`prw`), or payload indexes, snapshots and named vectors too (`rw`). */
export interface CollectionClaim {
  readonly collection: string;
  readonly access: string;
}

/** What a token claims, save when it ends. */
export interface GrantClaims {
  readonly access: CollectionClaim[];
  /** Qdrant takes the token only while a point with this payload exists. */
  readonly value_exists?: {
    readonly collection: string;
    readonly matches: Array<{ readonly key: string; readonly value: string | number | boolean }>;
  };
  /** Who has it, for the audit log. */
  readonly subject: string;
}

/** A token that a consumer was granted, and the secret that it is kept in. */
export interface TokenGrant {
  readonly secret: string;
  readonly validityHours: number;
  readonly claims: GrantClaims;
}
