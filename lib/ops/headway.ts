import { ClusterState, Transfer } from './cluster-state';

/** How long Qdrant waits for a node to recover a snapshot that it is sent (`SHARD_SNAPSHOT_TRANSFER_RECOVER_TIMEOUT`). */
const SNAPSHOT_SECONDS = 24 * 60 * 60;

/** Stages of a snapshot, of sender and receiver, of which Qdrant tells for how long they have lasted, and not how far they are. */
const SNAPSHOT_STAGES = ['creating snapshot', 'recovering', 'downloading', 'unpacking', 'restoring'];

/**
 * Whether a cluster comes nearer to where it is to be. Progress is only what there has not been before: a copy that is complete for the first time, a
 * stage of a transfer, more points than ever, something that is waited for no more. What comes and goes is none, so that all of it has an end.
 */
export class Headway {
  private readonly seen = new Set<string>();
  private readonly most = new Map<string, number>();
  private waits: string[] = [];
  private at = Date.now();

  /** For how many seconds there has been none. */
  public get secondsWithout(): number {
    return (Date.now() - this.at) / 1000;
  }

  /** Something was begun. */
  public begun(): void {
    this.at = Date.now();
  }

  /** Looks at what the cluster is now, and what has to come about by itself. */
  public look(state: ClusterState, waits: string[]): void {
    const over = this.waits.filter((wait) => !waits.includes(wait)).map((wait) => `no more: ${wait}`);
    this.waits = waits;
    const news = [...factsOf(state), ...over].filter((fact) => !this.seen.has(fact));
    const more = state.transfers.flatMap(amountsOf).filter(([what, amount]) => amount > (this.most.get(what) ?? -1));
    news.forEach((fact) => this.seen.add(fact));
    more.forEach(([what, amount]) => this.most.set(what, amount));
    if (news.length + more.length > 0) this.at = Date.now();
  }
}

/** What is well, or under way. */
function factsOf({ members, shards, transfers }: ClusterState): string[] {
  return [
    ...members.filter(({ answer }) => answer !== undefined).map(({ id }) => `member ${id}`),
    ...shards.flatMap(({ collection, id, copies }) =>
      copies.filter(({ state }) => state === 'Active').map(({ peer }) => `copy ${collection} ${id} ${peer}`),
    ),
    ...transfers.map((transfer) => `${nameOf(transfer)} ${stageOf(transfer)?.name ?? ''}`),
  ];
}

/** How far a transfer is: one that was begun anew is at its beginning, and gets nowhere before it is farther than the ones before it. */
function amountsOf(transfer: Transfer): Array<[string, number]> {
  const name = nameOf(transfer);
  const stage = stageOf(transfer);
  // `Transferring records (10/5000), started 3s ago, ETA: 2s`
  const points = /\((\d+)\/\d+\)/.exec(transfer.comment ?? '')?.[1];
  const isAwaited = stage !== undefined && SNAPSHOT_STAGES.includes(stage.name) && stage.seconds < SNAPSHOT_SECONDS;
  return [
    ...(points === undefined ? [] : [[`${name} points`, Number(points)] as [string, number]]),
    ...(isAwaited ? [[`${name} ${stage.name}`, stage.seconds] as [string, number]] : []),
  ];
}

/** The stage that a transfer is in: `recovering (12.30s)`. */
function stageOf({ comment = '' }: Transfer): { name: string; seconds: number } | undefined {
  const [, name, seconds] = /^([a-z ]+) \((\d+(?:\.\d+)?)s\)/.exec(comment) ?? [];
  return name === undefined ? undefined : { name, seconds: Number(seconds) };
}

function nameOf({ collection, shard, from, to }: Transfer): string {
  return `transfer ${collection} ${shard} ${from} ${to}`;
}
