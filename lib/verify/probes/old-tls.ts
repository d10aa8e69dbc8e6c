import { FindingSeverity } from '../../posture/rules/rule';
import { Probe } from '../probe';
import { versionName } from '../wire/hello';
import { offerToEach } from './handshakes';

const SUITES = [
  ...[0xc00a, 0xc009, 0xc014, 0xc013, 0x0039, 0x0033, 0x0035, 0x002f, 0xc012, 0xc008],
  ...[0x0016, 0x000a, 0xc011, 0xc007, 0x0005, 0x0004],
];

const OLD_VERSIONS = [0x0302, 0x0301, 0x0300];

export const oldTls: Probe = {
  id: 'old-tls',
  severity: FindingSeverity.ERROR,
  title: 'A version of TLS before 1.2 is spoken',
  sends: 'handshakes of TLS 1.1, TLS 1.0 and SSL 3.0',
  setting: 'none: Qdrant speaks 1.2 and 1.3; for nginx in front of it, ssl_protocols TLSv1.2 TLSv1.3',
  construct: 'none: neither Qdrant nor the guard speaks them; look at the load balancer in front of the cluster',
  run: (attack) =>
    offerToEach(
      attack,
      OLD_VERSIONS.map((version) => ({
        name: versionName(version),
        version,
        suites: SUITES,
        isBad: (chosen) => chosen.version <= version,
      })),
    ),
};
