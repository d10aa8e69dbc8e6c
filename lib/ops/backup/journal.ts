import { randomBytes } from 'node:crypto';
import { MANIFEST_FILE } from './manifest';
import { Missing, Place, textOf } from './place';
import { pause } from '../time';

export const JOURNAL_FILE = 'under-way.json';

/** A snapshot that a node was asked for, and that is not known to be gone from it. */
export interface Taking {
  readonly peer: string;
  readonly collection: string;
  readonly shard: number;
  /** What the node had of that shard before. */
  readonly before: string[];
  /** When it was asked. */
  readonly since: string;
  /** What the node called it: Qdrant lets nobody choose. */
  readonly name?: string;
}

/** For so many beats who is looked at is waited for, with so many looks. */
const [BEATS, LOOKS] = [3, 6];

/** No run beats slower: it is what the longest `--poll` makes. */
const MOST_BEAT_SECONDS = 5 * 600;

/** What a backup has begun, beside what it has written: who comes after it knows by this what to clear away. */
export interface Journal {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly cluster: string | null;
  readonly peers: string[];
  /** Another number as long as the backup goes on. */
  readonly beat: number;
  /** How often at least; left out by runs of old. */
  readonly beatSeconds?: number;
  /** As long as it only looks whether another one is under way. */
  readonly isLooking?: true;
  readonly takings: Taking[];
}

/** The journal of a backup that goes on, which is written at each change and every so often. */
export class OpenJournal {
  private takings: Taking[] = [];
  private beat = 0;
  private isLooking = true;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly place: Place,
    private readonly about: Pick<Journal, 'id' | 'cluster' | 'peers' | 'beatSeconds'>,
  ) {}

  public get id(): string {
    return this.about.id;
  }

  public get content(): Journal {
    return {
      schemaVersion: 1,
      ...this.about,
      beat: this.beat,
      ...(this.isLooking ? { isLooking: true } : {}),
      takings: this.takings,
    };
  }

  public async open(): Promise<void> {
    await this.save();
    const { beatSeconds = 10 } = this.about;
    // A beat that is not written is none: the next may be.
    this.timer = setInterval(() => void this.save().catch(() => {}), beatSeconds * 1000);
  }

  /** Nobody goes before it: from here on all others wait. */
  public async begin(): Promise<void> {
    this.isLooking = false;
    await this.save();
  }

  public async note(taking: Taking): Promise<void> {
    this.takings = [...this.takings.filter((one) => !isSame(one, taking)), taking];
    await this.save();
  }

  public async strike(taking: Taking): Promise<void> {
    this.takings = this.takings.filter((one) => !isSame(one, taking));
    await this.save();
  }

  public async close(): Promise<void> {
    clearInterval(this.timer);
    await this.writing.catch(() => {});
  }

  /** One after the other: the last that is written is the last that was meant. */
  private save(): Promise<void> {
    this.writing = this.writing
      .catch(() => {})
      .then(() => {
        this.beat += 1;
        return writeJournal(this.place, this.content);
      });
    return this.writing;
  }
}

export function writeJournal(place: Place, journal: Journal): Promise<void> {
  const text = JSON.stringify(journal, null, 2);
  return place.write(journal.id, JOURNAL_FILE, text, Buffer.byteLength(text));
}

export async function readJournal(place: Place, id: string): Promise<Journal | undefined> {
  try {
    const journal = JSON.parse(await textOf(place, id, JOURNAL_FILE));
    return journal?.schemaVersion === 1 && Array.isArray(journal.takings) ? journal : undefined;
  } catch (error) {
    if (error instanceof Missing || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A journal that is not closed: of a backup that was not finished, or of one that has left something on a node. */
export interface OpenedBackup {
  readonly journal: Journal;
  readonly isFinished: boolean;
}

/** The journals that are not closed: what has neither journal nor manifest was written by something else. */
export async function openedIn(place: Place): Promise<OpenedBackup[]> {
  const opened: OpenedBackup[] = [];
  for (const id of await place.ids()) {
    const files = (await place.files(id)).map(({ name }) => name);
    if (!files.includes(JOURNAL_FILE)) continue;
    const journal = await readJournal(place, id);
    if (journal?.id === id) opened.push({ journal, isFinished: files.includes(MANIFEST_FILE) });
  }
  return opened;
}

/**
 * Those that go on: whoever is at work changes its journal meanwhile. No clock is asked, as two machines may have two times. Each is watched for as long as one
 * that is at work needs, unless all have told sooner: who is not among them is over.
 */
export async function stillBeating(place: Place, journals: Journal[], beatSeconds: number): Promise<Journal[]> {
  if (journals.length === 0) return [];
  const [beating, told] = [new Set<Journal>(), new Set<Journal>()];
  const longest = Math.max(...journals.map((one) => Math.min(MOST_BEAT_SECONDS, one.beatSeconds ?? beatSeconds)));
  for (let look = 0; look < LOOKS; look++) {
    await pause((BEATS * longest) / LOOKS);
    const now = await Promise.all(journals.map(({ id }) => readJournal(place, id)));
    for (const [index, one] of journals.entries()) {
      const isBeating = now[index] !== undefined && now[index].beat !== one.beat;
      if (isBeating) beating.add(one);
      // Who has none any more has ended.
      if (isBeating || now[index] === undefined) told.add(one);
    }
    if (told.size === journals.length) break;
  }
  return [...beating];
}

/** Whether it is of this cluster: by the name that it was given, else by its peers, whose ids no other cluster has. */
export function isOfCluster(
  one: { cluster: string | null; peers: string[] },
  cluster: string | null,
  peers: string[],
): boolean {
  return one.cluster === cluster && (cluster !== null || one.peers.some((peer) => peers.includes(peer)));
}

export function randomEnd(): string {
  return randomBytes(4).toString('hex');
}

function isSame(one: Taking, other: Taking): boolean {
  const isOfShard = one.peer === other.peer && one.collection === other.collection && one.shard === other.shard;
  return isOfShard && one.since === other.since;
}
