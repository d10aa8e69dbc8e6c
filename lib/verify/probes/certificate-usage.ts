import { FindingSeverity } from '../../posture/rules/rule';
import { Probe } from '../probe';
import { onEachCertificate } from './certificates';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_USAGE = '2.5.29.37.0';

export const certificateUsage: Probe = {
  id: 'certificate-usage',
  severity: FindingSeverity.WARNING,
  title: 'The certificate is not issued for servers, or is that of a CA',
  sends: 'a handshake, whose certificate is read',
  setting: 'tls.cert, with the extended key usage serverAuth (and clientAuth, for the traffic among nodes), and no CA',
  construct: 'tls: certificates of Tls.generated() and of cert-manager have both',
  run: async (attack) =>
    onEachCertificate(attack, ({ certificate }) => {
      if (certificate.ca) return 'the certificate is that of a CA, whose key can issue any other';
      // Named so by Node 20; without any, it is good for all.
      const usages = certificate.keyUsage as string[] | undefined;
      if (usages === undefined) return undefined;
      const good = usages.includes(SERVER_AUTH) || usages.includes(ANY_USAGE);
      return good ? undefined : `the certificate is for ${usages.join(', ')}, not for servers`;
    }),
};
