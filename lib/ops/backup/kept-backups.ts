import { isOfCluster, Journal, JOURNAL_FILE, readJournal, writeJournal } from './journal';
import { filesOf, isShardFile, Manifest, MANIFEST_FILE, readManifest } from './manifest';
import { Damaged, idTime, Missing, Place, textOf } from './place';
import { KnownBackup } from './retention';

/** Whose backups are meant, and of which collections, where it is not all. */
export interface Whose {
  readonly cluster: string | null;
  readonly peers: string[];
  readonly only: string[] | null;
}

/** The backups of a cluster, and of the same collections, and what is said of those that cannot be read: these are left alone. */
export async function backupsIn(
  place: Place,
  { cluster, peers, only }: Whose,
): Promise<{ backups: KnownBackup<Manifest>[]; notes: string[] }> {
  const backups: KnownBackup<Manifest>[] = [];
  const notes: string[] = [];
  for (const id of await place.ids()) {
    const files = new Map((await place.files(id)).map(({ name, bytes }) => [name, bytes]));
    if (!files.has(MANIFEST_FILE)) continue;
    try {
      const manifest = await readManifest(place, id);
      const about = { cluster: manifest.cluster, peers: manifest.peers.map((peer) => peer.id) };
      const isWhole = filesOf(manifest).every(({ file, bytes }) => files.get(file) === bytes);
      if (!isOfCluster(about, cluster, peers)) continue;
      // Of one collection there is not what there is of all.
      if (JSON.stringify(manifest.only) === JSON.stringify(only)) backups.push({ manifest, isWhole });
    } catch (error) {
      // It may have gone meanwhile.
      if (error instanceof Missing) continue;
      if (!(error instanceof Damaged)) throw error;
      notes.push(`${error.message}: nothing of it is removed`);
    }
  }
  return { backups, notes };
}

/** Removes a backup, and nothing beside it that this program has not written. What is removed by half is known by its journal. */
export async function removeBackup(place: Place, { id, cluster, peers, collections }: Manifest): Promise<void> {
  const takings = (await readJournal(place, id))?.takings ?? [];
  const journal: Journal = { schemaVersion: 1, id, cluster, peers: peers.map((peer) => peer.id), beat: 0, takings };
  await writeJournal(place, journal);
  await place.remove(id, MANIFEST_FILE);
  const files = collections.flatMap(({ shards }) => shards.map(({ file }) => file));
  for (const name of files) await place.remove(id, name);
  await closeJournal(place, journal);
}

/** Removes what a backup that was not finished has written. */
export async function removeUnfinished(place: Place, journal: Journal): Promise<void> {
  const names = (await place.files(journal.id)).map(({ name }) => name).filter(isOwn);
  // It may have come to be written: without it there is no backup.
  await place.remove(journal.id, MANIFEST_FILE);
  for (const name of names) await place.remove(journal.id, name);
  await closeJournal(place, journal);
}

/** Removes the folders of backups that were killed before they had written anything, long ago: one that has just begun looks alike. */
export async function removeUnbegun(place: Place, { cluster, peers }: Omit<Whose, 'only'>, now: Date): Promise<void> {
  for (const id of await place.ids()) {
    if (now.getTime() - idTime(id) < LONG_AGO) continue;
    const files = await place.files(id);
    if (files.some(({ name }) => name !== UNBEGUN)) continue;
    const journal = files.length === 0 ? undefined : await readDraft(place, id);
    if (journal && !isOfCluster(journal, cluster, peers)) continue;
    await place.remove(id, UNBEGUN);
    await place.removeFolder(id);
  }
}

/** What there is of a journal that was not written to its end, where it tells whose it is. */
async function readDraft(place: Place, id: string): Promise<Journal | undefined> {
  try {
    const journal = JSON.parse(await textOf(place, id, UNBEGUN));
    return Array.isArray(journal?.peers) ? journal : undefined;
  } catch (error) {
    if (error instanceof Missing || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Leaves the journal only where nodes may still have something; the folder goes with all that was in it. */
export async function closeJournal(place: Place, journal: Journal): Promise<void> {
  if (journal.takings.length > 0) return writeJournal(place, journal);
  const others = (await place.files(journal.id)).filter(({ name }) => name !== JOURNAL_FILE);
  await place.remove(journal.id, JOURNAL_FILE);
  if (others.length === 0) await place.removeFolder(journal.id);
}

/** What there is before the journal is whole. */
const UNBEGUN = `${JOURNAL_FILE}.part`;

/** No machine's clock is so far from another's. */
const LONG_AGO = 24 * 60 * 60 * 1000;

/** Whether it has a name that only this program gives, whole or not. */
function isOwn(name: string): boolean {
  const whole = name.replace(/\.part$/, '');
  return (isShardFile(whole) || [MANIFEST_FILE, JOURNAL_FILE].includes(whole)) && name !== JOURNAL_FILE;
}
