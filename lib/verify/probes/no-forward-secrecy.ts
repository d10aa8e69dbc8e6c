import { FindingSeverity } from '../../posture/rules/rule';
import { Probe } from '../probe';
import { offerOf } from './broken-ciphers';
import { offerToEach } from './handshakes';

/** The client sends the secret under the key of the certificate. */
const STATIC_RSA = [0x002f, 0x0035, 0x003c, 0x003d, 0x0041, 0x0084, 0x009c, 0x009d, 0xc09c, 0xc09d, 0xc0a0, 0xc0a1];

export const noForwardSecrecy: Probe = {
  id: 'no-forward-secrecy',
  severity: FindingSeverity.WARNING,
  title: 'A cipher is accepted by which whoever steals the key of the certificate reads what was recorded before',
  sends: 'a handshake of TLS 1.2 that offers nothing but ciphers with RSA key exchange',
  setting: 'none: Qdrant accepts none of them; for nginx in front of it, ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20',
  construct: 'clientVerification, whose guard accepts none of them; look at the load balancer in front of the cluster',
  run: (attack) => offerToEach(attack, [offerOf(['RSA key exchange', STATIC_RSA])]),
};
