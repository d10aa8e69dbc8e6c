import { FindingSeverity } from '../../posture/rules/rule';
import type { SeenCertificate } from '../attack/certificate';
import { Probe } from '../probe';
import { onEachCertificate } from './certificates';

const LEAST_DAYS = 30;
const DAY = 24 * 60 * 60 * 1000;

export const certificateEnd: Probe = {
  id: 'certificate-end',
  severity: FindingSeverity.WARNING,
  title: 'The certificate has ended, ends within 30 days, or is not valid yet',
  sends: 'a handshake, whose certificate is read',
  setting:
    'tls.cert, renewed, then a rolling restart: gRPC and the traffic among nodes load theirs at start only (tls.cert_ttl is for REST)',
  construct: 'tls: renewed certificates are picked up by themselves; look at the issuer',
  run: async (attack) => onEachCertificate(attack, faultOf),
};

function faultOf({ certificate: { validFrom, validTo } }: SeenCertificate): string | undefined {
  const [start, end] = [Date.parse(validFrom), Date.parse(validTo)];
  const days = Math.floor((end - Date.now()) / DAY);
  if (days < 0) return `the certificate has ended: ${validTo}`;
  if (start > Date.now()) return `the certificate is not valid before ${validFrom}`;
  // A certificate for so short a time is renewed by a machine, late in it.
  const isShort = end - start < 3 * LEAST_DAYS * DAY;
  const leastDays = isShort ? (end - start) / DAY / 10 : LEAST_DAYS;
  return days < leastDays ? `the certificate ends in ${days} days: ${validTo}` : undefined;
}
