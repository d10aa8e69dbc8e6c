const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\s|\\n|\\r)*[A-Za-z0-9+/=:, -]{16}/;
const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----/;
/** `-----BEGIN`, by however long a text it is followed. */
const ENCODED = /LS0tLS1CRUdJTi[A-Za-z0-9+/=]+/g;
const ENCODED_WHOLE = /^LS0tLS1CRUdJTi[A-Za-z0-9+/=]+$/;
/** A reference to nothing but a certificate: `${tls_self_signed_cert.ca.cert_pem}`. */
const CERTIFICATE_REFERENCE = /^\$\{[\w.[\]"-]+\.(ca_)?(cert|certificate)(_pem|_body|_chain)?\}$/;

/** Whether a value is a certificate, or several, which anybody may read. */
export function isPublic(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (CERTIFICATE_REFERENCE.test(value)) return true;
  return isOnlyCertificates(ENCODED_WHOLE.test(value) ? decoded(value)[0] : value);
}

/** Whether there is a private key in a text, also in base64. */
export function holdsPrivateKey(text: string): boolean {
  return [text, ...decoded(text)].some((one) => PRIVATE_KEY.test(one));
}

/** Every text in a value. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

function decoded(text: string): string[] {
  return [...text.matchAll(ENCODED)].map(([encoded]) => Buffer.from(encoded, 'base64').toString('latin1'));
}

/** Nothing but blocks of certificates, and what openssl writes before each. */
function isOnlyCertificates(text: string): boolean {
  if (!CERTIFICATE.test(text)) return false;
  const rest = text.replace(/-----BEGIN ([A-Z ]*CERTIFICATE)-----[A-Za-z0-9+/=\s\\]*-----END \1-----/g, '');
  return /^(\s|\\n|#.*\n)*$/.test(rest);
}
