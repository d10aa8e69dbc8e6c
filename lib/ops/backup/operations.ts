import { ClusterState, liveMembers } from '../cluster-state';
import { Site } from './site';
import { isOfNode } from './take-shards';

/** The number of the last operation that each copy of a shard has taken, where its node tells, and has none in its queue. */
export type Operations = Map<string, number>;

/** Where a shard was taken from. */
export interface CopyOfShard {
  readonly peer: string;
  readonly collection: string;
  readonly shard: number;
}

/** Nodes tell it from 1.17 on (`ShardUpdateQueueInfo`); of those that do not, nothing is known. */
export async function operationsOf(site: Site, state: ClusterState): Promise<Operations> {
  const operations: Operations = new Map();
  for (const { id: peer } of liveMembers(state)) {
    for (const { id: collection, shards } of await collectionsOn(site, peer)) {
      for (const { id: shard, local } of shards ?? []) {
        const { length, op_num: last, deferred_points: deferred } = local?.update_queue ?? {};
        if (length === 0 && typeof last === 'number' && !deferred) operations.set(placeOf({ peer, collection, shard }), last);
      }
    }
  }
  return operations;
}

/** Whether nobody wrote to copies between two looks: equal counts of points do not tell, as one may come where another goes. */
export function isQuiet(before: Operations, after: Operations, copies: CopyOfShard[]): boolean {
  return copies.every((copy) => {
    const last = before.get(placeOf(copy));
    return last !== undefined && last === after.get(placeOf(copy));
  });
}

async function collectionsOn(site: Site, peer: string): Promise<any[]> {
  try {
    return (await site.ask(peer, 'GET', '/telemetry?details_level=3'))?.collections?.collections ?? [];
  } catch (error) {
    if (!isOfNode(error)) throw error;
    return [];
  }
}

function placeOf({ peer, collection, shard }: CopyOfShard): string {
  return `${peer} ${shard} ${collection}`;
}
