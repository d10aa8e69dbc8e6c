import { FindingSeverity, Rule } from './rule';

export const releasesMixed: Rule = {
  id: 'QDR064',
  severity: FindingSeverity.WARNING,
  title: 'The nodes run releases of several minor versions',
  reason:
    'A node speaks to those of the minor version before its own, and to none further away; no shard may move while they differ.',
  fix: 'bring all nodes to the same release, minor by minor.',
  source: 'https://qdrant.tech/documentation/upgrades/',
  check: ({ setup }) => {
    const minors = new Set((setup?.releases ?? []).map((release) => release.split('.').slice(0, 2).join('.')));
    return minors.size > 1 ? [`the nodes run releases of ${[...minors].sort().join(' and ')}`] : [];
  },
};
