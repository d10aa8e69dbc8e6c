import { FindingSeverity } from '../../posture/rules/rule';
import { CollectionFacts } from '../attack/cluster-facts';
import { Probe } from '../probe';
import { onCollections } from './collections';

export const writeConsistency: Probe = {
  id: 'write-consistency',
  severity: FindingSeverity.WARNING,
  title: 'A write counts as done once a single copy has it, or needs more copies than live',
  sends: 'GET of each collection and of its cluster information, with a key that may read',
  setting: 'write_consistency_factor of the collection; storage.collection.write_consistency_factor for new ones',
  construct: 'settings.writeConsistencyFactor, which is 1 by default: for new collections',
  run: (attack) => onCollections(attack, ({ collections }) => collections.flatMap(faultOf)),
};

function faultOf({ name, replicationFactor, writeConsistencyFactor: needed, replicas }: CollectionFacts): string[] {
  const living = (shard: number) => replicas.filter((one) => one.shard === shard && one.state === 'Active').length;
  const least = Math.min(...replicas.map(({ shard }) => living(shard)));
  if (replicas.length > 0 && needed > least) return [`a write to ${name} needs ${needed} copies, and ${least} live`];
  return replicationFactor > 1 && needed < 2 ? [`a write to ${name} is done once 1 of ${replicationFactor} copies has it`] : [];
}
