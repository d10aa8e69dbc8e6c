/** What a node says of itself, where it answers. */
export interface NodeAnswer {
  readonly version: string;
  /** Whether it says by `/readyz` that it serves. */
  readonly ready: boolean;
  /** The id of the peer that it takes for the leader. */
  readonly leader?: string;
  readonly term: number;
  /** How many decisions it knows of. */
  readonly commit: number;
  readonly pendingOperations: number;
  /** Whether its consensus works: it neither stopped nor failed. */
  readonly consensusWorks: boolean;
  /** Members that it cannot send messages to, by their ids. */
  readonly cannotReach: string[];
  /** How full the file system of its storage is, in percent, where it tells. */
  readonly diskPercent?: number;
  /** The size of that file system, where it is known that it is of that one. */
  readonly diskBytes?: number;
  /** How much of its memory is used, in percent, where it tells. */
  readonly memoryPercent?: number;
}

/** Why a member has no answer. */
export interface Silence {
  readonly why: string;
  /** Whether something answers there all the same: what is there is not gone. */
  readonly isThere: boolean;
}

/** A member of the cluster, as Qdrant's API names it. */
export interface Member {
  readonly id: string;
  /** The address by which the others reach it. */
  readonly uri: string;
  readonly zone?: string;
  /** Left out where it does not answer. */
  readonly answer?: NodeAnswer;
  readonly silence?: Silence;
}

/** A copy of a shard. */
export interface Copy {
  readonly peer: string;
  /** As Qdrant names it, for example `Active`. */
  readonly state: string;
}

/** A shard of a collection, with its copies. */
export interface Shard {
  readonly collection: string;
  readonly id: number;
  /** Whether a shard key of the user owns it: then its number of copies may be one of its own. */
  readonly hasKey: boolean;
  /** How many copies its collection asks for. */
  readonly factor: number;
  readonly points: number;
  /** What its points take, where telemetry tells. */
  readonly bytes?: number;
  readonly copies: Copy[];
}

/** A transfer of a shard that is under way. */
export interface Transfer {
  readonly collection: string;
  readonly shard: number;
  readonly from: string;
  readonly to: string;
  /** Whether the copy that it is sent from stays. */
  readonly keepsSource: boolean;
  /** How far it is, in Qdrant's words. */
  readonly comment?: string;
}

/** What a node does not tell at the moment. */
export interface Untold {
  /** What is waited for: the same at each look. */
  readonly what: string;
  /** What it said in place of that, which may be another text each time. */
  readonly why?: string;
}

/** What a cluster is now, by what each of its nodes says. */
export interface ClusterState {
  readonly members: Member[];
  readonly shards: Shard[];
  readonly transfers: Transfer[];
  /** The collections whose number of shards changes. */
  readonly resharding: string[];
  /** Nodes that answer, and are no members any more. */
  readonly former: Array<{ readonly id: string; readonly host: string }>;
  /** In what the nodes do not agree, which passes once all have taken up what was decided. */
  readonly disagreements: string[];
  /** What no node tells for sure, so that nothing may be changed: a person has to look. */
  readonly unclear: string[];
  /** Who does not tell at the moment how large shards are, so that they cannot be compared. */
  readonly unmeasured: Untold[];
}

/** States of a copy that has all points, by the words of Qdrant. Only from these it sends a shard. */
const COMPLETE = ['Active', 'ReshardingScaleDown'];

export function memberOf(state: ClusterState, id: string): Member | undefined {
  return state.members.find((member) => member.id === id);
}

/** The members that answer. */
export function liveMembers(state: ClusterState): Member[] {
  return state.members.filter(({ answer }) => answer !== undefined);
}

export function isLive(state: ClusterState, id: string): boolean {
  return memberOf(state, id)?.answer !== undefined;
}

/** The copies of a shard that have all points, on members that answer: those that a client can read. */
export function liveCopies(state: ClusterState, shard: Shard): Copy[] {
  return shard.copies.filter((copy) => COMPLETE.includes(copy.state) && isLive(state, copy.peer));
}

