import { ClusterState, Shard } from './cluster-state';

/** What a request takes from a cluster for good: a copy of a shard from a member, or, without a shard, the member itself. */
export interface Taking {
  readonly peer: string;
  readonly shard?: Pick<Shard, 'collection' | 'id' | 'factor'>;
  /** Why it cannot be taken from a cluster that is so. */
  obstacle(state: ClusterState): string | undefined;
}

/** What sends the request of a step to a node. */
export interface Requests {
  /** @param taking what it takes, if it takes anything: it is sent only where what it was planned on is still so */
  send(method: string, path: string, body?: object, taking?: Taking): Promise<unknown>;
}
