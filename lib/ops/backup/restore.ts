import { ClusterState, hasMajority, liveMembers } from '../cluster-state';
import { wayFindings } from '../preflight';
import { Refused } from '../rest-client';
import { BackedUpCollection, Manifest, readManifest, versionsOf } from './manifest';
import { DECIDING, DECIDING_SECONDS, Mark, noteMark, ownMark, rehearsalName } from './mark';
import { Place, PlaceTrouble } from './place';
import { Miscounted } from './count-restored';
import { CollectionRestore, Recovered, RecoveryOptions } from './restore-collection';
import { numberingObstacle } from './shard-keys';
import { collectionPath, Site } from './site';
import { GivenUp, isOfNode } from './take-shards';

export interface RestoreOptions extends RecoveryOptions {
  readonly dryRun: boolean;
  /** All that the backup has, where they are left out. */
  readonly collections?: string[];
  /** Another name for the only one. */
  readonly as?: string;
  /** Whether a collection of that name may be removed, once the backup of it has been restored beside it. */
  readonly replace: boolean;
}

/** How a restore ended. */
export interface RestoreOutcome {
  readonly ended: 'done' | 'planned' | 'refused' | 'stuck';
  readonly backup: string;
  readonly restored: Array<{ readonly collection: string; readonly name: string; readonly points: number }>;
  readonly planned: string[];
  readonly undone: string[];
  readonly reasons: string[];
  readonly notes: string[];
}

/** A collection of the backup, the name that it gets, and what has that name now. */
interface Target {
  readonly source: BackedUpCollection;
  readonly name: string;
  readonly exists: boolean;
  readonly mark?: Mark;
  /** Where it is restored first, to see that it can be. */
  readonly rehearsal: string;
  readonly rehearsalExists: boolean;
  readonly rehearsalMark?: Mark;
}

/** Restores collections of a backup. What was begun by a run that was killed is known by the marks in the collections, and gone on with. */
export async function restore(site: Site, place: Place, id: string, options: RestoreOptions): Promise<RestoreOutcome> {
  return new Restore(site, place, await readManifest(place, id), options).run();
}

class Restore {
  private readonly restored: RestoreOutcome['restored'] = [];
  private readonly undone: string[] = [];
  private readonly notes: string[] = [];

  constructor(
    private readonly site: Site,
    private readonly place: Place,
    private readonly manifest: Manifest,
    private readonly options: RestoreOptions,
  ) {}

  public async run(): Promise<RestoreOutcome> {
    const sources = this.sources();
    const state = await this.site.read();
    const aliases = await this.aliases();
    const targets = await this.targetsOf(sources);
    const refusals = [
      ...stateRefusals(state, this.manifest),
      ...this.unknown(),
      ...(await this.missingFiles(sources)),
      ...targets.flatMap((target) => this.refusalsOf(target, aliases)),
    ];
    if (refusals.length > 0) return this.end('refused', { reasons: refusals });
    if (this.options.dryRun) return this.end('planned', { planned: targets.flatMap((target) => this.planOf(target)) });
    const reasons: string[] = [];
    try {
      for (const target of targets) await this.bring(target).catch((error) => reasons.push(reasonOf(target, error)));
    } catch (error) {
      if (!(error instanceof GivenUp || error instanceof PlaceTrouble || isOfNode(error))) throw error;
      return this.end('stuck', { reasons: [...reasons, `${(error as Error).message}; run it again once that is mended`] });
    }
    return this.end(this.undone.length + reasons.length > 0 ? 'stuck' : 'done', { reasons });
  }

  private sources(): BackedUpCollection[] {
    const { collections } = this.options;
    return this.manifest.collections.filter(({ name }) => collections === undefined || collections.includes(name));
  }

  private unknown(): string[] {
    const known = this.manifest.collections.map(({ name }) => name);
    const unknown = (this.options.collections ?? []).filter((name) => !known.includes(name));
    return unknown.map((name) => `the backup has no collection ${name}; it has ${known.join(', ') || 'none'}`);
  }

  private async missingFiles(sources: BackedUpCollection[]): Promise<string[]> {
    const files = new Map((await this.place.files(this.manifest.id)).map(({ name, bytes }) => [name, bytes]));
    return sources
      .flatMap(({ shards }) => shards)
      .filter(({ file, bytes }) => files.get(file) !== bytes)
      .map(({ file }) => `the backup lacks ${file}, or has another one: look at it with cdktf-qdrant ops check-backup`);
  }

  private async targetsOf(sources: BackedUpCollection[]): Promise<Target[]> {
    const listed = await this.site.ask(undefined, 'GET', '/collections');
    const names: string[] = (listed?.collections ?? []).map((one: any) => String(one.name));
    const targets: Target[] = [];
    for (const source of sources) {
      const name = this.options.as ?? source.name;
      const rehearsal = rehearsalName(name, this.manifest.id);
      const [exists, rehearsalExists] = [names.includes(name), names.includes(rehearsal)];
      targets.push({
        ...{ source, name, exists, rehearsal, rehearsalExists },
        ...(exists ? { mark: await this.markAt(name, source) } : {}),
        ...(rehearsalExists ? { rehearsalMark: await this.markAt(rehearsal, source) } : {}),
      });
    }
    return targets;
  }

  private async markAt(name: string, source: BackedUpCollection): Promise<Mark | undefined> {
    return ownMark(await this.site.ask(undefined, 'GET', collectionPath(name)), this.manifest.id, source.name);
  }

