import { FindingSeverity, Rule } from './rule';

export const restClosedAmongNodes: Rule = {
  id: 'QDR018',
  severity: FindingSeverity.WARNING,
  title: 'The nodes reach each other on 6335, and not on REST',
  reason: 'A shard that moves by snapshot is fetched over REST: a node that comes back, or is added, never gets its shards.',
  fix: 'let the nodes in to each other on 6333 as on 6335.',
  source: 'https://qdrant.tech/documentation/installation/#networking',
  check: ({ setup, nodeCount }) =>
    setup?.lacksRestAmongNodes === true && nodeCount !== 1 ? ['the nodes reach each other on 6335, and not on REST'] : [],
};
