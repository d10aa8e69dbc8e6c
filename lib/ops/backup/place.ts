import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

/** A file of a backup. */
export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
}

/** Where backups are: a folder for each, by its id. */
export interface Place {
  /** What it is called, for people. */
  readonly name: string;

  /** The ids of the folders that look like backups, the oldest first. */
  ids(): Promise<string[]>;

  files(id: string): Promise<StoredFile[]>;

  /** Writes a file as a whole, or not at all: it is there once all of it is. */
  write(id: string, name: string, content: Readable | string, bytes: number): Promise<void>;

  /** The content of a file; throws `Missing` where there is none. */
  read(id: string, name: string): Promise<Readable>;

  /** Removes a file, if it is there. */
  remove(id: string, name: string): Promise<void>;

  /** Removes the folder, once it is empty. */
  removeFolder(id: string): Promise<void>;
}

/** A place that cannot be read or written. */
export class PlaceTrouble extends Error {}

/** A file that is not there. */
export class Missing extends PlaceTrouble {}

/** A file that holds something else than it should. */
export class Damaged extends PlaceTrouble {}

const ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;

/** The id of a backup that begins now: by their ids they are in the order of time. */
export function newId(now: Date, random: string): string {
  return `${now.toISOString().replace(/[-:]|\.\d+/g, '')}-${random}`;
}

/** When the backup of that id began, by the clock of whoever made it. */
export function idTime(id: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(id)!;
  const [year, month, day, hours, minutes, seconds] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hours, minutes, seconds);
}

export function isId(name: string): boolean {
  return ID.test(name);
}

/** A place, and a backup in it where its id is given, too. */
export function splitPlace(given: string): { place: string; id?: string } {
  const [, place, id] = /^(.*?)\/+([^/]+)\/*$/.exec(given) ?? [];
  return id !== undefined && isId(id) ? { place: place === '' ? '/' : place, id } : { place: given };
}

/** All of a file that is small. */
export async function textOf(place: Place, id: string, name: string): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of partsOf(place, id, name)) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

export async function sha256Of(place: Place, id: string, name: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of partsOf(place, id, name)) hash.update(part);
  return hash.digest('hex');
}

/** A connection may break in the middle. */
async function* partsOf(place: Place, id: string, name: string): AsyncGenerator<Buffer> {
  try {
    for await (const part of await place.read(id, name)) yield part as Buffer;
  } catch (error) {
    if (error instanceof PlaceTrouble) throw error;
    throw new PlaceTrouble(`${name} of ${id} in ${place.name} breaks off: ${(error as Error).message}`);
  }
}
