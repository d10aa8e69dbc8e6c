import { FindingSeverity, Rule } from './rule';

export const removalUnprotected: Rule = {
  id: 'QDR024',
  severity: FindingSeverity.WARNING,
  title: 'The nodes and their data have no removal protection',
  reason: 'A plan that ends its nodes does not fail, and an apply that removes it keeps neither snapshots nor volume claims.',
  fix: 'leave removalPolicy at its default, save in development and tests.',
  source: 'https://github.com/cdktf-qdrant/cdktf-qdrant/blob/main/docs/guides/nodes-and-data.md',
  check: ({ protectedFromRemoval }) =>
    protectedFromRemoval === false ? ['the nodes and their data have no removal protection'] : [],
};
