import { Manifest, MANIFEST_FILE, readManifest } from './manifest';
import { Damaged, Missing, Place, PlaceTrouble } from './place';
import { isAhead } from './retention';

/** Which backup is meant by whoever names none. */
export interface Sought {
  /** Whose, where several clusters have one place. */
  readonly cluster?: string;
  /** The collections that are asked for, where it is not all. */
  readonly collections?: string[];
  /** The peers of the cluster that is at hand, which has no name by which to tell it. */
  readonly peers?: string[];
}

/** A backup that has a manifest; without what that tells, where it cannot be read. */
interface Found {
  readonly id: string;
  readonly manifest?: Manifest;
}

/** The newest backup of the cluster that is named; without a name, of the only one, or of the one that is at hand. */
export async function newestId(place: Place, sought: Sought = {}): Promise<string> {
  const found = ofCluster(place, await foundIn(place), sought);
  const able = found.filter(({ manifest }) => manifest === undefined || hasAsked(manifest, sought));
  const partial = found.flatMap(({ manifest }) => (manifest?.only ? [manifest] : []));
  const [newest] = able.length > 0 ? able : [];
  if (newest?.manifest && isAhead(newest.manifest, new Date())) {
    throw new PlaceTrouble(
      `the newest backup, ${newest.id}, is dated ahead of the clock of this machine: name the id of the one that is meant`,
    );
  }
  if (newest) return newest.id;
  if (partial.length > 0) {
    const names = [...new Set(partial.flatMap(({ only }) => only!))].sort().join(', ');
    throw new PlaceTrouble(
      `${place.name} has only backups of some collections (${names}): give --collection NAME, or the id of one`,
    );
  }
  const whose = sought.cluster === undefined ? '' : ` of ${sought.cluster}`;
  throw new Missing(`${place.name} has no backup${whose}: no folder has a manifest of it`);
}

/** Whether all is in it that was asked for: of some collections there is not what there is of all. */
function hasAsked({ only }: Manifest, { collections }: Sought): boolean {
  return only === null || (collections !== undefined && collections.every((name) => only.includes(name)));
}

/** The newest first. */
async function foundIn(place: Place): Promise<Found[]> {
  const found: Found[] = [];
  for (const id of (await place.ids()).reverse()) {
    const files = await place.files(id);
    if (files.some(({ name }) => name === MANIFEST_FILE)) found.push({ id, manifest: await manifestIn(place, id) });
  }
  const begunOf = ({ manifest }: Found) => Date.parse(manifest?.begun ?? '');
  return found.sort((one, other) => begunOf(other) - begunOf(one) || (one.id < other.id ? 1 : -1));
}

async function manifestIn(place: Place, id: string): Promise<Manifest | undefined> {
  try {
    return await readManifest(place, id);
  } catch (error) {
    if (error instanceof Damaged) return undefined;
    throw error;
  }
}

/** One that cannot be read may be of any: it is not passed over in silence. */
function ofCluster(place: Place, found: Found[], { cluster, peers = [] }: Sought): Found[] {
  if (cluster !== undefined) return found.filter(({ manifest }) => manifest === undefined || manifest.cluster === cluster);
  const known = found.flatMap(({ manifest }) => (manifest ? [manifest] : []));
  const names = [...new Set(known.map((one) => one.cluster))];
  const groups = names.flatMap((name) => (name === null ? groupsOf(known.filter((one) => one.cluster === null)) : [[]]));
  if (groups.length <= 1) return found;
  const own = names.length === 1 ? groups.find((group) => group.some((one) => hasPeer(one, peers))) : undefined;
  if (own) return found.filter(({ manifest }) => manifest === undefined || own.includes(manifest));
  const told = names.map((name) => name ?? 'one without a name').join(', ');
  if (names.length > 1)
    throw new PlaceTrouble(`${place.name} has backups of several clusters (${told}): give --cluster NAME, or the id of one`);
  throw new PlaceTrouble(`${place.name} has backups of ${groups.length} clusters without names: give the id of one`);
}

/** Those of one cluster have peers in common, as nodes come and go one by one. */
function groupsOf(manifests: Manifest[]): Manifest[][] {
  let groups: Manifest[][] = [];
  for (const manifest of manifests) {
    const peers = manifest.peers.map(({ id }) => id);
    const isOwn = (group: Manifest[]) => group.some((one) => hasPeer(one, peers));
    groups = [[manifest, ...groups.filter(isOwn).flat()], ...groups.filter((group) => !isOwn(group))];
  }
  return groups;
}

function hasPeer(manifest: Manifest, peers: string[]): boolean {
  return manifest.peers.some(({ id }) => peers.includes(id));
}
