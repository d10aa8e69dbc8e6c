import { randomBytes } from 'node:crypto';
import { encoded, signedToken } from '../../tokens/token';
import { Credentials } from '../wire/reply';

/** A key in the header that Qdrant names first. */
export function apiKey(value: string, label: string, secret: boolean): Credentials {
  return { header: 'api-key', value, label, secret };
}

/** A key in the header that everyone else names. */
export function bearer(value: string, label: string, secret: boolean): Credentials {
  return { header: 'authorization', value: `Bearer ${value}`, label, secret };
}

/** A key that nobody has given out. */
export function randomKey(): string {
  return randomBytes(32).toString('base64url');
}

/** A name that no collection has. */
export function randomName(): string {
  return `cdktf-qdrant-verify-${randomBytes(8).toString('hex')}`;
}

/** A token that is signed with a key, or by nobody. */
export function token(claims: object, algorithm: 'HS256' | 'none', key = ''): string {
  return algorithm === 'HS256' ? signedToken(claims, key) : `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claims)}.`;
}
