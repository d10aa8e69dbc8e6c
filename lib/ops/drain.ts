import {
  ClusterState,
  collectionsOf,
  hasMajority,
  liveCopies,
  Member,
  memberNamed,
  nameOf,
  Shard,
  wasMember,
} from './cluster-state';
import { nextMissingCopy, Placement } from './placement';
import { blockersOf, obstaclesOf, Plan, planOf, settled, shardsOn, silenceOf, stepsFrom, waitsForCopies } from './plan';
import { anyMember, roomNotes, roomRefusals, Takes, withRoom } from './room';
import { Step } from './step';

export interface DrainOptions {
  /** Whether shards may keep fewer copies than their collections ask for, where fewer nodes are left than that. */
  readonly fewerCopies?: boolean;
}

/** What empties a node, so that the others have all that it has, and removes it from the cluster at last. */
export function planDrain(state: ClusterState, node: string, options: DrainOptions = {}): Plan {
  const member = memberNamed(state, node);
  const isRemoved = wasMember(state, node) && hasMajority(state) && state.unclear.length === 0;
  if (!member)
    return planOf(
      isRemoved ? { notes: [`${node} was removed from the cluster`] } : { refusals: [...state.unclear, unknown(state, node)] },
    );
  const name = nameOf(state, member.id);
  const { refusals, waits } = obstaclesOf(state);
  const others = state.members.filter(({ id }) => id !== member.id);
  const reasons = [
    ...refusals,
    ...(member.answer ? [] : [`${name} does not answer: a node that is gone for good is for cdktf-qdrant ops repair ${name}`]),
    ...silenceOf(state, member),
    ...(others.length === 0 ? [`${name} is the only node`] : []),
  ];
  if (reasons.length > 0) return planOf({ refusals: reasons });
  const draft = withOwnCounts(settled(state));
  const own = shardsOn(draft, member.id);
  const steps = stepsFrom(draft, (now) => nextStep(now, member, others, options));
  const short = options.fewerCopies ? [] : shortOf(own, others.length);
  const room = roomRefusals(state, steps);
  if (short.length + room.length > 0) return planOf({ refusals: [...short, ...room] });
  const incomplete = waitsForCopies(
    draft,
    own.map((shard) => withoutSpare(draft, shard, member)),
  );
  if (waits.length + incomplete.length > 0) return planOf({ waits: [...waits, ...incomplete] });
  const all = [...steps, Step.removePeer(member.id)];
  return planOf({ steps: all, waits: blockersOf(state, all), notes: roomNotes(state, steps) });
}

function nextStep(draft: ClusterState, member: Member, others: Member[], { fewerCopies }: DrainOptions): Step | undefined {
  const own = shardsOn(draft, member.id);
  const most = (shard: Shard) => Math.min(shard.factor, others.length);
  const elsewhere = (shard: Shard) => liveCopies(draft, shard).filter(({ peer }) => peer !== member.id).length;
  const isComplete = (shard: Shard) => liveCopies(draft, shard).length > elsewhere(shard);
  // What has fewer copies than it should is completed first: the node is one of those that can be copied from.
  const lacking = own.filter((shard) => (isComplete(shard) ? shard.copies.length : elsewhere(shard)) < most(shard));
  const missing = nextMissingCopy(draft, withRoom, others, lacking) ?? nextMissingCopy(draft, anyMember, others, lacking);
  if (missing) return missing;
  const placement = new Placement(draft, others);
  for (const shard of own) {
    const isSpare = elsewhere(shard) >= (isComplete(shard) ? shard.factor : most(shard));
    if (isSpare) return Step.dropReplica(shard, member.id);
    const placeAmong = (takes: Takes) => (isComplete(shard) ? placement.placeFor(shard, takes, member.id) : undefined);
    const place = placeAmong(withRoom) ?? placeAmong(anyMember);
    if (place) return Step.moveShard(shard, member.id, place.id);
    if (fewerCopies && elsewhere(shard) > 0) return Step.dropReplica(shard, member.id, elsewhere(shard));
  }
  return undefined;
}

/** Whoever made shards for a key of his own may have asked for more copies of them, which Qdrant tells nobody: as many as there are, he has asked for. */
function withOwnCounts(draft: ClusterState): ClusterState {
  const shards = draft.shards.map((shard) =>
    shard.hasKey ? { ...shard, factor: Math.max(shard.factor, shard.copies.length) } : shard,
  );
  return { ...draft, shards };
}

/** A copy on the node itself that is not complete need not be waited for, where another is: the node may be drained because of it. */
function withoutSpare(draft: ClusterState, shard: Shard, { id }: Member): Shard {
  const isNeeded = liveCopies(draft, shard).every(({ peer }) => peer === id);
  // How many copies a shard of a key had is told by nothing but the copies.
  return isNeeded || shard.hasKey ? shard : { ...shard, copies: shard.copies.filter(({ peer }) => peer !== id) };
}

function unknown(state: ClusterState, node: string): string {
  const names = state.members.map(({ id }) => nameOf(state, id)).join(', ');
  return `no member, or more than one, is called ${node}; members: ${names}. If it was drained and switched off before, nothing is left to do`;
}

/** The collections that cannot keep their copies. */
function shortOf(own: Shard[], left: number): string[] {
  const short = own.filter(({ factor }) => factor > left);
  return collectionsOf(short).map((name) => {
    const all = short.filter(({ collection }) => collection === name);
    const most = Math.max(...all.map(({ factor }) => factor));
    const [what, instead] = all.every(({ hasKey }) => hasKey)
      ? [`shards of a shard key in ${name} have ${most} copies`, 'say --fewer-copies']
      : [`${name} asks for ${most} copies`, 'lower its replication_factor, or say --fewer-copies'];
    return `${what}, and ${left} nodes would be left: ${instead}`;
  });
}
