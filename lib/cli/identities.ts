import { createPrivateKey, KeyObject, X509Certificate } from 'node:crypto';
import { Identity } from '../verify';
import { readText } from './secrets';
import { UsageError } from './usage-error';

/** Each certificate of a text in PEM. */
const CERTIFICATES = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g;

/** The certificates of a file that an option names: one that holds none would let everything look broken. */
export function readCertificates(file: string, option: string): string {
  const text = readText(file, option);
  const all = text.match(CERTIFICATES) ?? [];
  if (all.length === 0 || !all.every(isCertificate))
    throw new UsageError(`the file that ${option} names holds no certificate in PEM`);
  return text;
}

/** A certificate with its key, by the two options that name their files. */
export function readIdentity(
  [certificateFile, keyFile]: Array<string | undefined>,
  [certificateOption, keyOption]: [string, string],
): Identity | undefined {
  if (certificateFile === undefined && keyFile === undefined) return undefined;
  if (certificateFile === undefined || keyFile === undefined) {
    throw new UsageError(`${certificateOption} and ${keyOption} go together`);
  }
  const certificate = readCertificates(certificateFile, certificateOption);
  const key = readText(keyFile, keyOption);
  if (!new X509Certificate(certificate).checkPrivateKey(privateKeyOf(key, keyOption))) {
    throw new UsageError(`the files that ${certificateOption} and ${keyOption} name do not belong together`);
  }
  return { certificate, key };
}

function isCertificate(text: string): boolean {
  try {
    return Boolean(new X509Certificate(text));
  } catch {
    return false;
  }
}

function privateKeyOf(text: string, option: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch {
    throw new UsageError(`the file that ${option} names holds no private key in PEM, or one with a passphrase`);
  }
}
