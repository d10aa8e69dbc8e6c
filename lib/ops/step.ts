import {
  ClusterState,
  copyOn,
  isLive,
  liveCopies,
  Member,
  memberOf,
  nameOf,
  Shard,
  shardName,
  shardOf,
  transfersOf,
} from './cluster-state';
import { shareOf } from './disk';
import { Requests } from './requests';
import { sizeText } from './size';

/** What is sent from a member to another. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  /** Left out where no node tells. */
  readonly bytes?: number;
}

/**
 * One change of a cluster, safe by itself: it is refused where it would leave a shard fewer complete copies on members that answer than it has, save
 * those that its factor does not ask for.
 */
export abstract class Step {
  /** Brings a copy from a member to another. Qdrant takes it from the first in the same decision by which the second has it. */
  public static moveShard(shard: Shard, from: string, to: string): Step {
    return new Move(shard, from, to, false);
  }

  /** Brings one more copy to a member. */
  public static replicateShard(shard: Shard, from: string, to: string): Step {
    return new Move(shard, from, to, true);
  }

  /** Takes a copy from a member. With `leaves` fewer complete copies may be left than the factor asks for, but never none. */
  public static dropReplica(shard: Shard, peer: string, leaves = shard.factor): Step {
    return new Drop(shard, peer, leaves);
  }

  /** Removes a member that has no copies. */
  public static removePeer(peer: string): Step {
    return new Remove(peer);
  }

  /** The same for the same change: what was begun is known again by it. */
  public abstract readonly key: string;

  /** The shard that it changes, if any: what changes one is done in order. */
  public abstract readonly place: string | undefined;

  /** The shard that it sends, if it sends one. */
  public abstract readonly transfer: Sent | undefined;

  /** What it does, for people. */
  public abstract sentence(state: ClusterState): string;

  /** Why it cannot be begun now, or undefined. */
  public abstract obstacle(state: ClusterState): string | undefined;

  /** What the cluster is once it is done. */
  public abstract applied(state: ClusterState): ClusterState;

  /** Asks the cluster for it. */
  public abstract begin(requests: Requests): Promise<unknown>;
}

/** Changes of one shard. */
abstract class ShardStep extends Step {
  public readonly place: string;

  constructor(protected readonly shard: Shard) {
    super();
    this.place = `${shard.collection}/${shard.id}`;
  }

  protected get path(): string {
    return `/collections/${encodeURIComponent(this.shard.collection)}/cluster`;
  }

  protected get name(): string {
    return shardName(this.shard);
  }

  /** The shard as it is now, or why it cannot be changed. Transfers from or to who is gone end with the copy that is dropped. */
  protected lookUp(state: ClusterState, gone?: string): Shard | string {
    const shard = shardOf(state, this.shard.collection, this.shard.id);
    if (!shard) return `${this.name} is gone`;
    if (state.resharding.includes(shard.collection)) return `${shard.collection} changes its number of shards`;
    const transfers = transfersOf(state, shard.collection, shard.id);
    if (transfers.some(({ from, to }) => from !== gone && to !== gone)) return `a transfer of ${this.name} is under way`;
    return shard;
  }

  protected withCopies(state: ClusterState, copiesOf: (shard: Shard) => Shard['copies']): ClusterState {
    const isOwn = ({ collection, id }: Shard) => collection === this.shard.collection && id === this.shard.id;
    return { ...state, shards: state.shards.map((shard) => (isOwn(shard) ? { ...shard, copies: copiesOf(shard) } : shard)) };
  }
}

class Move extends ShardStep {
  public readonly key: string;
  public readonly transfer: Sent;

  constructor(
    shard: Shard,
    private readonly from: string,
    private readonly to: string,
    private readonly keepsSource: boolean,
  ) {
    super(shard);
    this.transfer = { from, to, bytes: shard.bytes };
    this.key = `${keepsSource ? 'replicate' : 'move'} ${this.place} ${from} ${to}`;
  }

  public sentence(state: ClusterState): string {
    const what = `${this.name} (${sizeText(this.shard)}) from ${nameOf(state, this.from)} to ${nameOf(state, this.to)}`;
    return `${this.keepsSource ? 'copy' : 'move'} ${what}`;
  }

