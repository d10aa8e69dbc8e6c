import { FindingSeverity } from '../../posture/rules/rule';
import type { SeenCertificate } from '../attack/certificate';
import { Probe } from '../probe';
import { onEachCertificate } from './certificates';

const LEAST_DAYS = 30;
const DAY = 24 * 60 * 60 * 1000;

export const certificateEnd: Probe = {
  id: 'certificate-end',
  severity: FindingSeverity.WARNING,
  title: 'The certificate has ended, ends within 30 days or the last tenth of its time, or is not valid yet',
  sends: 'a handshake, whose certificate is read',
  setting:
    'tls.cert, renewed, then a rolling restart: gRPC and the traffic among nodes load theirs at start only (tls.cert_ttl is for REST)',
  construct: 'tls: renewed certificates are picked up by themselves; look at the issuer',
  run: async (attack) => onEachCertificate(attack, faultOf),
};

function faultOf({ certificate: { validFrom, validTo } }: SeenCertificate): string | undefined {
  const [start, end] = [Date.parse(validFrom), Date.parse(validTo)];
  const days = (end - Date.now()) / DAY;
  if (days < 0) return `the certificate has ended: ${validTo}`;
  if (start > Date.now()) return `the certificate is not valid before ${validFrom}`;
  // One for a short time is renewed by a machine, late in it.
  const leastDays = Math.min(LEAST_DAYS, (end - start) / DAY / 10);
  return days < leastDays ? `the certificate ends in ${Math.floor(days)} days: ${validTo}` : undefined;
}
