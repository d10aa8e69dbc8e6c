import type { SeenCertificate } from '../attack/certificate';
import type { Attack } from '../attack/attack';
import { Check, found, notTried, passed, placeOf } from '../probe';

/** By which OpenSSL says that it is not the time of a certificate. Both are found at the end, when what was found before is no longer told. */
const OUT_OF_TIME = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

/** Looks at the certificate of each listener that presents one. */
export function onEachCertificate(attack: Attack, faultOf: (seen: SeenCertificate) => string | undefined): Check[] {
  return attack.listeners.map((listener) => {
    const where = placeOf(listener);
    const { tls, certificate } = listener.facts;
    if (!listener.isOpen) return notTried(where, listener.obstacle!);
    if (!tls) return notTried(where, `${listener.name} speaks no TLS`);
    if (!certificate) return notTried(where, 'the handshake ended before the certificate could be read');
    const fault = faultOf(certificate);
    const evidence = { sent: 'a handshake', received: shownCertificate(certificate) };
    if (fault === undefined) return passed(where, evidence);
    return fault.startsWith(UNKNOWN) ? notTried(where, fault.slice(UNKNOWN.length), evidence) : found(where, fault, evidence);
  });
}

const UNKNOWN = 'unknown: ';

/** A fault that cannot be told. */
export function unknownFault(why: string): string {
  return `${UNKNOWN}${why}`;
}

export function isOutOfTime({ error }: SeenCertificate): boolean {
  return error !== undefined && OUT_OF_TIME.includes(error);
}

function shownCertificate({ certificate, error }: SeenCertificate): string {
  const subject = certificate.subject?.replace(/\n/g, ', ') ?? '';
  return `${subject}, ${certificate.subjectAltName ?? 'no names'}, until ${certificate.validTo}${error ? `, ${error}` : ''}`;
}
