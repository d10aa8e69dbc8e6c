import { ClusterState, collectionsOf, liveCopies, liveMembers, Member, Shard } from './cluster-state';
import { least } from './least';
import { nextMissingCopy, Placement, wantedCopies } from './placement';
import { blockersOf, obstaclesOf, Plan, planOf, settled, silenceOf, waitsForCopies } from './plan';
import { roomNotes, stepsWithinRoom, Takes } from './room';
import { Step } from './step';

/** A difference between two nodes that is less than this part of what a node carries on average is not worth a move. */
const TOLERANCE = 0.05;

/**
 * What makes a cluster even: each shard has the copies that its collection asks for, no two of them share a zone where there are zones enough, and no node
 * carries more than another by more than the largest shard and what is tolerated.
 *
 * It comes to an end, as each step makes one of these less, and none that stands before it more: copies that are missing, copies too many, copies that
 * crowd a zone, and the sum of the squares of what each node carries. Where the node that carries most and the one that carries least differ by more than
 * the largest shard, the first has a shard that the second has not, or it would not carry more; to move that one makes the sum of squares less.
 *
 * A move is worth it only where the difference is more than the shard by what is tolerated, however large the shard: else writes that come meanwhile would
 * have it moved back, and again.
 */
export function planRebalance(state: ClusterState): Plan {
  const { refusals, waits } = obstaclesOf(state);
  const silence = silenceOf(state);
  if (refusals.length + silence.length > 0) return planOf({ refusals: [...refusals, ...silence] });
  const draft = settled(state);
  const isShort = (shard: Shard) => shard.copies.length <= shard.factor || liveCopies(draft, shard).length === 0;
  const short = draft.shards.filter((shard) => shard.hasKey || isShort(shard));
  const incomplete = waitsForCopies(draft, short);
  // Where a copy comes back by itself, what is missing and what is too much cannot be told yet.
  if (waits.length + incomplete.length > 0) return planOf({ waits: [...waits, ...incomplete] });
  const { steps, undone } = stepsWithinRoom(draft, nextStep);
  const notes = [...notesOf(draft), ...keyNotes(draft, steps), ...roomNotes(state, steps)];
  return planOf({ steps, undone, waits: [...blockersOf(state, steps), ...state.unmeasured.map(({ what }) => what)], notes });
}

function nextStep(draft: ClusterState, takes: Takes): Step | undefined {
  const isMeasured = draft.unmeasured.length === 0;
  return (
    nextMissingCopy(draft, takes) ??
    nextCopyTooMany(draft) ??
    nextMoveOutOfZone(draft, takes) ??
    // Nodes are compared by sizes: while some are not told, they cannot be, as bytes are no points.
    (isMeasured ? nextEvenMove(draft, takes) : undefined)
  );
}

/** Whoever made shards for a key of his own may have asked for more copies of them, which Qdrant tells nobody. */
function nextCopyTooMany(draft: ClusterState): Step | undefined {
  const shard = draft.shards.find((one) => !one.hasKey && one.copies.length > one.factor);
  const peer = shard && new Placement(draft).spareCopy(shard);
  return peer === undefined ? undefined : Step.dropReplica(shard!, peer);
}

function nextMoveOutOfZone(draft: ClusterState, takes: Takes): Step | undefined {
  const placement = new Placement(draft);
  for (const shard of draft.shards) {
    const peers = shard.copies.map(({ peer }) => peer);
    const crowding = placement.crowding(peers);
    if (crowding === 0) continue;
    const moves = peers.flatMap((from) => {
      const to = placement.placeFor(shard, takes, from)?.id;
      return to === undefined ? [] : [{ from, to, crowding: placement.crowding(replaced(peers, from, to)) }];
    });
    const better = moves.filter((move) => move.crowding < crowding);
    const best = least(better, ({ from, to }) => [placement.loadOf(to) - placement.loadOf(from)]);
    if (best) return Step.moveShard(shard, best.from, best.to);
  }
  return undefined;
}

