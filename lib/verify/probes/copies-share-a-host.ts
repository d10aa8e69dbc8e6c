import { FindingSeverity } from '../../posture/rules/rule';
import { ClusterFacts, CollectionFacts } from '../attack/cluster-facts';
import { Probe } from '../probe';
import { onCollections } from './collections';

export const copiesShareAHost: Probe = {
  id: 'copies-share-a-host',
  severity: FindingSeverity.WARNING,
  title: 'Two copies of a shard are on one machine, by the addresses of their peers',
  sends: 'GET of /cluster and of the cluster information of each collection, with a key that may read',
  setting: 'none: a machine for each peer, then move the shard (POST /collections/NAME/cluster)',
  construct: 'none: each node has a machine of its own; on Kubernetes, placement.spread',
  run: (attack) => onCollections(attack, (cluster) => cluster.collections.flatMap((one) => faultsOf(one, cluster))),
};

function faultsOf({ name, replicas }: CollectionFacts, { peers }: ClusterFacts): string[] {
  const shards = [...new Set(replicas.map(({ shard }) => shard))];
  return shards.flatMap((shard) => {
    const hosts = replicas.filter((replica) => replica.shard === shard).map(({ peer }) => hostOf(peers.get(peer)));
    const shared = hosts.find((host, index) => host !== undefined && hosts.indexOf(host) !== index);
    return shared === undefined ? [] : [`copies of shard ${shard} of ${name} share the host ${shared}`];
  });
}

function hostOf(uri?: string): string | undefined {
  return uri === undefined ? undefined : new URL(uri).hostname;
}
