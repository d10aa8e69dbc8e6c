import { FindingSeverity } from '../../posture/rules/rule';
import { Probe } from '../probe';
import { onEachCertificate } from './certificates';

export const certificateName: Probe = {
  id: 'certificate-name',
  severity: FindingSeverity.ERROR,
  title: 'The certificate does not name the host that clients connect to',
  sends: 'a handshake, whose certificate is read',
  setting: 'tls.cert, with the name or address of the host among its subject alternative names',
  construct: 'tls and hostNames; connect by the name in the output RestUrl',
  run: async (attack) =>
    onEachCertificate(attack, ({ namesHost, certificate }) =>
      namesHost ? undefined : `the certificate names ${certificate.subjectAltName ?? 'no host'}, not ${attack.target.host}`,
    ),
};
