import * as semver from 'semver';
import { FindingSeverity } from '../../posture/rules/rule';
import { RELEASES } from '../../qdrant/releases';
import { found, notTried, passed, Probe } from '../probe';

/** What has been published of Qdrant itself, by the records that the sources name. What was mended without an advisory is for the probe `version`. */
const ADVISORIES = RELEASES.flatMap(({ version, mends = [] }) =>
  mends.filter(({ isAdvisory }) => isAdvisory).map((defect) => ({ ...defect, fixedIn: version })),
);

export const advisories: Probe = {
  id: 'advisories',
  severity: FindingSeverity.ERROR,
  title: 'An advisory has been published for the release that runs',
  sends: 'GET /, or a call of HealthCheck',
  setting: 'the image, minor by minor, to a release that is fixed',
  construct: 'version: QdrantVersion.V1_19_0, with upgradingFrom',
  run: async (attack) => {
    const running = semver.parse(attack.version ?? '');
    if (!running) return [notTried('server', `the server does not tell its version: ${attack.version || 'nothing'}`)];
    const evidence = { sent: 'a greeting', received: running.version };
    const open = ADVISORIES.filter(({ fixedIn }) => semver.lt(running, fixedIn));
    if (open.length === 0) return [passed('server', evidence)];
    const details = open.map(({ id, what, fixedIn, source }) => `${id}: ${what}, fixed in ${fixedIn}, ${source}`);
    return [
      found('server', `Qdrant ${running.version} has ${open.map(({ id }) => id).join(', ')}`, {
        ...evidence,
        received: `${running.version} (${details.join('; ')})`,
      }),
    ];
  },
};
