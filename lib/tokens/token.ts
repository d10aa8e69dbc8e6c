import { createHmac, timingSafeEqual } from 'node:crypto';

const HEADER = { alg: 'HS256', typ: 'JWT' };

/** A token as Qdrant takes it: signed with an admin key, by the one algorithm that it knows. */
export function signedToken(claims: object, key: string): string {
  const signed = `${encoded(HEADER)}.${encoded(claims)}`;
  return `${signed}.${signatureOf(signed, key).toString('base64url')}`;
}

/** What a token claims, where this key signed it. */
export function claimsSignedBy(key: string, token: string): { [claim: string]: unknown } | undefined {
  const [header, claims, signature, ...more] = token.split('.');
  if (signature === undefined || more.length > 0) return undefined;
  const expected = signatureOf(`${header}.${claims}`, key);
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return decoded(claims);
}

/** What a token claims, whoever signed it: nothing to trust. Undefined where it is no token. */
export function claimsOf(token: string): { [claim: string]: unknown } | undefined {
  try {
    return decoded(token.split('.')[1]);
  } catch {
    return undefined;
  }
}

/** A part of a token. */
export function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function decoded(part: string) {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

function signatureOf(signed: string, key: string): Buffer {
  return createHmac('sha256', key).update(signed).digest();
}
