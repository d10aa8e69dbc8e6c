import { ClusterState, copyOn, liveCopies, liveMembers, Member, Shard } from './cluster-state';
import { least } from './least';
import { Takes } from './room';
import { Step } from './step';
import { weightsOf } from './size';

/** What members carry, and which of them suits a shard best. */
export class Placement {
  public readonly weight: (shard: Shard) => number;
  private readonly loads: Map<string, number>;
  private readonly zones: Map<string, string>;
  private readonly zoneCount: number;

  /** @param among the members that copies may be brought to */
  constructor(
    private readonly state: ClusterState,
    public readonly among: Member[] = liveMembers(state),
  ) {
    this.weight = weightsOf(state);
    this.loads = new Map(state.members.map(({ id }) => [id, 0]));
    for (const shard of state.shards) {
      const weight = this.weight(shard);
      for (const { peer } of shard.copies) this.loads.set(peer, this.loadOf(peer) + weight);
    }
    this.zones = new Map(state.members.map(({ id, zone = '' }) => [id, zone]));
    this.zoneCount = new Set(among.map(({ zone = '' }) => zone)).size;
  }

  public loadOf(peer: string): number {
    return this.loads.get(peer) ?? 0;
  }

  /** How many copies are in zones beyond what an even spread leaves there: none, where no two share a zone. */
  public crowding(peers: string[]): number {
    const most = Math.ceil(peers.length / Math.max(1, this.zoneCount));
    const counts = new Map<string, number>();
    for (const peer of peers) counts.set(this.zoneOf(peer), (counts.get(this.zoneOf(peer)) ?? 0) + 1);
    return [...counts.values()].reduce((sum, count) => sum + Math.max(0, count - most), 0);
  }

  /** Where one more copy of a shard should be: in a zone that has few of them, on a member that carries little; with `without`, in place of that one. */
  public placeFor(shard: Shard, takes: Takes, without?: string): Member | undefined {
    const kept = shard.copies.map(({ peer }) => peer).filter((peer) => peer !== without);
    const inZone = ({ zone = '' }: Member) => kept.filter((peer) => this.zoneOf(peer) === zone).length;
    const free = this.among.filter((member) => !copyOn(shard, member.id) && takes(member, shard));
    return least(free, (member) => [inZone(member), this.loadOf(member.id)]);
  }

  /** Which copy of a shard can be spared first: one that lacks points, then one in a crowded zone, then that of who carries most. */
  public spareCopy(shard: Shard): string | undefined {
    const live = liveCopies(this.state, shard).map(({ peer }) => peer);
    const isComplete = (peer: string) => (live.includes(peer) ? 1 : 0);
    const others = (peer: string) => shard.copies.filter((copy) => this.zoneOf(copy.peer) === this.zoneOf(peer)).length;
    const peers = shard.copies.map(({ peer }) => peer);
    return least(peers, (peer) => [isComplete(peer), -others(peer), -this.loadOf(peer)]);
  }

  private zoneOf(peer: string): string {
    return this.zones.get(peer) ?? '';
  }
}

/** How many copies a shard should have where there are so many members. */
export function wantedCopies({ factor }: Shard, members: number): number {
  return Math.min(factor, members);
}

/** Copies a shard that has fewer copies than it should; the largest first, as it takes longest. */
export function nextMissingCopy(
  state: ClusterState,
  takes: Takes,
  among: Member[] = liveMembers(state),
  shards = state.shards,
): Step | undefined {
  const isAmong = (peer: string) => among.some(({ id }) => id === peer);
  const missing = shards.filter((shard) => {
    return shard.copies.filter(({ peer }) => isAmong(peer)).length < wantedCopies(shard, among.length);
  });
  if (missing.length === 0) return undefined;
  const placement = new Placement(state, among);
  for (const shard of [...missing].sort((one, other) => placement.weight(other) - placement.weight(one))) {
    const source = least(liveCopies(state, shard), ({ peer }) => [placement.loadOf(peer)]);
    const place = placement.placeFor(shard, takes);
    if (source && place) return Step.replicateShard(shard, source.peer, place.id);
  }
  return undefined;
}
