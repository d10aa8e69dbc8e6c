import { collectionPath, Site } from './site';

export interface ComparisonOptions {
  /** Of a collection that has more points than that, so many are compared, drawn at random. */
  readonly sampleAbove: number;
  readonly patienceSeconds: number;
}

/** What is compared. */
export interface Compared {
  readonly collection: string;
  /** How many points the backup has. */
  readonly points: number;
  /** How many points may be asked for at a time, where strict mode tells. */
  readonly most?: number;
}

/** What a restored collection and that of a cluster have in common, and what not. */
export interface Comparison {
  readonly collection: string;
  readonly isSampled: boolean;
  readonly compared: number;
  /** How many have other vectors or another payload. */
  readonly different: number;
  readonly onlyInBackup: number;
  readonly onlyInCluster: number;
  /** The ids of some of those. */
  readonly examples: string[];
}

type PointId = number | string;

interface Point {
  readonly id: PointId;
  readonly payload?: unknown;
  readonly vector?: unknown;
}

/** So many points come at a time: vectors may be long. */
const PAGE = 100;

const MOST_EXAMPLES = 5;

/** Compares a collection of two sites point by point: ids, vectors and payloads. */
export async function comparePoints(
  { collection, points, most = PAGE }: Compared,
  backup: Site,
  cluster: Site,
  options: ComparisonOptions,
): Promise<Comparison> {
  const tally = new Tally(collection, points > options.sampleAbove);
  const compare = points > options.sampleAbove ? compareSample : compareAll;
  await compare(tally, backup, cluster, { ...options, page: Math.min(PAGE, most) });
  return tally.result;
}

type PagedOptions = ComparisonOptions & { readonly page: number };

class Tally {
  private readonly counts = { compared: 0, different: 0, onlyInBackup: 0, onlyInCluster: 0 };
  private readonly examples: string[] = [];

  constructor(
    public readonly collection: string,
    private readonly isSampled: boolean,
  ) {}

  public get compared(): number {
    return this.counts.compared;
  }

  public get result(): Comparison {
    return { collection: this.collection, isSampled: this.isSampled, ...this.counts, examples: this.examples };
  }

  public pair(one: Point, other: Point): void {
    this.counts.compared += 1;
    if (textOf(one) !== textOf(other)) this.count('different', one.id);
  }

  public single(side: 'onlyInBackup' | 'onlyInCluster', { id }: Point): void {
    this.counts.compared += 1;
    this.count(side, id);
  }

  private count(what: 'different' | 'onlyInBackup' | 'onlyInCluster', id: PointId): void {
    this.counts[what] += 1;
    if (this.examples.length < MOST_EXAMPLES) this.examples.push(String(id));
  }
}

/** Both are read in the order of their ids, as Qdrant gives them. */
async function compareAll(tally: Tally, backup: Site, cluster: Site, options: PagedOptions): Promise<void> {
  const [ours, theirs] = [backup, cluster].map((site) => pointsIn(site, tally.collection, options));
  let [one, other] = [await ours.next(), await theirs.next()];
  while (!one.done || !other.done) {
    const order = one.done ? 1 : other.done ? -1 : byId(one.value.id, other.value.id);
    if (order === 0) tally.pair(one.value!, other.value!);
    else if (order < 0) tally.single('onlyInBackup', one.value!);
    else tally.single('onlyInCluster', other.value!);
    if (order <= 0) one = await ours.next();
    if (order >= 0) other = await theirs.next();
  }
}

async function* pointsIn(
  site: Site,
  collection: string,
  { page: limit, patienceSeconds: seconds }: PagedOptions,
): AsyncGenerator<Point, undefined> {
  let offset: PointId | null | undefined;
  do {
    const body = { limit, with_payload: true, with_vector: true, ...((offset ?? null) === null ? {} : { offset }) };
    const page = await site.ask(undefined, 'POST', collectionPath(collection, '/points/scroll'), body, seconds);
    yield* page.points as Point[];
    offset = page.next_page_offset;
  } while ((offset ?? null) !== null);
  return undefined;
}

/** Points of the backup, at random: what only the cluster has is seen by the counts alone. */
async function compareSample(tally: Tally, backup: Site, cluster: Site, options: PagedOptions): Promise<void> {
  const { sampleAbove: wanted, patienceSeconds: seconds, page } = options;
  const seen = new Set<string>();
  const all = { with_payload: true, with_vector: true };
  // What is drawn may have been drawn before.
  for (let round = 0; tally.compared < wanted && round < 3 * Math.ceil(wanted / page); round++) {
    const query = { query: { sample: 'random' }, limit: Math.min(page, wanted - tally.compared), ...all };
    const drawn = await backup.ask(undefined, 'POST', collectionPath(tally.collection, '/points/query'), query, seconds);
    const fresh = (drawn.points as Point[]).filter(({ id }) => !seen.has(String(id)));
    if (fresh.length === 0) continue;
    fresh.forEach(({ id }) => seen.add(String(id)));
    const body = { ids: fresh.map(({ id }) => id), ...all };
    const found: Point[] = await cluster.ask(undefined, 'POST', collectionPath(tally.collection, '/points'), body, seconds);
    const byText = new Map(found.map((point) => [String(point.id), point]));
    for (const point of fresh) {
      const other = byText.get(String(point.id));
      if (other) tally.pair(point, other);
      else tally.single('onlyInBackup', point);
    }
  }
}

/** Numbers come before UUIDs. */
function byId(one: PointId, other: PointId): number {
  const [isNumber, isOtherNumber] = [one, other].map((id) => /^\d+$/.test(String(id)));
  if (isNumber !== isOtherNumber) return isNumber ? -1 : 1;
  const [a, b] = isNumber ? [BigInt(one), BigInt(other)] : [String(one), String(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a point has, in one form: members of an object have no order. */
function textOf({ payload, vector }: Point): string {
  return JSON.stringify([payload ?? {}, vector ?? {}], (_name, value) => {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isMap ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) : value;
  });
}
