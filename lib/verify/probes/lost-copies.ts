import { FindingSeverity } from '../../posture/rules/rule';
import { CollectionFacts } from '../attack/cluster-facts';
import { Probe } from '../probe';
import { onCollections } from './collections';

export const lostCopies: Probe = {
  id: 'lost-copies',
  severity: FindingSeverity.ERROR,
  title: 'A copy of a shard is dead or missing',
  sends: 'GET of the cluster information of each collection, with a key that may read',
  setting: 'none: bring the node back, or remove the peer and replicate the shard (POST /collections/NAME/cluster)',
  construct: 'none: see the guide on nodes and data',
  run: (attack) => onCollections(attack, ({ collections }) => collections.flatMap(faultsOf)),
};

function faultsOf({ name, replicas, replicationFactor }: CollectionFacts): string[] {
  const dead = replicas
    .filter(({ state }) => state === 'Dead')
    .map(({ shard, peer }) => `shard ${shard} of ${name} is dead on ${peer}`);
  const shards = [...new Set(replicas.map(({ shard }) => shard))];
  const missing = shards
    .map((shard) => ({ shard, copies: replicas.filter((replica) => replica.shard === shard).length }))
    .filter(({ copies }) => copies < replicationFactor)
    .map(({ shard, copies }) => `shard ${shard} of ${name} has ${copies} of ${replicationFactor} copies`);
  return [...dead, ...missing];
}
