import { FindingSeverity, Rule } from './rule';

export const imageByTag: Rule = {
  id: 'QDR061',
  severity: FindingSeverity.WARNING,
  title: 'An image that Qdrant does not publish is named by a tag alone',
  reason: 'Whoever may push to that registry decides what runs with the data and the keys, at the next start of any node.',
  fix: 'add the digest (@sha256:...), or take the image of Qdrant.',
  source: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
  check: ({ setup }) => {
    const { image } = setup ?? {};
    return image && !image.isOfficial && !image.hasDigest ? [`the image ${image.text} is named by a tag alone`] : [];
  },
};
