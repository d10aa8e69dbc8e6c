import { ClusterState, liveCopies, memberOf, nameOf, Shard, shardName } from '../cluster-state';
import { bytesText } from '../size';
import { describeCollections, Described, isSameCollection } from './describe';
import { claim } from './claim';
import { isOfCluster, OpenJournal, randomEnd, OpenedBackup, openedIn, Taking } from './journal';
import { closeJournal, removeUnbegun, removeUnfinished, Whose } from './kept-backups';
import { BackedUpCollection, Manifest, MANIFEST_FILE, MANIFEST_VERSION, manifestText, sealed, shardFileName } from './manifest';
import { clearAway } from './node-snapshots';
import { newId, Place, PlaceTrouble } from './place';
import { Kept, Retention } from './retention';
import { isQuiet, operationsOf } from './operations';
import { numberingObstacle } from './shard-keys';
import { collectionNames, neededBackups } from './needed';
import { OldBackups } from './old-backups';
import { Site } from './site';
import { GivenUp, isOfNode, ShardTaker, Taken, TakeOptions, Wanted } from './take-shards';
import { pause } from '../time';

export interface BackupOptions extends TakeOptions, Retention {
  readonly dryRun: boolean;
  /** What the cluster is called, so that several can have one place. */
  readonly cluster?: string;
  /** All, where they are left out. */
  readonly collections?: string[];
  readonly pollSeconds: number;
  /** How often a backup shows that it goes on. */
  readonly beatSeconds: number;
  readonly now: () => Date;
}

/** How a backup ended. */
export interface BackupOutcome {
  readonly ended: 'done' | 'planned' | 'refused' | 'stuck';
  /** Left out where there is none. */
  readonly manifest?: Manifest;
  /** What is to be taken, where it is planned. */
  readonly planned: string[];
  /** The backups that were removed, or would be. */
  readonly removed: string[];
  readonly reasons: string[];
  readonly notes: string[];
}

/** Backs up a cluster: its manifest is written last, so that what is killed is no backup, and the next run clears it away. */
export async function backup(site: Site, place: Place, options: BackupOptions): Promise<BackupOutcome> {
  return new Backup(site, place, options).run();
}

class Backup {
  private readonly notes: string[] = [];
  private readonly cluster: string | null;
  private readonly only: string[] | null;
  private readonly begun: Date;

  constructor(
    private readonly site: Site,
    private readonly place: Place,
    private readonly options: BackupOptions,
  ) {
    this.cluster = options.cluster ?? null;
    this.only = options.collections ? [...new Set(options.collections)].sort() : null;
    this.begun = options.now();
  }

  public async run(): Promise<BackupOutcome> {
    const state = await this.settled();
    const all = await collectionNames(this.site);
    const names: string[] = this.only ?? all;
    const shards = state.shards.filter(({ collection }) => names.includes(collection));
    const needed = [...(await neededBackups(this.site, all))];
    const refusals = [
      ...refusalsOf(
        state,
        shards,
        names.filter((name) => !all.includes(name)),
      ),
      ...needed.filter(([name]) => names.includes(name)).map(([name, id]) => unfinishedText(name, id)),
    ];
    if (refusals.length > 0) return this.end('refused', { reasons: refusals });
    const peers = state.members.map(({ id }) => id);
    const neededAtFirst = needed.map(([, backup]) => backup);
    const old = this.oldBackups({ cluster: this.cluster, peers, only: this.only }, neededAtFirst);
    if (this.options.dryRun) {
      const removed = await old.planned(this.pretended(shards));
      return this.end('planned', { planned: plannedText(shards), removed, notes: old.notes });
    }
    return this.alone(state, async (journal) => {
      const manifest = await this.take(journal, state, names, shards);
      if (typeof manifest === 'string') return this.end('stuck', { reasons: [manifest] });
      await old.remove(manifest);
      return this.end('done', { manifest, removed: old.removed, notes: [...this.notes, ...old.notes] });
    });
  }

  /** A restore may have begun while the backup went on. */
  private oldBackups(whose: Whose, neededAtFirst: string[]): OldBackups {
    const needed = async () => {
      const now = await neededBackups(this.site, await collectionNames(this.site));
      return [...neededAtFirst, ...now.values()];
    };
    const { keep, keepDays, now, progress } = this.options;
    return new OldBackups(this.place, { whose, rules: { keep, keepDays }, now, needed, progress });
  }

