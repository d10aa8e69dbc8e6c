import { createHash } from 'node:crypto';
import { BackedUpCollection } from './manifest';
import { collectionPath, Site } from './site';

/** Under this a restore notes in the metadata of a collection, which Qdrant keeps and does not read, how far it is. */
export const MARK = 'cdktf-qdrant-restore';

/** How far a restore is. */
export interface Mark {
  readonly backup: string;
  /** Of this collection alone, as two may be restored from one backup, one after the other; left out by restores of old. */
  readonly id?: string;
  /** What it is called in the backup; left out by restores of old. */
  readonly collection?: string;
  /** The shards, as the backup numbers them, that have been recovered. */
  readonly recovered: number[];
  readonly ended: boolean;
  /** What it had at its end, where that was not what it should have. */
  readonly odd?: string;
  /** What led to the collection that is replaced: who removes that removes its aliases, too. */
  readonly aliases?: string[];
  /** Whether it was made to look at, and is removed by whoever looks next: no other collection ever is. */
  readonly isThrowaway?: true;
}

export function markOf(info: any): Mark | undefined {
  const mark = info?.config?.metadata?.[MARK];
  return typeof mark?.backup === 'string' && Array.isArray(mark.recovered) ? mark : undefined;
}

/** The mark of a restore of that collection of that backup: of any other it says nothing of how far this one is. */
export function ownMark(info: any, backup: string, collection: string): Mark | undefined {
  const mark = markOf(info);
  return mark?.backup === backup && (mark.collection ?? collection) === collection ? mark : undefined;
}

/** The backup that a collection still needs: it is restored by half, stands in for another one, or is only there to be looked at. */
export function neededBackup(name: string, info: any): string | undefined {
  const mark = markOf(info);
  if (mark === undefined) return undefined;
  const isWhole = mark.ended && !mark.isThrowaway && !isRehearsal(name, mark.backup);
  return isWhole ? undefined : mark.backup;
}

/** What a collection is called where it is restored first, beside the one that is replaced. */
export function rehearsalName(name: string, backup: string): string {
  return `${name.length <= MOST_LETTERS ? name : shortened(name)}${rehearsalEnd(backup)}`;
}

/** Qdrant takes names of 255 letters; those that begin alike are not to become one. */
const MOST_LETTERS = 200;

function shortened(name: string): string {
  return `${name.slice(0, MOST_LETTERS)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

export function isRehearsal(name: string, backup: string): boolean {
  return name.endsWith(rehearsalEnd(backup));
}

function rehearsalEnd(backup: string): string {
  return `-restore-${backup}`;
}

/** Notes it by the node that is named: what that node has proposed before is decided before. */
export function noteMark(site: Site, peer: string | undefined, name: string, mark: Mark): Promise<unknown> {
  return site.ask(peer, 'PATCH', collectionPath(name, DECIDING), { metadata: { [MARK]: mark } }, DECIDING_SECONDS);
}

/** What a majority has to decide takes longer than an answer. */
export const DECIDING = '?timeout=60';
export const DECIDING_SECONDS = 75;

/** Parameters that a collection cannot be made with, and is given later. */
const LATER = ['read_fan_out_factor', 'read_fan_out_delay_ms'];

/** What makes a collection anew, with all that Qdrant told of it (as its own `From<CollectionConfigInternal> for CreateCollection` does it). */
export function creationOf({ config, shards }: BackedUpCollection, mark: Mark): object {
  const { params, optimizer_config: optimizers, metadata, strict_mode_config: strict, ...others } = config;
  const own = Object.entries(params).filter(([name]) => !LATER.includes(name));
  return {
    ...Object.fromEntries(own),
    ...(params.sharding_method === 'custom' ? {} : { shard_number: shards.length }),
    ...others,
    ...(strict === undefined || mark.isThrowaway
      ? {}
      : { strict_mode_config: isStrict(config) ? { ...strict, enabled: false } : strict }),
    ...(optimizers === undefined ? {} : { optimizers_config: optimizers }),
    metadata: { ...metadata, [MARK]: mark },
  };
}

/** What a collection is given once all is there: strict mode may allow fewer indexes than there are, and is in the way of who counts. */
export function laterConfig({ config }: BackedUpCollection, mark: Mark): object | undefined {
  const own = Object.entries(config.params).filter(([name, value]) => LATER.includes(name) && value !== null);
  const later = {
    ...(own.length === 0 ? {} : { params: Object.fromEntries(own) }),
    ...(isStrict(config) && !mark.isThrowaway ? { strict_mode_config: config.strict_mode_config } : {}),
  };
  return Object.keys(later).length === 0 ? undefined : later;
}

export function isStrict(config: any): boolean {
  return config?.strict_mode_config?.enabled === true;
}
