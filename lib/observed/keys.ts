import { SecretPurpose } from '../posture';
import { NodeSetup } from '../posture/setup';
import { hasUnknown } from './resources';

/** The settings that are keys. */
export const KEY_SETTINGS: { [path: string]: SecretPurpose } = {
  'service.api_key': SecretPurpose.ADMIN_API_KEY,
  'service.read_only_api_key': SecretPurpose.READ_ONLY_API_KEY,
  'service.alt_api_key': SecretPurpose.ALTERNATE_API_KEY,
};

/** Keys of fewer bytes draw a warning of the server's: tokens are signed with them. */
const SAFE_BYTES = 32;
const REFERENCE = 'from the Secret ';

/** What stands for a key that others fill: the same for one that is referred to twice. */
export function referredKey(secret: string, key: string): string {
  return `${REFERENCE}${secret}, ${key}`;
}

/** What is known of the keys of a server. The keys themselves go no further. */
export function keySetup(values: Map<string, unknown>): NodeSetup {
  const isKey = (value: unknown): value is string => typeof value === 'string' && value !== '' && !hasUnknown(value);
  const isShort = (value: unknown) => isKey(value) && !value.startsWith(REFERENCE) && Buffer.byteLength(value) < SAFE_BYTES;
  const [admin, alternate, readOnly] = ['api_key', 'alt_api_key', 'read_only_api_key'].map((name) =>
    values.get(`service.${name}`),
  );
  return {
    // One that is all digits is read as a number, of which zeros before it are lost.
    shortKeys: Object.entries(KEY_SETTINGS).flatMap(([path, purpose]) => {
      const value = values.get(path);
      return isShort(typeof value === 'number' ? String(value) : value) ? [purpose] : [];
    }),
    readOnlyKeyIsAdminKey: isKey(readOnly) && [admin, alternate].includes(readOnly),
  };
}
