import { ClusterState, hasMajority, liveCopies, Member, memberNamed, memberOf, nameOf, shardName } from './cluster-state';
import { lifeOf } from './life';
import { nextMissingCopy } from './placement';
import { blockersOf, obstaclesOf, Plan, planOf, settled, shardsOn, silenceOf, silentMembers, waitsForCopies } from './plan';
import { roomNotes, stepsWithinRoom } from './room';
import { Step } from './step';

export interface RepairOptions {
  /** The peer that is known to be gone: a node that has just joined under its address may not answer yet, and is another. */
  readonly gone?: string;
  /** What life that peer showed before, if any. */
  readonly life?: string;
  /** The address of the node, or the name that it was given. */
  readonly node?: string;
  /** Whether a new node is to take the place of the one that is gone, under the same address; copies wait for it. */
  readonly awaitsReplacement: boolean;
}

/**
 * What makes a cluster whole that lost a node for good: its copies are dropped from the list and it is removed, so that a new node can join under its
 * address; then each shard is copied until it has what its collection asks for.
 */
export function planRepair(state: ClusterState, options: RepairOptions): Plan {
  const gone = options.gone === undefined ? undefined : memberOf(state, options.gone);
  return gone && !gone.answer ? planRemoval(state, gone, options.life) : planCopies(state, options);
}

function planRemoval(state: ClusterState, member: Member, life?: string): Plan {
  const refusals = [...removalRefusals(state, member, life), ...lossesOf(state, member)];
  if (refusals.length > 0) return planOf({ refusals });
  if (state.disagreements.length > 0) return planOf({ waits: state.disagreements });
  const drops = shardsOn(state, member.id).map((shard) => Step.dropReplica(shard, member.id));
  const steps = [...drops, Step.removePeer(member.id)];
  const waits = drops.flatMap((drop) => drop.obstacle(state) ?? []);
  return planOf({ steps, waits: [...new Set(waits)], notes: keyNotes(state, member) });
}

/** Whoever made shards for a key of his own may have asked for more copies of them, which Qdrant tells nobody: he brings them back. */
function keyNotes(state: ClusterState, member: Member): string[] {
  const own = shardsOn(state, member.id).filter((shard) => shard.hasKey && shard.copies.length > shard.factor);
  return own.map((shard) => {
    const counts = `${shard.copies.length} copies, and its collection asks for ${shard.factor}`;
    return `${shardName(shard)} is of a shard key, has ${counts}: the one that is lost is not made again; replicate it yourself`;
  });
}

/** Why a node that does not answer is not removed all the same. */
function removalRefusals(state: ClusterState, member: Member, before?: string): string[] {
  const life = before ?? lifeOf(state, member.id);
  const silent = silentMembers(state, member).map(({ id }) => nameOf(state, id));
  return [
    ...(hasMajority(state)
      ? []
      : ['no majority of the nodes answers and has a leader: bring nodes back; nothing can be decided without them']),
    ...state.unclear,
    ...(life === undefined ? [] : [life]),
    ...(silent.length > 0
      ? [`${silent.join(', ')} does not answer either: one node at a time is repaired; bring it back first`]
      : []),
  ];
}

/** What would be lost with a node: the last word on it belongs to a person with a backup. */
function lossesOf(state: ClusterState, member: Member): string[] {
  const lost = shardsOn(state, member.id).filter((shard) => liveCopies(state, shard).length === 0);
  if (lost.length === 0) return [];
  const name = nameOf(state, member.id);
  return [
    `no other node has a complete copy of ${lost.map(shardName).join(', ')}: bring ${name} back with its disk, or remove and restore what was on it from a backup`,
  ];
}

function planCopies(state: ClusterState, { node, awaitsReplacement }: RepairOptions): Plan {
  const { refusals, waits } = obstaclesOf(state);
  const member = node === undefined ? undefined : memberNamed(state, node);
  const silence = silenceOf(state, member);
  if (refusals.length + silence.length > 0) return planOf({ refusals: [...refusals, ...silence] });
  const isAwaited = node !== undefined && awaitsReplacement && !member?.answer;
  if (isAwaited || (member && !member.answer)) {
    // Nothing is kept from run to run: without its name nobody would be awaited.
    const again = `(where this is run again, as ops repair ${node})`;
    return planOf({ waits: [`a new node to join, and to answer, under the address ${node} ${again}`] });
  }
  const draft = settled(state);
  // Also of shards that are not concerned: a copy that is dead would be counted as one.
  const incomplete = waitsForCopies(draft, draft.shards);
  if (waits.length + incomplete.length > 0) return planOf({ waits: [...waits, ...incomplete] });
  const { steps, undone } = stepsWithinRoom(draft, (now, takes) => nextMissingCopy(now, takes));
  return planOf({ steps, undone, waits: blockersOf(state, steps), notes: roomNotes(state, steps) });
}
