import { ClusterState } from '../cluster-state';
import { ClusterFinding, error, warning } from '../findings';
import { bytesText } from '../size';
import { Comparison, ComparisonOptions, comparePoints } from './compare-points';
import { BackedUpCollection, Manifest, readManifest, ShardFile } from './manifest';
import { DECIDING, DECIDING_SECONDS, markOf } from './mark';
import { newestId, Sought } from './newest';
import { Damaged, Missing, Place, sha256Of } from './place';
import { patient } from './patient-site';
import { stateRefusals } from './restore';
import { CollectionRestore, RecoveryOptions } from './restore-collection';
import { countPoints, isAbout } from './count';
import { numberingObstacle } from './shard-keys';
import { collectionPath, Site } from './site';
import { GivenUp, isOfNode } from './take-shards';
import { secondsSince } from '../time';

export interface CheckOptions extends RecoveryOptions, ComparisonOptions {
  /** Whether only the list of files is looked at. */
  readonly dryRun: boolean;
  readonly collections?: string[];
  /** Whose newest backup is meant, where none is named. */
  readonly clusterName?: string;
  /** A server that is thrown away, to restore to. */
  readonly throwaway?: Site;
  /** The cluster that was backed up, to compare with. */
  readonly cluster?: Site;
  /** Whether the cluster may have other points than the backup, as those that were written since. */
  readonly allowChanges: boolean;
}

/** What a check has found. */
export interface CheckOutcome {
  /** Left out where there is no backup. */
  readonly backup?: string;
  readonly findings: ClusterFinding[];
  readonly files: number;
  readonly bytes: number;
  /** How long it took to read all files. */
  readonly readSeconds: number;
  readonly restored: Array<{ readonly collection: string; readonly points: number; readonly seconds: number }>;
  readonly compared: Comparison[];
}

/** Looks at a backup: at its files, and, where there is a server to throw away, at what comes of them. */
export async function checkBackup(place: Place, id: string | undefined, options: CheckOptions): Promise<CheckOutcome> {
  return new Check(place, options).run(id);
}

class Check {
  private readonly findings: ClusterFinding[] = [];
  private readonly restored: CheckOutcome['restored'] = [];
  private readonly compared: Comparison[] = [];

  constructor(
    private readonly place: Place,
    private readonly options: CheckOptions,
  ) {}

  public async run(given: string | undefined): Promise<CheckOutcome> {
    const begun = Date.now();
    const manifest = await this.manifestOf(given);
    if (!manifest) return this.end(given, [], begun);
    const collections = this.collectionsOf(manifest);
    const files = collections.flatMap(({ shards }) => shards);
    await this.checkFiles(manifest, files);
    const isWhole = this.findings.length === 0;
    const able = this.restorable(collections);
    const outcome = this.end(manifest.id, files, begun);
    const { throwaway, dryRun } = this.options;
    if (throwaway && !dryRun) {
      if (isWhole) await this.tryAll(throwaway, manifest, able);
      else
        this.findings.push(warning('it was not restored, as it is not whole', 'restore what is whole of it with --collection'));
    }
    return outcome;
  }

  private async manifestOf(given: string | undefined): Promise<Manifest | undefined> {
    try {
      return await readManifest(this.place, given ?? (await newestId(this.place, await this.sought())));
    } catch (trouble) {
      if (!(trouble instanceof Damaged || trouble instanceof Missing)) throw trouble;
      this.findings.push(error(trouble.message, 'take a backup, and look at an older one with --from PLACE/ID'));
      return undefined;
    }
  }

  private async sought(): Promise<Sought> {
    const { clusterName, collections, cluster } = this.options;
    const peers = (await cluster?.read())?.members.map(({ id }) => id);
    return { cluster: clusterName, collections, peers };
  }

  private collectionsOf(manifest: Manifest): BackedUpCollection[] {
    const { collections: names } = this.options;
    const known = manifest.collections.map(({ name }) => name);
    for (const name of names ?? []) {
      if (!known.includes(name))
        this.findings.push(error(`the backup has no collection ${name}`, `it has ${known.join(', ') || 'none'}`));
    }
    return manifest.collections.filter(({ name }) => names === undefined || names.includes(name));
  }

  private restorable(collections: BackedUpCollection[]): BackedUpCollection[] {
    return collections.filter((one) => {
      const obstacle = numberingObstacle(one);
      if (obstacle !== undefined) this.findings.push(error(obstacle, 'copy it now, while the cluster has it'));
      return obstacle === undefined;
    });
  }

  private async checkFiles({ id }: Manifest, files: ShardFile[]): Promise<void> {
    const sizes = new Map((await this.place.files(id)).map(({ name, bytes }) => [name, bytes]));
    for (const [index, file] of files.entries()) {
      const what = await this.wrongOf(id, file, sizes.get(file.file), files.slice(index));
      if (what !== undefined) this.findings.push(error(what, 'take a backup, and look at an older one with --from PLACE/ID'));
    }
  }

  private async wrongOf(
    id: string,
    { file, bytes, sha256 }: ShardFile,
    found: number | undefined,
    left: ShardFile[],
  ): Promise<string | undefined> {
    if (found === undefined) return `${file} is missing`;
    if (found !== bytes) return `${file} has ${found} bytes, and should have ${bytes}`;
    if (this.options.dryRun) return undefined;
    const size = left.reduce((sum, one) => sum + one.bytes, 0);
    this.options.progress(`reads ${file}; left: ${left.length} ${left.length === 1 ? 'file' : 'files'}, ${bytesText(size)}`);
    return (await sha256Of(this.place, id, file)) === sha256
      ? undefined
      : `${file} is damaged: its SHA-256 is not that of the manifest`;
  }

