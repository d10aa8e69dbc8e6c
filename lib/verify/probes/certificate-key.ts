import { FindingSeverity } from '../../posture/rules/rule';
import type { SeenCertificate } from '../attack/certificate';
import { Probe } from '../probe';
import { certificateParts, identifierHex } from '../x509/der';
import { onEachCertificate } from './certificates';

const LEAST_RSA_BITS = 2048;
const WEAK_CURVES = ['prime192v1', 'secp160r1', 'secp192k1', 'secp224k1', 'secp224r1'];

/** By their identifiers: MD5 and SHA-1 with RSA, SHA-1 with ECDSA. */
const WEAK_SIGNATURES = new Map([
  [identifierHex('1.2.840.113549.1.1.4'), 'MD5'],
  [identifierHex('1.2.840.113549.1.1.5'), 'SHA-1'],
  [identifierHex('1.2.840.10045.4.1'), 'SHA-1'],
]);

export const certificateKey: Probe = {
  id: 'certificate-key',
  severity: FindingSeverity.ERROR,
  title: 'The key of the certificate is too short, or it is signed by MD5 or SHA-1',
  sends: 'a handshake, whose certificate is read',
  setting: 'tls.cert and tls.key, with EC on P-256, or RSA of 2048 bits or more, signed by SHA-256 or better',
  construct: 'tls: Tls.generated() has keys on P-256',
  run: async (attack) => onEachCertificate(attack, faultOf),
};

function faultOf({ certificate }: SeenCertificate): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
  if (type?.startsWith('rsa') && (details?.modulusLength ?? 0) < LEAST_RSA_BITS) {
    return `the key of the certificate is RSA of ${details?.modulusLength} bits`;
  }
  if (type === 'ec' && WEAK_CURVES.includes(details?.namedCurve ?? '')) {
    return `the key of the certificate is on the curve ${details?.namedCurve}`;
  }
  const weak = WEAK_SIGNATURES.get(certificateParts(certificate.raw).signatureAlgorithm);
  return weak ? `the certificate is signed by ${weak}` : undefined;
}
