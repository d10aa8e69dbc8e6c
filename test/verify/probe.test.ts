import { Outcome, shouldBeDenied } from '../../lib/verify/probe';
import { isDenialOfQdrant, Verdict } from '../../lib/verify/wire/reply';
import { elementsOf } from '../../lib/verify/x509/der';
import { makeCertificate } from '../../lib/verify/x509/make-certificate';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';

describe('a request that should be denied', () => {
  test.each<[Verdict, Outcome]>([
    ['allowed', Outcome.FINDING],
    ['denied', Outcome.PASSED],
    ['refused', Outcome.NOT_TRIED],
    ['forbidden', Outcome.NOT_TRIED],
    ['ended', Outcome.NOT_TRIED],
    ['silent', Outcome.NOT_TRIED],
    ['unreachable', Outcome.NOT_TRIED],
    ['unclear', Outcome.NOT_TRIED],
  ])('and is %s: %s', (verdict, outcome) => {
    const check = shouldBeDenied('REST (6333)', { verdict, sent: 'a', received: 'b' }, 'it was not');
    expect(check).toMatchObject({ where: 'REST (6333)', outcome, sent: 'a', received: 'b' });
  });
});

test.each([
  ['Must provide an API key or an Authorization bearer token', true],
  ['Invalid API key or JWT', true],
  ['Invalid api-key', true],
  ['Forbidden: Global manage access is required', true],
  ['<html><title>403 Forbidden</title></html>', false],
  ['RBAC: access denied', false],
])('%s is what Qdrant says: %s', (text, isDenial) => {
  expect(isDenialOfQdrant(text)).toBe(isDenial);
});

describe('a certificate that the program makes', () => {
  const day = 24 * 60 * 60 * 1000;
  const [from, to] = [new Date(Date.now() - day), new Date(Date.UTC(2051, 0, 2, 3, 4, 5))];
  const keys = {
    ec: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    ed25519: generateKeyPairSync('ed25519').privateKey,
  };

  test.each(Object.entries(keys))('is signed by a CA with a key of type %s', (_, privateKey) => {
    const ca = makeCertificate({ commonName: 'CA', from, to, isCa: true, privateKey });
    const { certificate, key } = makeCertificate(
      { commonName: 'client', from, to, usages: ['clientAuth'], hosts: ['a.test'] },
      ca,
    );
    const [issued, issuer] = [new X509Certificate(certificate), new X509Certificate(ca.certificate)];
    expect(issued.verify(issuer.publicKey) && issued.checkIssued(issuer) && issuer.ca && !issued.ca).toBe(true);
    expect(issued).toMatchObject({ subject: 'CN=client', issuer: 'CN=CA', subjectAltName: 'DNS:a.test' });
    expect(issued.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(Date.parse(issued.validTo)).toBe(to.getTime());
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  test('is DER that ends where it says', () => {
    const { certificate } = makeCertificate({ commonName: 'a'.repeat(300), from, to });
    const { raw } = new X509Certificate(certificate);
    expect(elementsOf(raw).map(({ whole }) => whole.length)).toEqual([raw.length]);
  });
});