  /** Once no other backup of the cluster is under way, and what others have left is gone: its journal is written before it looks. */
  private async alone(state: ClusterState, act: (journal: OpenJournal) => Promise<BackupOutcome>): Promise<BackupOutcome> {
    const { place, cluster, options } = this;
    const [id, peers] = [newId(this.begun, randomEnd()), state.members.map((member) => member.id)];
    const journal = new OpenJournal(place, { id, cluster, peers, beatSeconds: options.beatSeconds });
    try {
      await journal.open();
      const { first: busy, left } = await claim(place, id, options.beatSeconds, () => this.opened(peers));
      if (busy) return this.end('refused', { reasons: [`the backup ${busy.id} is under way: wait until it has ended`] });
      await journal.begin();
      for (const one of left) await this.clear(one, state);
      await removeUnbegun(place, { cluster, peers }, options.now());
      return await act(journal);
    } finally {
      await journal.close();
      // Whoever has only looked leaves nothing.
      if (journal.content.isLooking) await closeJournal(place, journal.content).catch(() => {});
    }
  }

  private async opened(peers: string[]): Promise<OpenedBackup[]> {
    return (await openedIn(this.place)).filter(({ journal }) => isOfCluster(journal, this.cluster, peers));
  }

  /** Nodes that have just heard of a decision and others that have not agree within moments. */
  private async settled(): Promise<ClusterState> {
    const until = Date.now() + Math.min(30, this.options.patienceSeconds) * 1000;
    for (;;) {
      const state = await this.site.read();
      if (state.disagreements.length === 0 || Date.now() > until) return state;
      await pause(this.options.pollSeconds);
    }
  }

  /** Removes what another run has left. What a node may still have stays in the journal. */
  private async clear({ journal, isFinished }: OpenedBackup, state: ClusterState): Promise<void> {
    if (!isFinished) this.options.progress(`clears away the backup ${journal.id}, which was not finished`);
    const takings: Taking[] = [];
    for (const taking of journal.takings.filter(({ peer }) => memberOf(state, peer) !== undefined)) {
      if (!(await this.isCleared(taking, state))) takings.push(taking);
    }
    await (isFinished ? closeJournal : removeUnfinished)(this.place, { ...journal, takings });
  }

  private async isCleared(taking: Taking, state: ClusterState): Promise<boolean> {
    try {
      const { isDone, note } = await clearAway(this.site, taking, this.options.patienceSeconds);
      if (note !== undefined) this.notes.push(note);
      return isDone;
    } catch (error) {
      if (!isOfNode(error)) throw error;
      this.notes.push(`a snapshot of a backup that was not finished may be left on ${nameOf(state, taking.peer)}`);
      return false;
    }
  }

  /** What a plan takes for the backup that it would make. */
  private pretended(shards: Shard[]): Kept {
    const begun = this.begun.toISOString();
    const after = shards.reduce((sum, { points }) => sum + points, 0);
    return { id: newId(this.begun, randomEnd()), begun, ended: begun, collections: [{ points: { after } }] };
  }

  private async take(journal: OpenJournal, state: ClusterState, names: string[], shards: Shard[]): Promise<Manifest | string> {
    try {
      const described = await describeCollections(this.site, names, shards, this.options.patienceSeconds);
      const manifest = await this.manifestOf(journal, state, described);
      const text = manifestText(manifest);
      await journal.close();
      await this.place.write(journal.id, MANIFEST_FILE, text, Buffer.byteLength(text));
      // It is a backup from here on, whatever becomes of the journal.
      await closeJournal(this.place, journal.content).catch(() => {});
      return manifest;
    } catch (error) {
      if (!(error instanceof GivenUp || error instanceof PlaceTrouble || isOfNode(error))) throw error;
      await journal.close();
      await removeUnfinished(this.place, journal.content).catch(() => {});
      return (error as Error).message;
    }
  }

