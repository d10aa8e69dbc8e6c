import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import { certificateParts, der } from './der';

/** A certificate with its private key, in PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** What is to stand in a certificate. */
export interface CertificateContent {
  readonly commonName: string;
  readonly from: Date;
  readonly to: Date;
  /** Whether it may issue others. */
  readonly isCa?: boolean;
  /** Host names and addresses. */
  readonly hosts?: string[];
  /** What it is good for, unless it is for all. */
  readonly usages?: Array<'serverAuth' | 'clientAuth'>;
  /** The private key, unless a new one on P-256. */
  readonly privateKey?: KeyObject;
  /** The digest that is signed. */
  readonly digest?: 'sha256' | 'sha1';
}

const USAGES = { serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2' };

/** Makes a certificate, by itself or by an issuer: Node can read certificates, and makes none. */
export function makeCertificate(content: CertificateContent, issuer?: Identity): Identity {
  const { commonName, from, to, privateKey = newKey(), digest = 'sha256' } = content;
  const issuerKey = issuer ? createPrivateKey(issuer.key) : privateKey;
  const subject = nameOf(commonName);
  const algorithm = algorithmOf(issuerKey, digest);
  const signed = der.sequence(
    der.tagged(0, der.integer(Buffer.from([2]))),
    // Never negative, and never begun by a byte of zeros.
    der.integer(Buffer.concat([Buffer.from([0x41]), randomBytes(15)])),
    algorithm,
    issuer ? certificateParts(new X509Certificate(issuer.certificate).raw).subject : subject,
    der.sequence(der.time(from), der.time(to)),
    subject,
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
    der.tagged(3, der.sequence(...extensionsOf(content))),
  );
  const signature = sign(issuerKey.asymmetricKeyType === 'ed25519' ? null : digest, signed, issuerKey);
  return {
    certificate: pem(der.sequence(signed, algorithm, der.bits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function nameOf(commonName: string): Buffer {
  return der.sequence(der.set(der.sequence(der.identifier('2.5.4.3'), der.text(commonName))));
}

function algorithmOf(key: KeyObject, digest: 'sha256' | 'sha1'): Buffer {
  const isSha1 = digest === 'sha1';
  switch (key.asymmetricKeyType) {
    case 'ec':
      return der.sequence(der.identifier(isSha1 ? '1.2.840.10045.4.1' : '1.2.840.10045.4.3.2'));
    case 'rsa':
      return der.sequence(der.identifier(isSha1 ? '1.2.840.113549.1.1.5' : '1.2.840.113549.1.1.11'), der.nothing());
    case 'ed25519':
      return der.sequence(der.identifier('1.3.101.112'));
    default:
      throw new Error(`a CA with a key of type ${key.asymmetricKeyType} cannot be used: RSA, EC and Ed25519 can`);
  }
}

function extensionsOf({ isCa = false, hosts = [], usages = [] }: CertificateContent): Buffer[] {
  const extension = (id: string, critical: boolean, value: Buffer) =>
    der.sequence(der.identifier(id), ...(critical ? [der.boolean(true)] : []), der.octets(value));
  return [
    extension('2.5.29.19', true, isCa ? der.sequence(der.boolean(true)) : der.sequence()),
    // Signing of certificates, or digital signature: the first bits are what they are counted from.
    extension('2.5.29.15', true, isCa ? der.bits(Buffer.from([0x04]), 2) : der.bits(Buffer.from([0x80]), 7)),
    ...(hosts.length > 0 ? [extension('2.5.29.17', false, der.sequence(...hosts.map(alternativeName)))] : []),
    ...(usages.length > 0
      ? [extension('2.5.29.37', false, der.sequence(...usages.map((usage) => der.identifier(USAGES[usage]))))]
      : []),
  ];
}

function alternativeName(host: string): Buffer {
  if (isIP(host) === 4) return der.tagged(7, Buffer.from(host.split('.').map(Number)), false);
  return der.tagged(2, Buffer.from(host), false);
}

function pem(certificate: Buffer): string {
  const lines = certificate.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
