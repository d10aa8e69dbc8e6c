import { isDeepStrictEqual } from 'node:util';
import { TokenGrant } from './grant';
import { claimsOf, claimsSignedBy, signedToken } from './token';

const HOUR = 60 * 60;
/** Clocks of the machines that sign may differ. */
const SKEW_SECONDS = 60;

/** Why a consumer needs another token than it has; undefined where it does not. A third of its validity is left for whatever keeps it from being renewed. */
export function reasonToSign(
  kept: string | undefined,
  { claims, validityHours }: TokenGrant,
  key: string,
  now: number,
): string | undefined {
  if (kept === undefined || kept === '') return 'there was none';
  const signed = claimsSignedBy(key, kept);
  if (!signed) return 'the one before is not signed with the admin key';
  const { exp, ...granted } = signed;
  if (!isDeepStrictEqual(granted, { ...claims })) return 'something else is granted';
  const [left, validity] = [Number(exp) - now, validityHours * HOUR];
  if (!(left <= validity + SKEW_SECONDS)) return 'the one before is valid for too long';
  return isInLastThird(Number(exp), validityHours, now) ? 'less than a third of its time was left' : undefined;
}

/** Whether a token that ends then should have been renewed. */
export function isInLastThird(end: number, validityHours: number, now: number): boolean {
  return end - now < (validityHours * HOUR) / 3;
}

/** A token for a consumer, and when it ends. */
export function signFor({ claims, validityHours }: TokenGrant, key: string, now: number): { token: string; end: number } {
  const end = now + validityHours * HOUR;
  return { token: signedToken({ ...claims, exp: end }, key), end };
}

/** When a token ends, whichever key it is signed with; undefined where it is none. */
export function claimedEnd(token: string): number | undefined {
  const end = Number(claimsOf(token)?.exp);
  return Number.isFinite(end) ? end : undefined;
}

/** When a token ends that needs no other. */
export function endOf(token: string, key: string): number {
  return Number(claimsSignedBy(key, token)?.exp);
}
