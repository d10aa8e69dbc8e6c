import { ClusterState, leaderOf, liveCopies, Member, memberOf, nameOf, Shard, shardName, shardOf } from './cluster-state';
import { silenceIn } from './heard';
import { clusterAt, consensusOf } from './hearing';
import { lifeOf } from './life';
import { Address, Odd, RestClient, Unreachable } from './rest-client';
import { Taking } from './requests';
import { addCollection, emptyView, placementOf, tellsShards, together, View } from './shard-view';

/** What was seen of a member again: what it is now, and what it shows of the shard. */
interface Seen {
  readonly member: Member;
  readonly view?: View;
}

/**
 * Looks again at who is concerned, right before something is taken: to read a whole cluster may have taken minutes, and Qdrant knows no condition for a
 * request. It asks all of them at once, and each for no more than who it is and where the copies of the one shard are.
 */
export class SecondLook {
  /**
   * @param client what speaks to nodes
   * @param placesOf where a member may answer, the likeliest first
   */
  constructor(
    private readonly client: RestClient,
    private readonly placesOf: (id: string, uri: string) => Address[],
  ) {}

  /** Why it must not be taken any more, by what was read and by what is seen now; or what is seen now. */
  public async at(state: ClusterState, taking: Taking): Promise<ClusterState | string> {
    const { peer, shard } = taking;
    const holders = (shard && shardOf(state, shard.collection, shard.id))?.copies.map((copy) => copy.peer) ?? [];
    const concerned = new Set([peer, ...holders, leaderOf(state)?.id]);
    const members = state.members.filter(({ id }) => concerned.has(id));
    const seen = await Promise.all(members.map((member) => this.see(member, holders.includes(member.id) ? shard : undefined)));
    const views = seen.flatMap(({ view }) => view ?? []);
    const now = seenIn(state, seen, views, shard);
    return doubtOf(state, now, taking) ?? disagreementOf(views, shard) ?? taking.obstacle(now) ?? now;
  }

  private async see(member: Member, shard: Taking['shard']): Promise<Seen> {
    return member.answer ? this.seeLive(member, shard) : this.seeSilent(member);
  }

  private async seeLive({ answer, ...member }: Member, shard: Taking['shard']): Promise<Seen> {
    const [address] = this.placesOf(member.id, member.uri);
    try {
      const [cluster, view] = await Promise.all([
        clusterAt(this.client, address),
        shard && this.viewAt(address, member.id, shard),
      ]);
      if (String(cluster.peer_id) !== member.id)
        throw new Unreachable(`${address.host} answers as peer ${cluster.peer_id}`, true);
      return { member: { ...member, answer: { ...answer!, ...consensusOf(cluster) } }, view };
    } catch (error) {
      return { member: { ...member, silence: silenceIn(error) } };
    }
  }

  /** Whatever answers there shows life. */
  private async seeSilent(member: Member): Promise<Seen> {
    const silences = await Promise.all(
      this.placesOf(member.id, member.uri).map(async (address) => {
        try {
          await this.client.call(address, 'GET', '/cluster');
          return { why: `${address.host} answers again`, isThere: true };
        } catch (error) {
          return silenceIn(error);
        }
      }),
    );
    return { member: { ...member, silence: silences.find(({ isThere }) => isThere) ?? silences[0] } };
  }

  private async viewAt(address: Address, id: string, { collection, factor }: NonNullable<Taking['shard']>): Promise<View> {
    const view = emptyView();
    const path = `/collections/${encodeURIComponent(collection)}/cluster`;
    const cluster = await this.client.call(address, 'GET', path);
    if (!tellsShards(cluster)) throw new Odd(address, path);
    const info = { config: { params: { replication_factor: factor } } };
    addCollection(view, { name: collection, id, host: address.host, info, cluster, sizes: new Map() });
    return view;
  }
}

/** The cluster as it was read, but for what was seen again. */
function seenIn(state: ClusterState, seen: Seen[], views: View[], shard: Taking['shard']): ClusterState {
  const members = state.members.map((member) => seen.find((one) => one.member.id === member.id)?.member ?? member);
  if (!shard) return { ...state, members };
  const { shards, transfers, resharding } = together(views);
  const isOther = ({ collection }: { collection: string }) => collection !== shard.collection;
  return {
    ...{ ...state, members },
    shards: [...state.shards.filter(isOther), ...shards],
    transfers: [...state.transfers.filter(isOther), ...transfers],
    resharding: [...state.resharding.filter((name) => name !== shard.collection), ...resharding],
  };
}

/** Whether all that the request was planned on is as it was: who is concerned, who leads, and the copies that were counted on. */
function doubtOf(before: ClusterState, now: ClusterState, { peer, shard }: Taking): string | undefined {
  if (leaderOf(now)?.id !== leaderOf(before)?.id) return 'the node that led does not, or does not answer';
  if (!memberOf(before, peer)?.answer) {
    const life = lifeOf(now, peer);
    if (life !== undefined) return life;
  } else if (!memberOf(now, peer)?.answer) return `${nameOf(now, peer)} does not answer any more`;
  if (!shard) return undefined;
  const liveIn = (state: ClusterState) => {
    const one = shardOf(state, shard.collection, shard.id);
    return one ? liveCopies(state, one).map((copy) => copy.peer) : [];
  };
  const still = liveIn(now);
  const missing = liveIn(before).find((id) => id !== peer && !still.includes(id));
  return missing === undefined
    ? undefined
    : `${nameOf(now, missing)} has no complete copy of ${shardName(shard)} any more, or does not answer`;
}

function disagreementOf(views: View[], shard: Taking['shard']): string | undefined {
  const isOwn = ({ id }: Shard) => id === shard?.id;
  const placements = views.map((view) =>
    placementOf({ ...view, shards: new Map([...view.shards].filter(([, one]) => isOwn(one))) }),
  );
  return new Set(placements).size > 1 ? `the nodes do not agree on where the copies of ${shardName(shard!)} are` : undefined;
}