export function copyOn(shard: Shard, peer: string): Copy | undefined {
  return shard.copies.find((copy) => copy.peer === peer);
}

export function shardOf(state: ClusterState, collection: string, id: number): Shard | undefined {
  return state.shards.find((shard) => shard.collection === collection && shard.id === id);
}

export function transfersOf(state: ClusterState, collection: string, id: number): Transfer[] {
  return state.transfers.filter((transfer) => transfer.collection === collection && transfer.shard === id);
}

/** Whether more than half of the members answer and their consensus works, so that what is decided stays decided. */
export function hasMajority(state: ClusterState): boolean {
  const working = liveMembers(state).filter(({ answer }) => answer!.consensusWorks);
  return working.length * 2 > state.members.length && leaderOf(state) !== undefined;
}

/** The member that leads, where it answers: it decides, and so knows first. */
export function leaderOf(state: ClusterState): Member | undefined {
  const [latest] = [...liveMembers(state)].sort((one, other) => byKnowledge(one.answer!, other.answer!));
  const leader = latest?.answer?.leader;
  return leader === undefined ? undefined : liveMembers(state).find(({ id }) => id === leader);
}

/** Puts first who knows most of what was decided: one that was removed may still count terms, but has no leader. */
export function byKnowledge(one: NodeAnswer, other: NodeAnswer): number {
  const hasLeader = ({ leader }: NodeAnswer) => (leader === undefined ? 0 : 1);
  return hasLeader(other) - hasLeader(one) || other.term - one.term || other.commit - one.commit;
}

/** The name of a member for people: the host of its address. */
export function nameOf(state: ClusterState, id: string): string {
  const member = memberOf(state, id);
  if (!member) return id;
  const host = hostOf(member.uri);
  const isAlone = state.members.filter(({ uri }) => hostOf(uri) === host).length === 1;
  return isAlone ? host : `${host}:${portOf(member.uri)}`;
}

/** The member that a person names: by its id, its address, its host, or the first part of that. */
export function memberNamed(state: ClusterState, name: string): Member | undefined {
  const forms: Array<(member: Member) => string> = [
    ({ id }) => id,
    ({ uri }) => uri.replace(/\/$/, ''),
    ({ uri }) => `${hostOf(uri)}:${portOf(uri)}`,
    ({ uri }) => hostOf(uri),
    ({ uri }) => hostOf(uri).split('.')[0],
  ];
  for (const form of forms) {
    const found = state.members.filter((member) => form(member) === name.replace(/\/$/, ''));
    if (found.length === 1) return found[0];
  }
  return undefined;
}

/** Whether a node that is no member any more answers under a name. */
export function wasMember(state: ClusterState, name: string): boolean {
  return state.former.some(({ id, host }) => [id, host, host.split('.')[0]].includes(name.replace(/:\d+$/, '')));
}

/** The host of the address of a member, without the brackets of IPv6. */
export function hostOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).hostname.replace(/^\[|\]$/g, '') : uri;
}

function portOf(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).port : '';
}

/** For people, with what was said. */
export function untoldText({ what, why }: Untold): string {
  return why === undefined ? what : `${what} (${why})`;
}

/** A transfer that is under way, for people. */
export function transferText(state: ClusterState, { collection, shard, from, to, comment }: Transfer): string {
  const way = `${nameOf(state, from)} to ${nameOf(state, to)}`;
  return `under way: ${shardName({ collection, id: shard })} from ${way}${comment === undefined ? '' : ` (${comment})`}`;
}

/** The names of the collections that shards are of. */
export function collectionsOf(shards: Shard[]): string[] {
  return [...new Set(shards.map(({ collection }) => collection))].sort();
}

/** What a shard is called in a sentence. */
export function shardName({ collection, id }: Pick<Shard, 'collection' | 'id'>): string {
  return `shard ${id} of ${collection}`;
}

/** The shards of each collection. */
export function shardsBy({ shards }: ClusterState): Map<string, Shard[]> {
  const byName = new Map<string, Shard[]>();
  for (const shard of shards) byName.set(shard.collection, [...(byName.get(shard.collection) ?? []), shard]);
  return byName;
}
