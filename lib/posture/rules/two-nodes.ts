import { FindingSeverity, Rule } from './rule';

export const twoNodes: Rule = {
  id: 'QDR044',
  severity: FindingSeverity.WARNING,
  title: 'A cluster has two nodes',
  reason:
    'With either of them away no majority is left: no collection is made or changed, and no shard moves, until it is back.',
  fix: 'run three nodes, or one.',
  source: 'https://qdrant.tech/documentation/scaling/horizontal-scaling/',
  check: ({ nodeCount, settings }) =>
    nodeCount === 2 && settings?.value('cluster.enabled') !== false ? ['the cluster has two nodes'] : [],
};
