import { ClusterState, copyOn, hasMajority, Member, nameOf, Shard, shardName } from './cluster-state';
import { releasesOf } from './releases';
import { Step } from './step';

/** What is to be done with a cluster as it is now. */
export interface Plan {
  /** In their order; each is safe by itself. */
  readonly steps: Step[];
  /** What has to come about by itself before there can be more steps, or before all is done: each is the same at each look, whatever is said of it. */
  readonly waits: string[];
  /** Why nothing is done at all, each with what to do instead. */
  readonly refusals: string[];
  /** What should be done and cannot, each with the reason; the steps are done all the same. */
  readonly undone: string[];
  /** What a person should know. */
  readonly notes: string[];
}

export function planOf(parts: Partial<Plan>): Plan {
  return { steps: [], waits: [], refusals: [], undone: [], notes: [], ...parts };
}

/** Why no shard may be moved, whatever for. */
export function obstaclesOf(state: ClusterState): Pick<Plan, 'refusals' | 'waits'> {
  const versions = releasesOf(state);
  return {
    refusals: [
      ...(hasMajority(state) ? [] : ['no majority of the nodes answers and has a leader: bring nodes back first']),
      ...state.unclear,
      ...(versions.length > 1
        ? [`the nodes run ${versions.join(' and ')}: no shard is moved between versions; finish the upgrade first`]
        : []),
      // Its copies have all points and count for nobody: what they are for is not known here.
      ...(state.shards.some(({ copies }) => copies.some((copy) => copy.state === 'Listener'))
        ? ['a node is a listener (storage.node_type): clusters with such nodes are not operated by this program']
        : []),
    ],
    waits: [...state.disagreements, ...state.resharding.map((name) => `${name} changes its number of shards`)],
  };
}

/** The members that do not answer, but for one. */
export function silentMembers(state: ClusterState, besides?: Member): Member[] {
  return state.members.filter((member) => member.answer === undefined && member.id !== besides?.id);
}

/** What is said of members that do not answer where all must. */
export function silenceOf(state: ClusterState, besides?: Member): string[] {
  return silentMembers(state, besides).map(({ id, silence }) => {
    const name = nameOf(state, id);
    if (silence?.isThere) return `${name} is there, and does not answer as a member (${silence.why}): look at it`;
    return `${name} does not answer: bring it back, or, where it is gone for good, cdktf-qdrant ops repair ${name}`;
  });
}

/** The copies that lack points, on members that answer, and that no transfer is to complete: Qdrant brings them back by itself. */
export function waitsForCopies(state: ClusterState, shards: Shard[]): string[] {
  return shards.flatMap((shard) =>
    shard.copies
      .filter(({ state: copyState }) => copyState !== 'Active')
      .filter(({ peer }) => state.members.some(({ id, answer }) => id === peer && answer !== undefined))
      .map(({ peer, state: copyState }) => `the copy of ${shardName(shard)} on ${nameOf(state, peer)}, which is ${copyState}`),
  );
}

/** What the cluster is once all transfers that are under way have ended well. */
export function settled(state: ClusterState): ClusterState {
  const shards = state.shards.map((shard) => {
    const own = state.transfers.filter((one) => one.collection === shard.collection && one.shard === shard.id);
    return own.reduce((settledShard, { from, to, keepsSource }): Shard => {
      const stays = settledShard.copies.filter(({ peer }) => peer !== to && (keepsSource || peer !== from));
      return { ...settledShard, copies: [...stays, { peer: to, state: 'Active' }] };
    }, shard);
  });
  return { ...state, shards, transfers: [] };
}

/** Takes the next step on what the steps before it have made, until there is none. */
export function stepsFrom(state: ClusterState, next: (draft: ClusterState) => Step | undefined): Step[] {
  const steps: Step[] = [];
  let draft = state;
  for (let step = next(draft); step !== undefined; step = next(draft)) {
    steps.push(step);
    draft = step.applied(draft);
  }
  return steps;
}

/** What stands against the steps that come first, where nothing is under way and none of them can be begun. */
export function blockersOf(state: ClusterState, steps: Step[]): string[] {
  if (state.transfers.length > 0) return [];
  const firsts = steps.filter(({ place }, index) => steps.findIndex((other) => other.place === place) === index);
  const changes = firsts.filter(({ place }) => place !== undefined);
  const obstacles = (changes.length > 0 ? changes : firsts).map((step) => step.obstacle(state));
  return obstacles.includes(undefined) ? [] : [...new Set(obstacles.map(String))];
}

/** The shards of which a member has a copy. */
export function shardsOn(state: ClusterState, peer: string): Shard[] {
  return state.shards.filter((shard) => copyOn(shard, peer) !== undefined);
}