  private async manifestOf(journal: OpenJournal, state: ClusterState, described: Described[]): Promise<Manifest> {
    const before = await operationsOf(this.site, state);
    const wanted = described.flatMap((one, index) =>
      one.shards.map(({ shard }): Wanted => ({ shard, file: shardFileName(index, shard.id) })),
    );
    const taker = new ShardTaker(this.site, this.place, journal, this.options);
    const taken = await taker.takeAll(state, wanted).finally(() => this.notes.push(...taker.notes));
    await this.checkFiles(journal.id, wanted, taken);
    const later = await this.describedAgain(described);
    const after = await operationsOf(this.site, state);
    const backedUp = described.map(({ shards: own, seen: first }, index): BackedUpCollection => {
      const { seen: last, ...one } = later[index];
      const files = own.map(({ shard, key }) => {
        const place = wanted.findIndex((each) => each.shard === shard);
        return { id: shard.id, key, copies: shard.copies.length, file: wanted[place].file, ...taken[place] };
      });
      const copies = files.map(({ id: shard, peer }) => ({ peer, collection: one.name, shard }));
      const isExact = first.count.isExact && last.count.isExact;
      const points = { before: first.count.points, after: last.count.points, isExact, isQuiet: isQuiet(before, after, copies) };
      return { ...one, points, shards: files };
    });
    this.notes.push(...backedUp.flatMap((one) => numberingObstacle(one) ?? []).map((why) => `cannot be restored: ${why}`));
    return sealed({
      ...{ schemaVersion: MANIFEST_VERSION, id: journal.id, cluster: this.cluster, only: this.only },
      ...{ begun: this.begun.toISOString(), ended: this.options.now().toISOString() },
      peers: state.members.flatMap(({ id, uri, answer }) => (answer ? [{ id, uri, version: answer.version }] : [])),
      collections: backedUp,
    });
  }

  /**
   * As collections are at the end: parameters, indexes and aliases that have come meanwhile are not lost. A shard that has come since, by a key or by
   * resharding, is not in the backup, and others have fewer points than they had.
   */
  private async describedAgain(described: Described[]): Promise<Described[]> {
    const state = await this.settled();
    for (const { name, shards } of described) {
      const idsOf = (all: Shard[]) =>
        all
          .map(({ id }) => id)
          .sort((one, other) => one - other)
          .join();
      const now = idsOf(state.shards.filter(({ collection }) => collection === name));
      const isSame = now === idsOf(shards.map(({ shard }) => shard)) && !state.resharding.includes(name);
      if (!isSame) throw new GivenUp(`the shards of ${name} have changed meanwhile, or it was removed: run it again`);
    }
    const names = described.map(({ name }) => name);
    const later = await describeCollections(this.site, names, state.shards, this.options.patienceSeconds);
    const other = described.find((one, index) => !isSameCollection(one, later[index]));
    if (other) throw new GivenUp(`another collection has come in place of ${other.name} meanwhile: run it again`);
    return later;
  }

  private async checkFiles(id: string, wanted: Wanted[], taken: Taken[]): Promise<void> {
    const files = new Map((await this.place.files(id)).map(({ name, bytes }) => [name, bytes]));
    const missing = wanted.find(({ file }, index) => files.get(file) !== taken[index].bytes);
    if (missing)
      throw new GivenUp(`${this.place.name} does not have ${missing.file} as it was written: does another program remove it?`);
  }

  private end(ended: BackupOutcome['ended'], parts: Partial<BackupOutcome>): BackupOutcome {
    const { notes = this.notes } = parts;
    return { ended, planned: [], removed: [], reasons: [], ...parts, notes: [...new Set(notes)] };
  }
}

/** Why no backup can be whole. */
function refusalsOf(state: ClusterState, shards: Shard[], unknown: string[]): string[] {
  const own = new Set(shards.map(({ collection }) => collection));
  return [
    ...state.unclear,
    ...state.disagreements,
    ...unknown.map((name) => `there is no collection ${name}`),
    ...state.resharding
      .filter((name) => own.has(name))
      .map((name) => `${name} changes its number of shards: wait until that has ended`),
    ...shards
      .filter((shard) => liveCopies(state, shard).length === 0)
      .map(
        (shard) =>
          `${shardName(shard)} has no complete copy that answers: bring back a node that has it, or name the others with --collection`,
      ),
  ];
}

/** What is there by half, or in place of another, would be restored as if it were all. */
function unfinishedText(name: string, backup: string): string {
  return `${name} is of a restore or a check of ${backup} that has not ended: run that again until it is done, or name the others with --collection`;
}

function plannedText(shards: Shard[]): string[] {
  return shards.map(
    (shard) => `a snapshot of ${shardName(shard)}${shard.bytes === undefined ? '' : ` (${bytesText(shard.bytes)})`}`,
  );
}