  public obstacle(state: ClusterState): string | undefined {
    const shard = this.lookUp(state);
    if (typeof shard === 'string') return shard;
    if (!liveCopies(state, shard).some(({ peer }) => peer === this.from)) {
      return `${nameOf(state, this.from)} has no complete copy of ${this.name}, or does not answer`;
    }
    if (!isLive(state, this.to)) return `${nameOf(state, this.to)} does not answer`;
    // Qdrant would set that copy back to nothing, and no client could read it until the transfer has ended.
    if (copyOn(shard, this.to)) return `${nameOf(state, this.to)} has a copy of ${this.name}`;
    return undefined;
  }

  public applied(state: ClusterState): ClusterState {
    const stays = this.keepsSource ? () => true : ({ peer }: { peer: string }) => peer !== this.from;
    const arrived = this.withCopies(state, ({ copies }) => [...copies.filter(stays), { peer: this.to, state: 'Active' }]);
    return { ...arrived, members: arrived.members.map((member) => (member.id === this.to ? this.filled(member) : member)) };
  }

  /** With the shard on its disk. */
  private filled(member: Member): Member {
    const { answer } = member;
    if (answer?.diskPercent === undefined) return member;
    return { ...member, answer: { ...answer, diskPercent: answer.diskPercent + (shareOf(answer, this.shard.bytes) ?? 0) } };
  }

  public begin(requests: Requests): Promise<unknown> {
    const transfer = { shard_id: this.shard.id, from_peer_id: this.from, to_peer_id: this.to };
    return requests.send('POST', this.path, this.keepsSource ? { replicate_shard: transfer } : { move_shard: transfer });
  }
}

class Drop extends ShardStep {
  public readonly key: string;
  public readonly transfer = undefined;

  constructor(
    shard: Shard,
    private readonly peer: string,
    private readonly leaves: number,
  ) {
    super(shard);
    this.key = `drop ${this.place} ${peer}`;
  }

  public sentence(state: ClusterState): string {
    return `drop the copy of ${this.name} on ${nameOf(state, this.peer)}`;
  }

  public obstacle(state: ClusterState): string | undefined {
    const shard = this.lookUp(state, isLive(state, this.peer) ? undefined : this.peer);
    if (typeof shard === 'string') return shard;
    if (!copyOn(shard, this.peer)) return `${nameOf(state, this.peer)} has no copy of ${this.name}`;
    const live = liveCopies(state, shard);
    const left = live.filter(({ peer }) => peer !== this.peer).length;
    // What is not complete, or not there, takes nothing from anyone who reads.
    const least = left === live.length ? 1 : Math.max(1, this.leaves);
    return left < least ? `${this.name} would be left with ${left} of ${least} complete copies` : undefined;
  }

  public applied(state: ClusterState): ClusterState {
    return this.withCopies(state, ({ copies }) => copies.filter(({ peer }) => peer !== this.peer));
  }

  public begin(requests: Requests): Promise<unknown> {
    const { peer, shard } = this;
    const taking = { peer, shard, obstacle: (now: ClusterState) => this.obstacle(now) };
    return requests.send('POST', this.path, { drop_replica: { shard_id: shard.id, peer_id: peer } }, taking);
  }
}

class Remove extends Step {
  public readonly key: string;
  public readonly place = undefined;
  public readonly transfer = undefined;

  constructor(private readonly peer: string) {
    super();
    this.key = `remove ${peer}`;
  }

  public sentence(state: ClusterState): string {
    return `remove ${nameOf(state, this.peer)} (peer ${this.peer}) from the cluster`;
  }

  public obstacle(state: ClusterState): string | undefined {
    if (!memberOf(state, this.peer)) return `${this.peer} is no member`;
    const held = state.shards.find((shard) => copyOn(shard, this.peer));
    if (held) return `${nameOf(state, this.peer)} has a copy of ${shardName(held)}`;
    const isInvolved = state.transfers.some(({ from, to }) => [from, to].includes(this.peer));
    return isInvolved ? `a transfer from or to ${nameOf(state, this.peer)} is under way` : undefined;
  }

  public applied(state: ClusterState): ClusterState {
    return { ...state, members: state.members.filter(({ id }) => id !== this.peer) };
  }

  /** Without force: Qdrant then looks for copies itself. */
  public begin(requests: Requests): Promise<unknown> {
    const taking = { peer: this.peer, obstacle: (now: ClusterState) => this.obstacle(now) };
    return requests.send('DELETE', `/cluster/peer/${this.peer}`, undefined, taking);
  }
}
