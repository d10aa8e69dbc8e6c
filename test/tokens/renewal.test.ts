import { createHmac } from 'node:crypto';
import { TokenGrant } from '../../lib/tokens';
import { claimedEnd, endOf, reasonToSign, signFor } from '../../lib/tokens/renewal';
import { claimsSignedBy, signedToken } from '../../lib/tokens/token';

const [KEY, OTHER] = ['k'.repeat(48), 'o'.repeat(48)];
const NOW = 1_800_000_000;
const HOUR = 3600;
const grant: TokenGrant = {
  secret: 'vectors-token-search',
  validityHours: 72,
  claims: {
    access: [{ collection: 'articles', access: 'r' }],
    value_exists: { collection: 'consumers', matches: [{ key: 'consumer', value: 'search' }] },
    subject: 'user search',
  },
};
const { token } = signFor(grant, KEY, NOW);
const part = (index: number) => JSON.parse(Buffer.from(token.split('.')[index], 'base64url').toString());

describe('a token', () => {
  test('is what Qdrant takes: HS256 by the admin key, with an end and these claims', () => {
    const [header, claims, signature] = token.split('.');
    expect(part(0)).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(part(1)).toEqual({ ...grant.claims, exp: NOW + 72 * HOUR });
    expect(createHmac('sha256', KEY).update(`${header}.${claims}`).digest('base64url')).toBe(signature);
    expect(endOf(token, KEY)).toBe(NOW + 72 * HOUR);
  });

  test.each([
    ['another key', OTHER, token],
    ['no signature', KEY, token.replace(/\.[^.]*$/, '')],
    ['an empty signature', KEY, token.replace(/[^.]*$/, '')],
    ['a part more', KEY, `${token}.x`],
    ['claims that were changed', KEY, token.replace(/\.[^.]*\./, `.${Buffer.from('{"exp":9}').toString('base64url')}.`)],
    ['no token', KEY, 'x'],
  ])('is not taken for signed with %s', (_what, key, given) => {
    expect(claimsSignedBy(key, given)).toBeUndefined();
    expect(claimsSignedBy(KEY, token)).toBeDefined();
  });
});

test('the end of a token is known whichever key signed it, and of nothing else', () => {
  expect(claimedEnd(signFor(grant, OTHER, NOW).token)).toBe(NOW + 72 * HOUR);
  for (const none of ['', 'an-api-key', 'a.b.c', signedToken({ ...grant.claims }, KEY)])
    expect(claimedEnd(none)).toBeUndefined();
});

describe('another token is signed', () => {
  const reason = (kept: string | undefined, now = NOW, wanted: TokenGrant = grant, key = KEY) =>
    reasonToSign(kept, wanted, key, now);
  const claiming = (claims: object) => signedToken(claims, KEY);

  test('not while more than a third of its time is left, and then at once', () => {
    expect(reason(token)).toBeUndefined();
    expect(reason(token, NOW + 48 * HOUR)).toBeUndefined();
    expect(reason(token, NOW + 48 * HOUR + 1)).toMatch(/less than a third/);
    expect(reason(token, NOW + 100 * HOUR)).toMatch(/less than a third/);
  });

  test.each<[string, string | undefined, RegExp]>([
    ['none', undefined, /there was none/],
    ['an empty one', '', /there was none/],
    ['one of another key', signFor(grant, OTHER, NOW).token, /not signed with the admin key/],
    ['what is no token', 'an-api-key', /not signed with the admin key/],
    ['one for more', claiming({ ...part(1), access: [{ collection: 'articles', access: 'rw' }] }), /something else is granted/],
    ['one without the condition', claiming({ ...part(1), value_exists: undefined }), /something else is granted/],
    ['one that grants all', claiming({ exp: part(1).exp }), /something else is granted/],
    ['one without an end', claiming({ ...grant.claims }), /valid for too long/],
    ['one that ends too late', claiming({ ...part(1), exp: part(1).exp + 2 * HOUR }), /valid for too long/],
  ])('where there is %s', (_what, kept, expected) => {
    expect(reason(kept)).toMatch(expected);
  });

  test('where it is to be valid for a shorter time than it is', () => {
    expect(reason(token, NOW, { ...grant, validityHours: 24 })).toMatch(/valid for too long/);
  });

  test('not where the clock of who signed it was a little ahead', () => {
    expect(reason(token, NOW - 30)).toBeUndefined();
  });
});
