import { ClusterState, Member, memberNamed, nameOf } from './cluster-state';
import { silentMembers } from './plan';
import { Cluster } from './run';

export interface WatchOptions {
  /** How long a node must not have answered to be taken for gone. */
  readonly seconds: number;
  readonly pollSeconds: number;
  readonly progress: (line: string) => void;
}

/**
 * Waits until a node has not answered for so long: the one that was named, or the only one that is silent. Gives none as soon as all answer again: a node
 * that restarts is not gone.
 */
export async function silentFor(
  cluster: Cluster,
  name: string | undefined,
  options: WatchOptions,
): Promise<Member | undefined> {
  let since: { id: string; at: number } | undefined;
  for (;;) {
    const state = await cluster.read();
    const silent = silentOne(state, name);
    if (!silent) return undefined;
    if (since?.id !== silent.id) {
      since = { id: silent.id, at: Date.now() };
      options.progress(`${nameOf(state, silent.id)} does not answer; it is taken for gone after ${options.seconds} s`);
    }
    if (Date.now() - since.at >= options.seconds * 1000) return silent;
    await new Promise((resolve) => setTimeout(resolve, options.pollSeconds * 1000));
  }
}

function silentOne(state: ClusterState, name: string | undefined): Member | undefined {
  if (name === undefined) return silentMembers(state)[0];
  const member = memberNamed(state, name);
  return member?.answer ? undefined : member;
}
