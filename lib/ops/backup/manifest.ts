import { createHash } from 'node:crypto';
import { CountedPoints } from './count';
import { Damaged, Place, textOf } from './place';

/** Raised when a member changes its meaning or goes; more members may come without that. */
export const MANIFEST_VERSION = 1;

export const MANIFEST_FILE = 'manifest.json';

/** The snapshot of a shard, as it is in the backup. */
export interface ShardFile {
  readonly id: number;
  /** The shard key that owns it, if one does. */
  readonly key: string | number | null;
  /** How many copies it had. */
  readonly copies: number;
  /** The peer whose copy it is of. */
  readonly peer: string;
  /** What that node took for its points then: Qdrant counts the points of one shard by estimate only. */
  readonly estimatedPoints: number;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A collection, as it is in the backup. */
export interface BackedUpCollection {
  readonly name: string;
  /** As Qdrant told it, whole. */
  readonly config: any;
  /** Its payload indexes, as Qdrant told them. */
  readonly payloadSchema: { readonly [field: string]: any };
  readonly aliases: string[];
  /** How many points it had before the first of its snapshots and after the last, and whether nobody wrote meanwhile. */
  readonly points: CountedPoints;
  readonly shards: ShardFile[];
}

/** What a backup has. Written last: without it there is none. */
export interface Manifest {
  readonly schemaVersion: number;
  readonly id: string;
  /** What the cluster is called by who backs it up. */
  readonly cluster: string | null;
  /** The collections that were asked for, in order, where it was not all. */
  readonly only: string[] | null;
  readonly begun: string;
  readonly ended: string;
  readonly peers: Array<{ readonly id: string; readonly uri: string; readonly version: string }>;
  readonly collections: BackedUpCollection[];
  /** SHA-256 of all the rest. */
  readonly digest: string;
}

export function sealed(manifest: Omit<Manifest, 'digest'>): Manifest {
  return { ...manifest, digest: digestOf(manifest) };
}

export function manifestText(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The manifest of a backup; throws where it is missing, of a later form, of another backup, or not what was written. */
export async function readManifest(place: Place, id: string): Promise<Manifest> {
  const manifest = parse(await textOf(place, id, MANIFEST_FILE), id);
  const { digest, ...rest } = manifest;
  const { schemaVersion } = rest;
  if (typeof schemaVersion !== 'number') throw new Damaged(`the manifest of ${id} is none`);
  if (schemaVersion > MANIFEST_VERSION) {
    throw new Damaged(
      `the manifest of ${id} is of form ${schemaVersion}, and this program knows ${MANIFEST_VERSION}: use a later one`,
    );
  }
  if (digest !== digestOf(rest)) throw new Damaged(`the manifest of ${id} is not what was written`);
  const odd = filesOf(manifest).find(({ file }) => !isShardFile(file));
  if (odd) throw new Damaged(`the manifest of ${id} names a file that no backup has: ${odd.file}`);
  if (rest.id !== id) throw new Damaged(`the manifest of ${id} is that of another backup, ${rest.id}`);
  return manifest;
}

export function shardFileName(collection: number, shard: number): string {
  return `collection-${collection}-shard-${shard}.snapshot`;
}

/** Whether it has a name that only this program gives: no other is read or removed, whatever a manifest tells. */
export function isShardFile(name: unknown): boolean {
  return typeof name === 'string' && /^collection-\d+-shard-\d+\.snapshot$/.test(name);
}

export function filesOf({ collections }: Manifest): ShardFile[] {
  return collections.flatMap(({ shards }) => shards);
}

export function versionsOf({ peers }: Manifest): string[] {
  return [...new Set(peers.map(({ version }) => version))].sort();
}

export function pointsOf({ collections }: Manifest): number {
  return collections.reduce((sum, { points }) => sum + points.after, 0);
}

function parse(text: string, id: string): any {
  try {
    const manifest = JSON.parse(text);
    if (typeof manifest === 'object' && manifest !== null) return manifest;
  } catch {
    // It is said below.
  }
  throw new Damaged(`the manifest of ${id} is no JSON`);
}

function digestOf(manifest: object): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}
