import { SecretPlaceProps, SecretPurpose } from '../posture';

/** The keys of a cluster, each in a secret of its target. */
export interface KeysIn<TSecret> {
  readonly admin: TSecret;
  readonly readOnly?: TSecret;
  readonly alternate?: TSecret;
}

/** Where keys come from, as the posture shows it. */
export type KeyOrigin = Pick<SecretPlaceProps, 'origin' | 'controller'>;

/** The keys that give full access. */
export function adminKeysOf<TSecret>({ admin, alternate }: KeysIn<TSecret>): TSecret[] {
  return alternate ? [admin, alternate] : [admin];
}

/** All keys, which the nodes read. */
export function allKeysOf<TSecret>({ admin, readOnly, alternate }: KeysIn<TSecret>): TSecret[] {
  return [admin, ...(readOnly ? [readOnly] : []), ...(alternate ? [alternate] : [])];
}

/** Where the keys are stored. */
export function placesOfKeys<TSecret>(
  keys: KeysIn<TSecret>,
  origin: KeyOrigin,
  keptIn: (secret: TSecret) => string,
): SecretPlaceProps[] {
  return [
    { purpose: SecretPurpose.ADMIN_API_KEY, secret: keys.admin },
    { purpose: SecretPurpose.READ_ONLY_API_KEY, secret: keys.readOnly },
    { purpose: SecretPurpose.ALTERNATE_API_KEY, secret: keys.alternate },
  ].flatMap(({ purpose, secret }) => (secret ? [{ purpose, keptIn: keptIn(secret), ...origin }] : []));
}
