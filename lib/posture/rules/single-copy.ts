import { FindingSeverity, Rule } from './rule';

export const singleCopy: Rule = {
  id: 'QDR023',
  severity: FindingSeverity.WARNING,
  title: 'New collections of a cluster of several nodes keep a single copy of each shard',
  reason: 'When the one node that holds a shard stops, its data cannot be reached; when its disk is lost, so is the data.',
  fix: 'set replicationFactor to 2 or more.',
  source: 'https://qdrant.tech/documentation/scaling/horizontal-scaling/',
  check: ({ settings, nodeCount }) =>
    (nodeCount ?? 1) > 1 && settings?.value('storage.collection.replication_factor') === 1
      ? ['new collections keep a single copy of each shard']
      : [],
};