  private refusalsOf(
    { source, name, exists, mark, rehearsal, rehearsalExists, rehearsalMark }: Target,
    aliases: Map<string, string>,
  ): string[] {
    const obstacle = numberingObstacle(source);
    const target = aliases.get(name);
    return [
      ...(obstacle === undefined ? [] : [obstacle]),
      ...(target === undefined ? [] : [`${name} is an alias of ${target}: say --as NAME, and switch the alias to that`]),
      ...(rehearsalExists && !rehearsalMark
        ? [`there is a collection ${rehearsal}, which is none of this restore: remove it`]
        : []),
      ...(exists && !mark && !this.options.replace
        ? [
            `there is a collection ${name}: say --as NAME to restore beside it, or --replace to remove it once the backup is restored`,
          ]
        : []),
    ];
  }

  private planOf({ source, name, exists, mark, rehearsal }: Target): string[] {
    const size = `${source.shards.length} shards, ${source.points.after} points`;
    if (mark?.ended) return [];
    if (!exists || mark) return [`restore ${source.name} (${size})${name === source.name ? '' : ` as ${name}`}`];
    return [
      `restore ${source.name} (${size}) as ${rehearsal}, to see that it can be`,
      `remove ${name}, restore it from the same files, and remove ${rehearsal}`,
    ];
  }

  private async bring(target: Target): Promise<void> {
    const { source, name, exists, mark, rehearsal } = target;
    let { rehearsalExists } = target;
    if (mark?.ended) {
      this.notes.push(
        `${name} was restored from this backup before${mark.odd ? `, had ${mark.odd},` : ','} and is left as it is: remove it first to restore it again`,
      );
    } else {
      if (exists && !mark) {
        await this.restoreAs(source, rehearsal);
        rehearsalExists = true;
        await this.keepAliases(target);
        this.options.progress(`removes ${name}: ${rehearsal} has all of it`);
        await this.remove(name);
      }
      if (rehearsalExists) this.options.progress(`until ${name} is complete, ${rehearsal} has all of it`);
      const { points, notes } = await this.restoreAs(source, name);
      this.notes.push(...notes);
      this.restored.push({ collection: source.name, name, points });
    }
    await this.bringAliases(target, rehearsalExists ? ((await this.markAt(rehearsal, source))?.aliases ?? []) : []);
    if (rehearsalExists) await this.remove(rehearsal);
  }

  /** Those that have come since the backup are in no manifest. */
  private async keepAliases({ source, name, rehearsal }: Target): Promise<void> {
    const aliases = [...(await this.aliases())].filter(([, target]) => target === name).map(([alias]) => alias);
    const mark = await this.markAt(rehearsal, source);
    if (mark)
      await noteMark(this.site, undefined, rehearsal, {
        ...mark,
        aliases: [...new Set([...(mark.aliases ?? []), ...aliases])],
      });
  }

  private restoreAs(source: BackedUpCollection, name: string): Promise<Recovered> {
    return new CollectionRestore(this.site, this.place, this.manifest.id, source, name, this.options).run();
  }

  private remove(name: string): Promise<unknown> {
    return this.site.ask(undefined, 'DELETE', collectionPath(name, DECIDING), undefined, DECIDING_SECONDS);
  }

  private async aliases(): Promise<Map<string, string>> {
    const told = await this.site.ask(undefined, 'GET', '/aliases');
    return new Map((told?.aliases ?? []).map((one: any) => [one.alias_name, one.collection_name]));
  }

  /** An alias that leads elsewhere now is what somebody has decided since. */
  private async bringAliases({ source, name }: Target, kept: string[]): Promise<void> {
    const isSame = name === source.name;
    if (!isSame && source.aliases.length > 0) {
      this.notes.push(`${source.aliases.join(', ')}, of ${source.name}, lead where they did before`);
    }
    const known = await this.aliases();
    for (const alias of new Set([...(isSame ? source.aliases : []), ...kept])) {
      const target = known.get(alias);
      if (target === name) continue;
      if (target !== undefined) {
        this.undone.push(`the alias ${alias} leads to ${target}: switch it to ${name} if that is meant`);
        continue;
      }
      const actions = [{ create_alias: { alias_name: alias, collection_name: name } }];
      await this.site.ask(undefined, 'POST', `/collections/aliases${DECIDING}`, { actions }, DECIDING_SECONDS);
    }
  }

  private end(ended: RestoreOutcome['ended'], parts: Partial<RestoreOutcome>): RestoreOutcome {
    const { restored, undone, notes, manifest } = this;
    return { ended, backup: manifest.id, restored, planned: [], undone, reasons: [], notes, ...parts };
  }
}

/** What is wrong with one collection keeps nobody from having the others; a cluster or a place that is away does. */
function reasonOf({ name }: Target, error: unknown): string {
  const isOfOne = error instanceof GivenUp || (error instanceof Refused && isOfNode(error));
  if (!isOfOne) throw error;
  if (error instanceof Miscounted) return error.message;
  return `${error instanceof Refused ? `${name} cannot be restored: ` : ''}${error.message}; run it again once that is mended`;
}

/** Why nothing may be restored to a cluster that is so. */
export function stateRefusals(state: ClusterState, manifest: Manifest): string[] {
  const versions = [...new Set(liveMembers(state).map(({ answer }) => answer!.version))].sort();
  const ways = versionsOf(manifest).flatMap((from) => versions.flatMap((to) => wayFindings(from, to)));
  return [
    ...(hasMajority(state) ? [] : ['no majority of the nodes answers and has a leader: bring nodes back first']),
    ...state.unclear,
    ...state.disagreements,
    ...(versions.length > 1 ? [`the nodes run ${versions.join(' and ')}: finish the upgrade first`] : []),
    ...new Set(ways.map(({ what, instead }) => `the backup cannot be restored: ${what}; ${instead}`)),
  ];
}
