import * as semver from 'semver';
import { FindingSeverity } from '../../posture/rules/rule';
import { found, notTried, passed, Probe } from '../probe';

interface Advisory {
  readonly id: string;
  readonly fixedIn: string;
  readonly what: string;
  readonly source: string;
}

const RECORDS = 'https://github.com/CVEProject/cvelistV5/blob/main/cves/2024';

/** What has been published of Qdrant itself, by the records that the sources name. Crates within it are for a scanner of images; what was mended without an advisory, for the probe `version`. */
const ADVISORIES: Advisory[] = [
  {
    id: 'CVE-2024-2221',
    fixedIn: '1.8.0',
    what: 'an uploaded snapshot overwrites any file',
    source: `${RECORDS}/2xxx/CVE-2024-2221.json`,
  },
  {
    id: 'CVE-2024-3078',
    fixedIn: '1.8.3',
    what: 'names of snapshots leave their folder',
    source: `${RECORDS}/3xxx/CVE-2024-3078.json`,
  },
  {
    id: 'CVE-2024-3584',
    fixedIn: '1.9.0',
    what: 'the name of a collection leaves the folder of uploads',
    source: `${RECORDS}/3xxx/CVE-2024-3584.json`,
  },
  {
    id: 'CVE-2024-3829',
    fixedIn: '1.9.0',
    what: 'links in a snapshot read and write any file',
    source: `${RECORDS}/3xxx/CVE-2024-3829.json`,
  },
];

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
