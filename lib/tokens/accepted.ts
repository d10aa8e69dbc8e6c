import { signedToken } from './token';

/** How many hours a token may be valid. */
export const VALIDITY = { min: 1, max: 24 * 365 };

/** The longest name, in bytes, that Qdrant makes a collection with. */
export const MAX_NAME = 255;

const UNPRINTABLE = ['\0', '\u001f'];
const NOT_IN_NAME = ['<', '>', ':', '"', '/', '\\', '|', '?', '*'];

/** What Qdrant makes no collection with in its name, save what cannot be printed. A token would be taken with it, and mean nothing: it knows no patterns. */
export const NOT_IN_NAMES = NOT_IN_NAME.join(' ');

/** What a token allows in a collection. Only the first is no right to write. */
export const ACCESS = ['r', 'prw', 'rw'];

/** The longest that a token may be: proxies give one header 8 KiB, the word before the token included, and Qdrant all of them 16 KiB from 1.18. */
export const MAX_TOKEN = 8000;

/** Of any token that is signed, as many characters as it takes to write. */
const SOME_END = 9_999_999_999;

const NAME = '(?:[\\p{Alphabetic}\\p{N}_-]+|"[^"\\\\]*")';
const PATH = new RegExp(`^${NAME}(?:\\.${NAME}|\\[\\d{0,19}\\])*$`, 'u');

/** Whether a collection may have that name. */
export function isCollectionName(name: unknown): boolean {
  if (typeof name !== 'string' || name === '' || Buffer.byteLength(name) > MAX_NAME) return false;
  return ![...NOT_IN_NAME, ...UNPRINTABLE].some((character) => name.includes(character));
}

/** Whether Qdrant finds a value of a payload by that key. It refuses every token whose condition has another one. */
export function isPayloadPath(key: unknown): boolean {
  return typeof key === 'string' && PATH.test(key);
}

/** Whether Qdrant compares a value of a payload with that. */
export function isComparable(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}

/** How many characters a token with these claims has. */
export function lengthOfToken(claims: object): number {
  return signedToken({ ...claims, exp: SOME_END }, '').length;
}
