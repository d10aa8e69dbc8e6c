import { ClusterState, liveCopies, memberOf, nameOf, Shard, shardName } from '../cluster-state';
import { hasRoom } from '../disk';
import { fewAtATime } from '../few-at-a-time';
import { Odd, Refused, Unreachable } from '../rest-client';
import { bytesText } from '../size';
import { OpenJournal, Taking } from './journal';
import { NodeSnapshot, removeSnapshot, snapshotsOn, snapshotsPath } from './node-snapshots';
import { Damaged, Place } from './place';
import { Site } from './site';
import { verified } from './verified';

/** A shard, and the file that its snapshot becomes. */
export interface Wanted {
  readonly shard: Shard;
  readonly file: string;
}

/** What was taken of a shard. */
export interface Taken {
  readonly peer: string;
  readonly estimatedPoints: number;
  readonly bytes: number;
  readonly sha256: string;
}

export interface TakeOptions {
  /** How many nodes make snapshots at a time: each makes one at a time. */
  readonly transfers: number;
  /** How long a node may say nothing while it makes one. */
  readonly patienceSeconds: number;
  readonly progress: (line: string) => void;
}

/** What cannot be done, after all that could be tried. */
export class GivenUp extends Error {}

const ATTEMPTS = 3;

/** Takes a snapshot of each shard, from one node that has it whole. */
export class ShardTaker {
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly given = new Map<string, number>();
  private left: Wanted[] = [];
  /** What is left on nodes. */
  public readonly notes: string[] = [];

  constructor(
    private readonly site: Site,
    private readonly place: Place,
    private readonly journal: OpenJournal,
    private readonly options: TakeOptions,
  ) {}

  /** Ends once all that was begun has ended, well or not: nothing is written any more then. */
  public async takeAll(state: ClusterState, wanted: Wanted[]): Promise<Taken[]> {
    this.left = [...wanted];
    const failures: unknown[] = [];
    const taken = await fewAtATime(wanted, this.options.transfers, async (one) => {
      if (failures.length > 0) return undefined;
      try {
        return await this.takeFrom(state, one);
      } catch (error) {
        return void failures.push(error);
      } finally {
        this.left = this.left.filter((other) => other !== one);
      }
    });
    if (failures.length > 0) throw failures[0];
    return taken as Taken[];
  }

  private async takeFrom(state: ClusterState, wanted: Wanted): Promise<Taken> {
    const tried: string[] = [];
    const reasons: string[] = [];
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const now = attempt === 1 ? state : await this.site.read();
      const peer = this.sourceOf(now, wanted.shard, tried);
      if (peer === undefined)
        throw new GivenUp(`no node that has ${shardName(wanted.shard)} whole answers and has room for its snapshot`);
      tried.push(peer);
      try {
        return await this.inTurn(peer, () => this.take(now, wanted, peer));
      } catch (error) {
        if (!isOfNode(error)) throw error;
        reasons.push((error as Error).message);
        this.options.progress(`  not taken: ${(error as Error).message}`);
      }
    }
    throw new GivenUp(`tried ${ATTEMPTS} times to take ${shardName(wanted.shard)}: ${reasons.at(-1)}`);
  }

  /** Who was tried least, then who has been given least. */
  private sourceOf(state: ClusterState, { collection, id }: Shard, tried: string[]): string | undefined {
    const shard = state.shards.find((one) => one.collection === collection && one.id === id);
    const triesOf = (peer: string) => tried.filter((one) => one === peer).length;
    const [source] = shard
      ? liveCopies(state, shard)
          .map(({ peer }) => peer)
          .filter((peer) => hasRoom(memberOf(state, peer)?.answer, shard.bytes))
          .sort((one, other) => triesOf(one) - triesOf(other) || this.givenTo(one) - this.givenTo(other))
      : [];
    if (source !== undefined) this.given.set(source, this.givenTo(source) + Math.max(1, shard!.bytes ?? shard!.points));
    return source;
  }

  private givenTo(peer: string): number {
    return this.given.get(peer) ?? 0;
  }

  private inTurn<T>(peer: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(peer) ?? Promise.resolve()).then(act, act);
    this.turns.set(peer, turn);
    return turn;
  }

  private async take(state: ClusterState, { shard, file }: Wanted, peer: string): Promise<Taken> {
    const { patienceSeconds } = this.options;
    const of = { peer, collection: shard.collection, shard: shard.id };
    this.options.progress(`snapshot of ${shardName(shard)} on ${nameOf(state, peer)}; left: ${leftText(this.left)}`);
    const asked: Taking = { ...of, before: await snapshotsOn(this.site, of), since: new Date().toISOString() };
    await this.journal.note(asked);
    const made = await this.make(asked);
    const taking = { ...asked, name: made.name };
    await this.journal.note(taking);
    try {
      return { peer, estimatedPoints: shard.points, ...(await this.fetch(taking, made, file)) };
    } finally {
      await this.clear(taking, patienceSeconds);
    }
  }

  /** Who says no makes none; who does not answer may. */
  private async make(asked: Taking): Promise<NodeSnapshot> {
    const { peer, shard, collection } = asked;
    try {
      const path = `${snapshotsPath(asked)}?wait=true`;
      const made = await this.site.ask(peer, 'POST', path, undefined, this.options.patienceSeconds);
      if (typeof made?.name === 'string' && typeof made.size === 'number') return made;
    } catch (error) {
      if (error instanceof Refused) await this.journal.strike(asked);
      throw error;
    }
    throw new Damaged(`peer ${peer} does not tell what it has made of shard ${shard} of ${collection}`);
  }

  private async fetch(of: Taking, made: NodeSnapshot, file: string): Promise<Omit<Taken, 'peer' | 'estimatedPoints'>> {
    const { stream } = await this.site.download(of.peer, snapshotsPath(of, made.name), this.options.patienceSeconds);
    const expected = { bytes: made.size, sha256: made.checksum ?? undefined };
    const what = `the snapshot of shard ${of.shard} of ${of.collection} on peer ${of.peer}`;
    const checked = verified(stream, what, expected, (why) => new Unreachable(why, true));
    await this.place.write(this.journal.id, file, checked.stream, made.size);
    return { bytes: made.size, sha256: checked.sha256() };
  }

  /** What cannot be removed stays in the journal. */
  private async clear(taking: Taking & { name: string }, seconds: number): Promise<void> {
    try {
      await removeSnapshot(this.site, taking, taking.name, seconds);
      await this.journal.strike(taking);
    } catch (error) {
      if (!isOfNode(error)) throw error;
      this.notes.push(
        `left on peer ${taking.peer}, to be removed by the next run: ${taking.name} (${(error as Error).message})`,
      );
    }
  }
}

/** Whether another attempt, or another node, may end better. */
export function isOfNode(error: unknown): boolean {
  const isDenial = error instanceof Refused && [401, 403].includes(error.status);
  if (isDenial) return false;
  return error instanceof Refused || error instanceof Unreachable || error instanceof Odd || error instanceof Damaged;
}

export function leftText(wanted: Wanted[]): string {
  const sizes = wanted.map(({ shard }) => shard.bytes ?? NaN);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return `${wanted.length} ${wanted.length === 1 ? 'shard' : 'shards'}${Number.isNaN(bytes) ? '' : `, ${bytesText(bytes)}`}`;
}
