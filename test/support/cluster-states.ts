import * as fc from 'fast-check';
import { ClusterState, copyOn, liveCopies, Member, Shard } from '../../lib/ops/cluster-state';
import { Placement } from '../../lib/ops/placement';
import { Step } from '../../lib/ops/step';

/** A member that answers. */
export function member(id: string, parts: Partial<Member> = {}): Member {
  const answer = {
    ...{ version: '1.19.0', ready: true, leader: '1', term: 1, commit: 1, pendingOperations: 0 },
    ...{ consensusWorks: true, cannotReach: [] },
  };
  return { id, uri: `https://vectors-${id}.internal:6335/`, answer, ...parts };
}

/** A shard with a copy on each of these peers. */
export function shard(id: number, peers: string, parts: Partial<Shard> = {}): Shard {
  const copies = [...peers].map((peer) => ({ peer, state: 'Active' }));
  return { collection: 'docs', id, hasKey: false, factor: copies.length, points: 100, bytes: 1000, copies, ...parts };
}

export function stateOf(parts: Partial<ClusterState>): ClusterState {
  return {
    members: [],
    shards: [],
    transfers: [],
    resharding: [],
    former: [],
    disagreements: [],
    unclear: [],
    unmeasured: [],
    ...parts,
  };
}

/** Clusters in which all is well but for where copies are, and how many. */
export const healthyClusters: fc.Arbitrary<ClusterState> = fc
  .record({ count: fc.integer({ min: 1, max: 6 }), zoneCount: fc.integer({ min: 0, max: 3 }), tellBytes: fc.boolean() })
  .chain(({ count, zoneCount, tellBytes }) => {
    const ids = [...Array(count).keys()].map((index) => `${index + 1}`);
    const members = ids.map((id, index) => member(id, zoneCount === 0 ? {} : { zone: `zone-${index % zoneCount}` }));
    const anyShard = fc.record({
      collection: fc.constantFrom('docs', 'images'),
      factor: fc.integer({ min: 1, max: 3 }),
      size: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(0, 1, 500)),
      peers: fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1, maxLength: Math.min(count, 4) }),
    });
    return fc.array(anyShard, { maxLength: 14 }).map((all) => {
      const shards = all.map(({ collection, factor, size, peers }, id) =>
        shard(id, '', {
          ...{ collection, factor, points: size, bytes: tellBytes ? size * 1000 : undefined },
          copies: peers.map((peer) => ({ peer, state: 'Active' })),
        }),
      );
      return stateOf({ members, shards });
    });
  });

/** Follows a plan, and looks at each shard before and after each step; fails where a step is not safe. */
export function follow(state: ClusterState, steps: Step[]): ClusterState {
  return steps.reduce((before, step) => {
    expect(step.obstacle(before)).toBeUndefined();
    const after = step.applied(before);
    after.shards.forEach((one, index) => {
      const [had, has] = [before.shards[index], one].map((each) => liveCopies(before, each).length);
      expect(has).toBeGreaterThanOrEqual(Math.min(had, one.factor));
      expect(new Set(one.copies.map(({ peer }) => peer)).size).toBe(one.copies.length);
    });
    return after;
  }, state);
}

/** By how much members differ in what they carry. */
export function spread(state: ClusterState, members = state.members): number {
  const placement = new Placement(state);
  const loads = members.map(({ id }) => placement.loadOf(id));
  return loads.length === 0 ? 0 : Math.max(...loads) - Math.min(...loads);
}

export function sumOfLoads(state: ClusterState): number {
  const placement = new Placement(state);
  return state.members.reduce((sum, { id }) => sum + placement.loadOf(id), 0);
}

export function largestOf(state: ClusterState): number {
  const { weight } = new Placement(state);
  return Math.max(0, ...state.shards.map(weight));
}

/** Which copies share a zone. */
export function sharedZones(state: ClusterState): string[] {
  return state.shards.flatMap((one) => {
    const zones = state.members.filter(({ id }) => copyOn(one, id)).map(({ zone }) => zone);
    return new Set(zones).size < zones.length ? [`${one.collection}/${one.id}`] : [];
  });
}
