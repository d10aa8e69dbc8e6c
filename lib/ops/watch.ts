import { ClusterState, leaderOf, Member, memberNamed, memberOf, nameOf } from './cluster-state';
import { Cluster } from './live-cluster';
import { silentMembers } from './plan';

export interface WatchOptions {
  /** How long a node must have shown no life to be taken for gone. */
  readonly seconds: number;
  readonly pollSeconds: number;
  readonly progress: (line: string) => void;
}

/** What was seen of the node that is to be repaired. */
export interface Watched {
  /** The one that does not answer; left out where all do. */
  readonly member?: Member;
  /** Why it is not taken for gone all the same. */
  readonly life?: string;
}

/** What shows that a node is not gone, though it may not answer: one glance tells that, and no glance tells that it is gone. */
export function lifeOf(state: ClusterState, id: string): string | undefined {
  const [member, leader] = [memberOf(state, id), leaderOf(state)];
  if (!member) return undefined;
  const name = nameOf(state, id);
  if (member.answer) return `${name} has answered meanwhile: look at it`;
  if (member.silence?.isThere) return `${name} is there: ${member.silence.why}; nobody removes it before it is switched off`;
  if (!leader || leader.answer!.cannotReach.includes(id)) return undefined;
  return `${name} does not answer you, and the leader reaches it: look at the network between you and it`;
}

/**
 * Watches the node that was named, or the only one that is silent, until neither this machine nor the leader has reached it for so long. Ends with what
 * life it showed, where it shows some for longer than that; and with nothing, as soon as it answers: a node that restarts is not gone.
 */
export async function silentFor(cluster: Cluster, name: string | undefined, options: WatchOptions): Promise<Watched> {
  const [begun, milliseconds] = [Date.now(), options.seconds * 1000];
  let since: { id: string; at: number } | undefined;
  for (;;) {
    const state = await cluster.read();
    const member = silentOne(state, name);
    if (!member) return {};
    const life = lifeOf(state, member.id) ?? (leaderOf(state) ? undefined : unwatched(state, member));
    if (life !== undefined) since = undefined;
    else if (since?.id !== member.id) {
      since = { id: member.id, at: Date.now() };
      options.progress(`${nameOf(state, member.id)} does not answer; it is taken for gone after ${options.seconds} s`);
    }
    if (since && Date.now() - since.at >= milliseconds) return { member };
    if (!since && Date.now() - begun >= milliseconds) return { member, life };
    await new Promise((resolve) => setTimeout(resolve, options.pollSeconds * 1000));
  }
}

function unwatched(state: ClusterState, { id }: Member): string {
  return `${nameOf(state, id)} does not answer you, and no leader says whether it reaches it`;
}

function silentOne(state: ClusterState, name: string | undefined): Member | undefined {
  if (name === undefined) return silentMembers(state)[0];
  const member = memberNamed(state, name);
  return member?.answer ? undefined : member;
}
