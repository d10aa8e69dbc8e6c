import { FindingSeverity, Rule } from './rule';

export const imageUnversioned: Rule = {
  id: 'QDR060',
  severity: FindingSeverity.ERROR,
  title: 'The image names no release: it has the tag latest, another that moves, or none',
  reason:
    'Any restart may bring another release. A node refuses data of any minor version but its own and the one before, and nodes of one cluster then run several.',
  fix: 'name the release, as qdrant/qdrant:v1.19.0-unprivileged, and raise it minor by minor.',
  source: 'https://qdrant.tech/documentation/upgrades/',
  check: ({ setup }) => (setup?.image?.namesRelease === false ? [`the image ${setup.image.text} names no release`] : []),
};
