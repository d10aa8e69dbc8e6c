import { ClusterState, copyOn, isLive, liveCopies, memberOf, nameOf, Shard, shardName } from '../cluster-state';
import { hasRoom } from '../disk';
import { fewAtATime } from '../few-at-a-time';
import { bytesText } from '../size';
import { BackedUpCollection, ShardFile } from './manifest';
import { creationOf, DECIDING, DECIDING_SECONDS, isRehearsal, isStrict, laterConfig, Mark, noteMark, ownMark } from './mark';
import { randomEnd } from './journal';
import { Place, PlaceTrouble } from './place';
import { shardsFor } from './shard-keys';
import { countRestored, Miscounted, RestoredCount } from './count-restored';
import { differingSettings } from './differing-settings';
import { collectionPath, Site } from './site';
import { GivenUp, isOfNode } from './take-shards';
import { verified } from './verified';
import { pause } from '../time';

export interface RecoveryOptions {
  /** How many nodes recover a shard at a time: each recovers one at a time. */
  readonly transfers: number;
  /** How long what is waited for may make no progress until it is given up. */
  readonly patienceSeconds: number;
  readonly pollSeconds: number;
  readonly progress: (line: string) => void;
}

/** A collection that has been restored. */
export interface Recovered {
  readonly points: number;
  readonly notes: string[];
}

const ATTEMPTS = 3;

/** A node needs room for the snapshot, and for what is unpacked of it. */
const ROOM = 2;

/**
 * Brings a collection of a backup into a cluster under a name, from wherever an earlier run has brought it: how far that was is noted in its metadata.
 * Payload indexes come before points: Qdrant throws away those of a snapshot that the collection does not have (`update_all_field_indices`).
 */
export class CollectionRestore {
  private mark: Mark;
  private readonly turns = new Map<string, Promise<unknown>>();
  private marking: Promise<unknown> = Promise.resolve();
  private left = 0;

  constructor(
    private readonly site: Site,
    private readonly place: Place,
    private readonly backup: string,
    private readonly source: BackedUpCollection,
    private readonly name: string,
    private readonly options: RecoveryOptions,
    isThrowaway = false,
  ) {
    const own = isThrowaway ? ({ isThrowaway } as const) : {};
    this.mark = { backup, id: randomEnd(), collection: source.name, recovered: [], ended: false, ...own };
  }

  public async run(): Promise<Recovered> {
    const { site, name, source } = this;
    const state = await site.read();
    await this.make(state);
    const pairs = await shardsFor(site, name, source, state.members.length);
    await this.makeIndexes();
    await this.until(({ disagreements }) => disagreements);
    const left = source.shards.filter(({ id }) => !this.mark.recovered.includes(id));
    this.left = left.length;
    await this.recoverAll(left, pairs);
    await this.until((now) => waitsOf(now, name));
    const counted = await countRestored(site, name, source.points, this.options);
    const later = laterConfig(source, this.mark);
    if (later) await this.change(later);
    await this.finish(counted);
    const { points, odd } = counted;
    return { points, notes: [...(odd === undefined ? [] : [`${name} has ${odd}`]), ...(await this.differences())] };
  }

  private async make({ members }: ClusterState): Promise<void> {
    const { site, name, source } = this;
    const listed = await site.ask(undefined, 'GET', '/collections');
    if (listed.collections.some((one: any) => one.name === name)) {
      const mark = ownMark(await site.ask(undefined, 'GET', collectionPath(name)), this.backup, source.name);
      if (mark === undefined) throw new GivenUp(`${name} has come meanwhile, and is not of this restore`);
      this.mark = mark;
      return;
    }
    this.options.progress(`makes ${name}, of ${source.shards.length} shards, on ${members.length} nodes`);
    await site.ask(undefined, 'PUT', collectionPath(name, DECIDING), creationOf(source, this.mark), DECIDING_SECONDS);
  }

  private change(config: object): Promise<unknown> {
    return this.site.ask(undefined, 'PATCH', collectionPath(this.name, DECIDING), config, DECIDING_SECONDS);
  }

  /** Those that are missing: strict mode, which comes last, refuses one that is there already, once there are as many as it allows. */
  private async makeIndexes(): Promise<void> {
    const { payload_schema: made = {}, config } = await this.site.ask(undefined, 'GET', collectionPath(this.name));
    const missing = Object.entries(this.source.payloadSchema).filter(([field]) => made[field] === undefined);
    // Restores of old began with it.
    if (missing.length > 0 && isStrict(config) && isStrict(this.source.config)) {
      await this.change({ strict_mode_config: { enabled: false } });
    }
    for (const [field, { data_type: type, params }] of missing) {
      const body = { field_name: field, field_schema: params ?? type };
      await this.site.ask(undefined, 'PUT', collectionPath(this.name, '/index?wait=true'), body, this.options.patienceSeconds);
    }
  }

