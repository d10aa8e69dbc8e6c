import { FindingSeverity } from '../../posture/rules/rule';
import { Probe } from '../probe';
import { makeCertificate } from '../x509/make-certificate';
import { withBadCertificate } from './client-certificates';

const HOUR = 60 * 60 * 1000;

export const clientCertificateOfAnotherCa: Probe = {
  id: 'client-certificate-of-another-ca',
  rule: 'QDR010',
  severity: FindingSeverity.ERROR,
  title: 'A port that asks for a client certificate takes one of any CA',
  sends: 'a greeting with a client certificate of a CA that was made a moment ago',
  setting: 'tls.ca_cert, with the CA of the clients alone; in a proxy, verification that is required and not optional',
  construct: 'clientVerification: ClientVerification.required(ca)',
  run: async (attack) => {
    const [from, to] = [-HOUR, HOUR].map((offset) => new Date(Date.now() + offset));
    const ca = makeCertificate({ commonName: 'cdktf-qdrant verify', from, to, isCa: true });
    const client = makeCertificate({ commonName: 'cdktf-qdrant verify client', from, to, usages: ['clientAuth'] }, ca);
    return withBadCertificate(attack, client, 'of another CA');
  },
};