function nextEvenMove(draft: ClusterState, takes: Takes): Step | undefined {
  const placement = new Placement(draft);
  const members = [...liveMembers(draft)].sort((one, other) => placement.loadOf(other.id) - placement.loadOf(one.id));
  const average = members.reduce((sum, { id }) => sum + placement.loadOf(id), 0) / Math.max(1, members.length);
  const byMember = shardsByMember(draft);
  for (const from of members) {
    for (const to of [...members].reverse()) {
      const difference = placement.loadOf(from.id) - placement.loadOf(to.id);
      const isWorth = (weight: number) => difference - weight >= TOLERANCE * average;
      const candidates = byMember(from).filter((shard) => {
        const weight = placement.weight(shard);
        return weight < difference && isWorth(weight) && takes(to, shard) && isMovable(placement, shard, from.id, to.id);
      });
      // The nearest to half of the difference makes both even; among those that are alike, of a collection that is crowded there.
      const shard = least(candidates, (one) => [
        Math.abs(placement.weight(one) - difference / 2),
        countOf(byMember(to), one) - countOf(byMember(from), one),
      ]);
      if (shard) return Step.moveShard(shard, from.id, to.id);
    }
  }
  return undefined;
}

function isMovable(placement: Placement, shard: Shard, from: string, to: string): boolean {
  const peers = shard.copies.map(({ peer }) => peer);
  return !peers.includes(to) && placement.crowding(replaced(peers, from, to)) <= placement.crowding(peers);
}

function replaced(peers: string[], from: string, to: string): string[] {
  return peers.map((peer) => (peer === from ? to : peer));
}

function shardsByMember(draft: ClusterState): (member: Member) => Shard[] {
  const byPeer = new Map<string, Shard[]>(draft.members.map(({ id }) => [id, []]));
  for (const shard of draft.shards) for (const { peer } of shard.copies) byPeer.get(peer)?.push(shard);
  return ({ id }) => byPeer.get(id) ?? [];
}

function countOf(shards: Shard[], like: Shard): number {
  return shards.filter(({ collection }) => collection === like.collection).length;
}

/** Whoever made shards for a key of his own may have placed them, which Qdrant tells nobody. */
function keyNotes(draft: ClusterState, steps: Step[]): string[] {
  const moved = new Set(steps.filter(({ transfer }) => transfer !== undefined).map(({ place }) => place));
  const own = draft.shards.filter(({ hasKey, collection, id }) => hasKey && moved.has(`${collection}/${id}`));
  const names = collectionsOf(own).join(', ');
  return own.length === 0
    ? []
    : [
        `${names}: shards of a shard key are brought to other nodes; whether they were placed on a node on purpose Qdrant does not tell`,
      ];
}

function notesOf(draft: ClusterState): string[] {
  const members = liveMembers(draft);
  const zones = new Set(members.map(({ zone = '' }) => zone)).size;
  const names = (shards: Shard[]) => collectionsOf(shards).join(', ');
  const short = draft.shards.filter((shard) => wantedCopies(shard, members.length) < shard.factor);
  const crowded = zones > 1 ? draft.shards.filter(({ factor }) => factor > zones) : [];
  const own = draft.shards.filter((shard) => shard.hasKey && shard.copies.length > shard.factor);
  return [
    ...(short.length > 0 ? [`${names(short)}: there are fewer nodes than copies are asked for`] : []),
    ...(crowded.length > 0 ? [`${names(crowded)}: there are fewer zones than copies, so that some share one`] : []),
    ...(own.length > 0
      ? [`${names(own)}: shards of a shard key have more copies than the collection asks for, and keep them`]
      : []),
    ...(draft.shards.some(({ bytes }) => bytes === undefined)
      ? ['not every node tells how many bytes its shards take: they are weighed by their points']
      : []),
  ];
}