  /** Ends once all that was begun has ended, well or not. */
  private async recoverAll(left: ShardFile[], pairs: Map<number, number>): Promise<void> {
    const failures: unknown[] = [];
    await fewAtATime(left, this.options.transfers, async (file) => {
      if (failures.length > 0) return;
      try {
        await this.recover(file, pairs.get(file.id)!);
      } catch (error) {
        failures.push(error);
      }
    });
    await this.marking.catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  private async recover(file: ShardFile, id: number): Promise<void> {
    const name = shardName({ collection: this.name, id });
    for (let attempt = 1; ; attempt++) {
      const state = await this.site.read();
      const peer = this.holderOf(state, id, file);
      try {
        await this.inTurn(peer, () => this.send(state, file, id, peer));
        this.left -= 1;
        return;
      } catch (error) {
        if (!isOfNode(error)) throw error;
        if (attempt === ATTEMPTS) throw new GivenUp(`tried ${ATTEMPTS} times to recover ${name}: ${(error as Error).message}`);
        this.options.progress(`  not recovered: ${(error as Error).message}`);
        await pause(this.options.pollSeconds);
      }
    }
  }

  private holderOf(state: ClusterState, id: number, { bytes }: ShardFile): string {
    const shard = state.shards.find((one) => one.collection === this.name && one.id === id);
    const name = shardName({ collection: this.name, id });
    const [holder] = shard ? [...liveCopies(state, shard), ...shard.copies.filter(({ peer }) => isLive(state, peer))] : [];
    if (holder === undefined) throw new GivenUp(`no node that is to have ${name} answers`);
    if (hasRoom(memberOf(state, holder.peer)?.answer, ROOM * bytes)) return holder.peer;
    const need = `${bytesText(bytes)}, and for what is unpacked of it`;
    throw new GivenUp(`the disk of ${nameOf(state, holder.peer)} has no room for ${name} (${need}): grow its volume first`);
  }

  private inTurn<T>(peer: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(peer) ?? Promise.resolve()).then(act, act);
    this.turns.set(peer, turn);
    return turn;
  }

  private async send(state: ClusterState, file: ShardFile, id: number, peer: string): Promise<void> {
    const { patienceSeconds, progress } = this.options;
    const what = `${shardName({ collection: this.name, id })} (${bytesText(file.bytes)})`;
    progress(`recovers ${what} on ${nameOf(state, peer)}; left: ${this.left} ${this.left === 1 ? 'shard' : 'shards'}`);
    const query = `?wait=true&priority=snapshot&checksum=${file.sha256}`;
    const path = collectionPath(this.name, `/shards/${id}/snapshots/upload${query}`);
    const broken = (why: string) => new PlaceTrouble(why);
    const open = async () => verified(await this.place.read(this.backup, file.file), file.file, file, broken).stream;
    await this.site.upload(peer, path, { name: 'shard.snapshot', bytes: file.bytes, open }, patienceSeconds);
    await this.noteRecovered(file.id, peer);
  }

  /** One after the other, as each says the whole of what there is. */
  private noteRecovered(id: number, peer: string): Promise<unknown> {
    const note = () => {
      this.mark = { ...this.mark, recovered: [...this.mark.recovered, id] };
      return noteMark(this.site, peer, this.name, this.mark);
    };
    this.marking = this.marking.then(note, note);
    return this.marking;
  }

  /** Until nothing is waited for: Qdrant brings each copy to the one that was recovered, and each node to what was decided. */
  private async until(waitsIn: (state: ClusterState) => string[]): Promise<void> {
    let [sight, since] = ['', Date.now()];
    for (;;) {
      const state = await this.site.read();
      const waits = waitsIn(state);
      if (waits.length === 0) return;
      const now = [...waits, ...state.transfers.map(({ shard, to, comment }) => `${shard} ${to} ${comment}`)].join('\n');
      if (now !== sight) {
        waits.forEach((wait) => this.options.progress(`  waits for ${wait}`));
        [sight, since] = [now, Date.now()];
      }
      if (Date.now() - since > this.options.patienceSeconds * 1000) {
        throw new GivenUp(`no progress for ${this.options.patienceSeconds} s, waiting for ${waits.join(', ')}`);
      }
      await pause(this.options.pollSeconds);
    }
  }

  /** What is only looked at, or stands in for another, is to be as it was; what stays ends all the same, as nothing that comes later mends it. */
  private async finish({ odd, isWrong }: RestoredCount): Promise<void> {
    const { site, name, mark } = this;
    const isKept = !mark.isThrowaway && !isRehearsal(name, mark.backup);
    if (!isWrong || isKept) await noteMark(site, undefined, name, { ...mark, ended: true, ...(isWrong ? { odd } : {}) });
    if (!isWrong) return;
    const instead = isKept
      ? `: it was written to before its restore had ended, or lacks some; run it again to take it as it is, or remove ${name} first to restore it anew`
      : mark.isThrowaway
        ? ''
        : `: what it is to replace stays; remove ${name}, and run it again`;
    throw new Miscounted(`${name} has ${odd}${instead}`);
  }

  /** Where a cluster has defaults of its own, or another release takes something else for right. */
  private async differences(): Promise<string[]> {
    const { config } = await this.site.ask(undefined, 'GET', collectionPath(this.name));
    const differing = differingSettings(this.source.config, config, this.mark.isThrowaway ? ['strict_mode_config'] : []);
    return differing.length === 0 ? [] : [`${this.name} has other settings than in the backup: ${differing.join(', ')}`];
  }
}

/** What keeps a collection from being complete. */
function waitsOf(state: ClusterState, name: string): string[] {
  const own = (shard: Shard) => shard.collection === name;
  const copies = state.shards
    .filter(own)
    .flatMap((shard) =>
      shard.copies
        .filter(({ peer }) => !liveCopies(state, shard).some((copy) => copy.peer === peer))
        .map(
          ({ peer }) => `the copy of ${shardName(shard)} on ${nameOf(state, peer)}, which is ${stateOf(state, shard, peer)}`,
        ),
    );
  const transfers = state.transfers.filter(({ collection }) => collection === name);
  return [
    ...state.disagreements,
    ...copies,
    ...transfers.map(({ shard }) => `${shardName({ collection: name, id: shard })} to arrive`),
  ];
}

function stateOf(state: ClusterState, shard: Shard, peer: string): string {
  return isLive(state, peer) ? copyOn(shard, peer)!.state : 'away';
}
