import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { ClusterFacts, CollectionFacts } from '../attack/cluster-facts';
import { Check, notTried, Probe } from '../probe';
import { onCollections } from './collections';

export const copiesShareAHost: Probe = {
  id: 'copies-share-a-host',
  severity: FindingSeverity.WARNING,
  title: 'Two copies of a shard are on one machine, by the addresses of their peers',
  sends: 'GET of /cluster and of the cluster information of each collection, with a key that may read',
  setting: 'none: a machine for each peer, then move the shard (POST /collections/NAME/cluster)',
  construct: 'none: each node has a machine of its own; on Kubernetes, placement.overHosts',
  run: async (attack) => [
    ...(await onCollections(attack, (cluster) => cluster.collections.flatMap((one) => faultsOf(one, cluster)))),
    ...(await unknownPeers(attack)),
  ],
};

/** Where a peer has no address, nothing is proved of its copies. */
async function unknownPeers(attack: Attack): Promise<Check[]> {
  const cluster = await attack.cluster();
  if ('obstacle' in cluster || cluster.peers.size < 2) return [];
  const unknown = cluster.collections.filter(({ replicas }) => replicas.some(({ peer }) => !cluster.peers.has(peer)));
  return unknown.map(({ name }) => notTried('collections', `${name} has a copy on a peer whose address is not told`));
}

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
