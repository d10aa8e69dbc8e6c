import { FindingSeverity } from '../../posture/rules/rule';
import { Probe } from '../probe';
import { withoutCertificate } from './client-certificates';

export const noClientCertificate: Probe = {
  id: 'no-client-certificate',
  rule: 'QDR010',
  severity: FindingSeverity.ERROR,
  title: 'A port answers clients without a certificate, while clients have one or another port asks for it',
  sends: 'a greeting to REST, gRPC and the metrics port, without a client certificate',
  setting:
    'service.verify_https_client_certificate and tls.ca_cert, for REST and the metrics port; Qdrant never verifies clients on gRPC: put a proxy in front of it, or set service.grpc_port: null',
  construct: 'clientVerification: ClientVerification.required(), which guards all three',
  run: async (attack) => withoutCertificate(attack),
};
