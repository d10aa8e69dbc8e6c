import { ClusterState, leaderOf, Member, memberNamed, nameOf } from './cluster-state';
import { lifeOf } from './life';
import { Cluster } from './live-cluster';
import { silentMembers } from './plan';
import { pause } from './time';

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
    await pause(options.pollSeconds);
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
