import * as semver from 'semver';
import { FindingSeverity } from '../../posture/rules/rule';
import { MENDED_RELEASE } from '../../qdrant/releases';
import { found, notTried, passed, Probe } from '../probe';

/** The release below which the posture warns too. */
const NEWEST_NEEDED = MENDED_RELEASE.version;

export const version: Probe = {
  id: 'version',
  rule: 'QDR020',
  severity: FindingSeverity.WARNING,
  title: `Qdrant is older than ${NEWEST_NEEDED}`,
  sends: 'GET /, or a call of HealthCheck',
  setting: `the image, minor by minor, to ${NEWEST_NEEDED} or later`,
  construct: 'version: QdrantVersion.V1_19_0, with upgradingFrom',
  run: async (attack) => {
    const running = semver.parse(attack.version ?? '');
    if (!running) return [notTried('server', `the server does not tell its version: ${attack.version || 'nothing'}`)];
    const evidence = { sent: 'a greeting', received: running.version };
    return [
      semver.lt(running, NEWEST_NEEDED)
        ? found('server', `Qdrant ${running.version} lacks the fixes of ${NEWEST_NEEDED}`, evidence)
        : passed('server', evidence),
    ];
  },
};