  /** Restores one after the other, and removes each before the next: a throwaway has little room. */
  private async tryAll(throwaway: Site, manifest: Manifest, collections: BackedUpCollection[]): Promise<void> {
    const state = await throwaway.read();
    const refusals = [
      ...stateRefusals(state, manifest),
      ...this.ownRefusals(state, manifest),
      ...(await this.emptied(throwaway)),
    ];
    for (const refusal of refusals)
      this.findings.push(error(`not restored: ${refusal}`, 'give --against another server, which is empty'));
    if (refusals.length > 0) return;
    for (const collection of collections) {
      const { name } = collection;
      const points = await this.attempt(`${name} cannot be restored`, () => this.tryOne(throwaway, manifest, collection));
      const { cluster } = this.options;
      if (points !== undefined && cluster) {
        await this.attempt(`${name} cannot be compared`, () =>
          this.compare(throwaway, patient(cluster, this.options), collection, points),
        );
      }
      await this.attempt(`${name} cannot be removed from the server again`, () => this.emptied(throwaway));
    }
  }

  /** What a server does not do is found, and keeps nobody from looking at the rest. */
  private async attempt<T>(what: string, act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (trouble) {
      if (!(trouble instanceof GivenUp || isOfNode(trouble))) throw trouble;
      this.findings.push(error(`${what}: ${(trouble as Error).message}`, 'read the log of the server, and try again'));
      return undefined;
    }
  }

  /** Nobody's own nodes are thrown away. */
  private ownRefusals({ members }: ClusterState, { peers }: Manifest): string[] {
    const own = members.find(({ id }) => peers.some((peer) => peer.id === id));
    return own ? [`${own.uri} is a node of the cluster that was backed up`] : [];
  }

  /** Removes what an earlier check has left, and tells what else is there. */
  private async emptied(throwaway: Site): Promise<string[]> {
    const { collections } = await throwaway.ask(undefined, 'GET', '/collections');
    const others: string[] = [];
    for (const { name } of collections as Array<{ name: string }>) {
      const mark = markOf(await throwaway.ask(undefined, 'GET', collectionPath(name)));
      if (!mark?.isThrowaway) others.push(`it has a collection ${name}`);
      else await throwaway.ask(undefined, 'DELETE', collectionPath(name, DECIDING), undefined, DECIDING_SECONDS);
    }
    return others;
  }

  private async tryOne(throwaway: Site, manifest: Manifest, collection: BackedUpCollection): Promise<number> {
    const begun = Date.now();
    const { name } = collection;
    const restore = new CollectionRestore(throwaway, this.place, manifest.id, collection, name, this.options, true);
    const { points, notes } = await restore.run();
    this.findings.push(...notes.map((note) => warning(note, 'nothing, where that is expected')));
    this.restored.push({ collection: name, points, seconds: secondsSince(begun) });
    return points;
  }

  private async compare(throwaway: Site, cluster: Site, collection: BackedUpCollection, points: number): Promise<void> {
    const { name, config } = collection;
    const { patienceSeconds: seconds, progress } = this.options;
    const { collections } = await cluster.ask(undefined, 'GET', '/collections');
    if (!collections.some((one: any) => one.name === name)) {
      this.findings.push(warning(`the cluster has no collection ${name} any more`, 'nothing, if it was removed on purpose'));
      return;
    }
    const { points: live, isExact } = await countPoints(cluster, name, { isExact: collection.points.isExact, seconds });
    progress(`compares ${name}, of ${points} points, with the cluster, which has ${live}`);
    const { enabled, max_query_limit: limit } = config.strict_mode_config ?? {};
    const compared = { collection: name, points, most: enabled ? (limit ?? undefined) : undefined };
    const comparison = await comparePoints(compared, throwaway, cluster, this.options);
    this.compared.push(comparison);
    const isAsMany = isExact ? points === live : isAbout(points, live);
    const text = differenceText(comparison, points, live, isAsMany);
    if (text === undefined) return;
    const level = this.options.allowChanges ? warning : error;
    this.findings.push(level(text, 'look whether they were written since; where that is expected, say --allow-changes'));
  }

  private end(backup: string | undefined, files: ShardFile[], begun: number): CheckOutcome {
    const { findings, restored, compared } = this;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    return { backup, findings, files: files.length, bytes, readSeconds: secondsSince(begun), restored, compared };
  }
}

function differenceText(comparison: Comparison, points: number, live: number, isAsMany: boolean): string | undefined {
  const { collection, compared, isSampled, different, onlyInBackup, onlyInCluster, examples } = comparison;
  const odd = different + onlyInBackup + onlyInCluster;
  if (odd === 0 && isAsMany) return undefined;
  const which = odd === 0 ? '' : ` (${examples.join(', ')}${odd > examples.length ? ', ...' : ''})`;
  const theirs = isSampled ? '' : `, ${onlyInCluster} only in the cluster`;
  const counts = `of ${compared} points ${different} differ, ${onlyInBackup} are only in the backup${theirs}`;
  return `${collection}: ${counts}${which}; in all the backup has ${points}, the cluster ${live}`;
}
