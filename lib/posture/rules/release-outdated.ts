import { QdrantVersion } from '../../qdrant/version';
import { FindingSeverity, Rule } from './rule';

export const releaseOutdated: Rule = {
  id: 'QDR020',
  severity: FindingSeverity.WARNING,
  title: 'The cluster runs a release of Qdrant before 1.19.0',
  reason: 'It lacks the fixes for an empty key (qdrant PR #9199) and for snapshot names that leave their folder (PR #10085).',
  fix: `upgrade, minor by minor, to ${QdrantVersion.DEFAULT}.`,
  source: 'https://github.com/qdrant/qdrant/security/advisories',
  check: ({ version }) => (!version || version.isAtLeast('1.19.0') ? [] : [`the cluster runs Qdrant ${version}`]),
};
