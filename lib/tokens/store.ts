/** A secret for a token, as it is kept. */
export interface KeptToken {
  readonly token?: string;
  /** Which grants it is for, as the last apply has them. */
  readonly revision?: string;
  /** What it has to be still, for a token to be written. */
  readonly version: string;
}

/** Where tokens are kept. */
export interface TokenStore {
  /** Undefined where there is no such secret. */
  read(secret: string): Promise<KeptToken | undefined>;
  /** False where the secret is another one than was read: someone else wrote it meanwhile. */
  write(secret: string, token: string, before: KeptToken): Promise<boolean>;
}
