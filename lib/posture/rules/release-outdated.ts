import { MENDED_RELEASE } from '../../qdrant/releases';
import { QdrantVersion } from '../../qdrant/version';
import { FindingSeverity, Rule } from './rule';

const lacking = MENDED_RELEASE.mends!.map(({ what, id }) => `${what} (${id})`).join(' and for ');

export const releaseOutdated: Rule = {
  id: 'QDR020',
  severity: FindingSeverity.WARNING,
  title: `The cluster runs a release of Qdrant before ${MENDED_RELEASE.version}`,
  reason: `It lacks the fixes for ${lacking}.`,
  fix: `upgrade, minor by minor, to ${QdrantVersion.DEFAULT}.`,
  source: 'https://github.com/qdrant/qdrant/security/advisories',
  check: ({ version }) => (!version || version.isAtLeast(MENDED_RELEASE.version) ? [] : [`the cluster runs Qdrant ${version}`]),
};
