import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import type { SeenCertificate } from '../attack/certificate';
import { Probe } from '../probe';
import { isOutOfTime, onEachCertificate, unknownFault } from './certificates';

export const certificateChain: Probe = {
  id: 'certificate-chain',
  severity: FindingSeverity.ERROR,
  title: 'The certificate is not of the CA that clients believe',
  sends: 'a handshake, whose certificate is checked by the CA that was given, or by those of Node',
  setting: 'tls.cert, with all certificates between it and the CA; or give the right CA to verify (--ca)',
  construct: 'tls; the output CaCertificateCommand prints the CA',
  run: async (attack) => onEachCertificate(attack, (seen) => faultOf(attack, seen)),
};

function faultOf(attack: Attack, seen: SeenCertificate): string | undefined {
  if (seen.error === undefined) return undefined;
  if (isOutOfTime(seen) || seen.error === 'INVALID_PURPOSE') {
    return unknownFault(`the certificate has another fault (${seen.error}), which hides this one`);
  }
  const authority =
    attack.options.material.ca === undefined ? 'a CA that Node believes (--ca names another)' : 'the CA that was given';
  return `the certificate is not of ${authority}: ${seen.error}`;
}
