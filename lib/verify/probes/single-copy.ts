import { FindingSeverity } from '../../posture/rules/rule';
import { Probe } from '../probe';
import { onCollections } from './collections';

export const singleCopy: Probe = {
  id: 'single-copy',
  rule: 'QDR023',
  severity: FindingSeverity.WARNING,
  title: 'A collection of a cluster of several nodes keeps a single copy of each shard',
  sends: 'GET of each collection, with a key that may read',
  setting:
    'replication_factor of the collection, then its shards replicated; storage.collection.replication_factor for new ones',
  construct: 'settings.replicationFactor, which is 2 by default on three nodes and more: for new collections',
  run: (attack) =>
    onCollections(attack, ({ collections }) =>
      collections.filter(({ replicationFactor }) => replicationFactor < 2).map(({ name }) => `${name} has a single copy`),
    ),
};
