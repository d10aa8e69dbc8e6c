import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderPlace } from '../../lib/ops/backup/folder-place';
import { FakeCluster, FakeOptions } from '../support/fake-cluster';
import { ops } from '../support/ops-command';

const FIRST = '127.0.0.51';
let fake: FakeCluster;
let place: string;

beforeEach(() => (place = mkdtempSync(join(tmpdir(), 'backups-'))));
afterEach(async () => {
  await fake.stop();
  rmSync(place, { recursive: true });
});

async function start(options: Partial<FakeOptions> = {}): Promise<void> {
  fake = await FakeCluster.start({ nodes: 3, host: FIRST, diskPercent: 40, ...options });
}

/** Two collections on three nodes, and points in them. */
async function startFilled(options: Partial<FakeOptions> = {}): Promise<void> {
  await start(options);
  const config = {
    params: { vectors: { size: 2, distance: 'Dot' }, sparse_vectors: { text: {} } },
    metadata: { owner: 'search' },
  };
  fake.addCollection('docs', 2, [[0, 1], [1, 2], [2, 0], [0, 1]], config); // prettier-ignore
  fake.addCollection('images', 1, [[1]]);
  fake.collections.get('docs')!.schema.city = { data_type: 'keyword', points: 3 };
  fake.data.aliases.set('current', 'docs');
  for (let point = 0; point < 40; point++) fake.write('docs', point);
  for (let point = 0; point < 5; point++) fake.write('images', point);
}

/** As many points as before, in other shards. */
function swap(): void {
  const { shards } = fake.collections.get('docs')!;
  shards.get(0)!.copies.forEach(({ points }) => points.add(1000));
  shards.get(3)!.copies.forEach(({ points }) => points.delete(3));
}

const where = () => ['--host', FIRST, '--rest-port', `${fake.port}`, '--clear-text', '--poll', '0.01', '--patience', '3'];
const backUp = (...args: string[]) => ops(['backup', '--to', place, ...where(), ...args]);
const ids = () => readdirSync(place).sort();
const manifestOf = (id = ids().at(-1)!) => JSON.parse(readFileSync(join(place, id, 'manifest.json'), 'utf8'));

/** A backup that was made some days ago, as an earlier run would have left it. */
function age(id: string, days: number): string {
  const old = `${new Date(Date.now() - days * 86400000).toISOString().replace(/[-:]|\.\d+/g, '')}-${id.slice(-8)}`;
  const time = new Date(Date.now() - days * 86400000).toISOString();
  const manifest = { ...manifestOf(id), id: old, begun: time, ended: time };
  rewrite(id, manifest);
  mkdirSync(join(place, old));
  readdirSync(join(place, id)).forEach((name) => writeFileSync(join(place, old, name), readFileSync(join(place, id, name))));
  rmSync(join(place, id), { recursive: true });
  return old;
}

function rewrite(id: string, { digest: _, ...manifest }: any): void {
  const digest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
  writeFileSync(join(place, id, 'manifest.json'), JSON.stringify({ ...manifest, digest }));
}

describe('a backup', () => {
  test('has a file of each shard, and a manifest that tells all that a restore needs', async () => {
    await startFilled();
    const { status, out, err } = await backUp('--cluster', 'vectors');
    expect({ status, out }).toEqual({
      status: 0,
      out: expect.stringMatching(/^Backed up as \d{8}T\d{6}Z-[0-9a-f]{8}: 2 collections, 5 shards, 45 points, \d+ KiB\n$/),
    });
    expect(err).toMatch(/^snapshot of shard 0 of docs on 127\.0\.0\.5[12]; left: 5 shards, \d+\.\d KiB$/m);
    const manifest = manifestOf();
    expect(manifest).toMatchObject({
      ...{ schemaVersion: 1, id: ids()[0], cluster: 'vectors' },
      peers: [51, 52, 53].map((end) => ({ uri: `http://127.0.0.${end}:6335/`, version: '1.19.0' })),
      collections: [
        {
          name: 'docs',
          config: {
            params: { vectors: { size: 2, distance: 'Dot' }, sparse_vectors: { text: {} } },
            metadata: { owner: 'search' },
          },
          payloadSchema: { city: { data_type: 'keyword' } },
          aliases: ['current'],
          points: { before: 40, after: 40 },
          shards: [0, 1, 2, 3].map((id) => ({ id, key: null, copies: 2, estimatedPoints: 10 })),
        },
        { name: 'images', aliases: [], points: { before: 5, after: 5 }, shards: [{ id: 0, copies: 1 }] },
      ],
    });
    const files = manifest.collections.flatMap(({ shards }: any) => shards);
    for (const { file, bytes, sha256 } of files) {
      const content = readFileSync(join(place, ids()[0], file));
      expect({ bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }).toEqual({ bytes, sha256 });
    }
    expect(statSync(join(place, ids()[0])).mode & 0o77).toBe(0);
  });

  test('leaves nothing on the nodes, which made one snapshot at a time each', async () => {
    await startFilled({ snapshotMilliseconds: 20 });
    expect(await backUp('--transfers', '3')).toMatchObject({ status: 0 });
    expect(fake.data.counts).toMatchObject({ made: 5, mostAtATime: 1 });
    expect(fake.data.leftOnNodes).toEqual([]);
  });

  test('is spread over the nodes that have the shards', async () => {
    await startFilled();
    await backUp();
    const [docs] = manifestOf().collections;
    expect(new Set(docs.shards.map(({ peer }: any) => peer)).size).toBe(3);
  });

  test('has the collections that were named, and no others', async () => {
    await startFilled();
    await backUp('--collection', 'images');
    expect(manifestOf().collections.map(({ name }: any) => name)).toEqual(['images']);
    expect(await backUp('--collection', 'films')).toMatchObject({
      status: 1,
      out: 'Refused:\n  - there is no collection films\n',
    });
  });

  test('has collections that have no shards yet', async () => {
    await start();
    fake.addCollection('tenants', 1, [], { params: { sharding_method: 'custom' } });
    expect(await backUp()).toMatchObject({ status: 0 });
    expect(manifestOf().collections).toMatchObject([{ name: 'tenants', shards: [], points: { before: 0, after: 0 } }]);
  });

  test('tells how many points there were before and after, where points are written meanwhile', async () => {
    await startFilled({ snapshotMilliseconds: 20 });
    let point = 1000;
    const writing = setInterval(() => fake.write('docs', point++), 2);
    const { status, out } = await backUp();
    clearInterval(writing);
    expect(status).toBe(0);
    const { before, after } = manifestOf().collections[0].points;
    expect(after).toBeGreaterThan(before);
    expect(out).toContain(`docs was written to meanwhile: ${before} points before, ${after} after\n`);
  });

  test.each([
    ['nobody has written', () => {}, true],
    ['a point has come to one shard, and another gone from the other', swap, false],
  ])('tells whether its counts are for certain, where %s', async (_what, write, isQuiet) => {
    await startFilled({ snapshotMilliseconds: 100 });
    const under = backUp('--transfers', '1');
    while (fake.data.counts.made < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    write();
    expect(await under).toMatchObject({ status: 0 });
    expect(manifestOf().collections[0].points).toEqual({ before: 40, after: 40, isExact: true, isQuiet });
  });

  test('has parameters, indexes and aliases that have come meanwhile', async () => {
    await startFilled({ snapshotMilliseconds: 100 });
    const under = backUp('--transfers', '1');
    while (fake.data.counts.made < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const docs = fake.collections.get('docs')!;
    docs.schema.author = { data_type: 'keyword', points: 0 };
    docs.config.hnsw_config = { m: 64 };
    fake.data.aliases.set('newest', 'docs');
    expect(await under).toMatchObject({ status: 0 });
    const [{ payloadSchema, config, aliases }] = manifestOf().collections;
    expect([Object.keys(payloadSchema), config.hnsw_config, aliases]).toEqual([
      ['city', 'author'],
      { m: 64 },
      ['current', 'newest'],
    ]);
  });

  test('counts by estimates, where strict mode lets nobody count one by one', async () => {
    await startFilled();
    fake.collections.get('docs')!.config.strict_mode_config = { enabled: true, search_allow_exact: false };
    expect(await backUp()).toMatchObject({ status: 0 });
    const [docs, images] = manifestOf().collections;
    expect([docs.points, images.points]).toMatchObject([
      { after: 40, isExact: false },
      { after: 5, isExact: true },
    ]);
  });

  test('says of what it cannot be restored', async () => {
    await startFilled();
    const docs = fake.collections.get('docs')!;
    docs.shards.set(7, docs.shards.get(3)!);
    docs.shards.delete(3);
    const { status, out } = await backUp();
    expect(status).toBe(0);
    expect(out).toMatch(
      /Note:\n {2}- cannot be restored: the shards of docs have numbers that a new collection would not have/,
    );
  });

  test('does nothing but say what it would do, where that is asked for', async () => {
    await startFilled();
    const { status, out } = await backUp('--dry-run');
    expect({ status, ids: ids(), made: fake.data.counts.made }).toEqual({ status: 0, ids: [], made: 0 });
    expect(out).toMatch(/^To be done:\n {2}- a snapshot of shard 0 of docs \(9\.8 KiB\)\n/);
  });

  test('is told as JSON, too', async () => {
    await startFilled();
    const told = JSON.parse((await backUp('--json')).out);
    expect(told).toMatchObject({ schemaVersion: 1, command: 'backup', exitStatus: 0, ended: 'done', id: ids()[0] });
    expect(told.bytes).toBeGreaterThan(1_000_000);
  });
});

describe('no backup is taken', () => {
  test('where a shard has no complete copy that answers, and nothing is left', async () => {
    await startFilled();
    await fake.lose('127.0.0.52');
    const { status, out } = await backUp();
    expect({ status, ids: ids() }).toEqual({ status: 1, ids: [] });
    expect(out).toMatch(/^Refused:\n {2}- shard 0 of images has no complete copy that answers: bring back a node/);
  });

  test('where one is under way', async () => {
    await startFilled({ snapshotMilliseconds: 300 });
    const first = backUp('--poll', '0.02');
    while (!existsSync(join(place, ids()[0] ?? '', 'under-way.json'))) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await backUp('--poll', '0.02');
    expect(second).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^Refused:\n {2}- the backup \S+ is under way: wait/),
    });
    expect(await first).toMatchObject({ status: 0 });
    expect(ids()).toHaveLength(1);
  });

  test.each([
    ['into an empty place', 0],
    ['beside older ones', 1],
  ])('where two begin at once %s: one is taken, the other refused, and neither removes the other', async (_what, older) => {
    await startFilled({ snapshotMilliseconds: 50 });
    for (let turn = 0; turn < older; turn++) await backUp();
    const both = await Promise.all([1, 2].map(() => backUp('--keep', '1')));
    expect(both.map(({ status }) => status).sort()).toEqual([0, 1]);
    const [made, refused] = [...both].sort((one, other) => one.status - other.status);
    const id = /Backed up as (\S+):/.exec(made.out)![1];
    expect(refused.out).toBe(`Refused:\n  - the backup ${id} is under way: wait until it has ended\n`);
    expect([ids(), readdirSync(join(place, id)).includes('manifest.json')]).toEqual([[id], true]);
  });

  /** The journal of a run beside this one, which only looks at first. */
  function lookBeside(id: string): { stop: () => void; begin: () => void } {
    const journal: any = { schemaVersion: 1, id, cluster: 'vectors', peers: [], beat: 0, isLooking: true, takings: [] };
    const file = join(place, id, 'under-way.json');
    mkdirSync(join(place, id));
    const save = () => {
      journal.beat += 1;
      writeFileSync(`${file}.part`, JSON.stringify(journal));
      renameSync(`${file}.part`, file);
    };
    save();
    const timer = setInterval(save, 10);
    return { stop: () => clearInterval(timer), begin: () => delete journal.isLooking };
  }

  test('where another run looks, too, and has come before', async () => {
    await startFilled();
    const beside = lookBeside('20260101T000000Z-0123abcd');
    const { status, out } = await backUp('--cluster', 'vectors');
    beside.stop();
    expect({ status, out, ids: ids() }).toEqual({
      status: 1,
      out: 'Refused:\n  - the backup 20260101T000000Z-0123abcd is under way: wait until it has ended\n',
      ids: ['20260101T000000Z-0123abcd'],
    });
  });

  test('before another run that looks, too, and has come later, has given way or gone on', async () => {
    await startFilled();
    const id = '20990101T000000Z-0123abcd';
    const beside = lookBeside(id);
    const under = backUp('--cluster', 'vectors');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(fake.data.counts.made).toBe(0);
    beside.begin();
    expect(await under).toMatchObject({ status: 1, out: expect.stringContaining(`the backup ${id} is under way`) });
    beside.stop();
    rmSync(join(place, id), { recursive: true });
    const again = lookBeside(id);
    const later = backUp('--cluster', 'vectors');
    await new Promise((resolve) => setTimeout(resolve, 400));
    again.stop();
    rmSync(join(place, id), { recursive: true });
    expect(await later).toMatchObject({ status: 0 });
  });

  test('where shards have come meanwhile: it would lack them', async () => {
    await startFilled({ snapshotMilliseconds: 50 });
    const copies = new Map([[fake.nodeAt(FIRST).id, { state: 'Active' as const, points: new Set<number>() }]]);
    fake.tamper = (_host, url) => void (/wait=true/.test(url) && fake.collections.get('images')!.shards.set(1, { copies }));
    const { status, out } = await backUp();
    expect({ status, ids: ids(), left: fake.data.leftOnNodes }).toEqual({ status: 1, ids: [], left: [] });
    expect(out).toMatch(/^Given up:\n {2}- the shards of images have changed meanwhile/);
  });

  test('where another collection has come in place of one', async () => {
    await startFilled({ snapshotMilliseconds: 100 });
    const under = backUp('--transfers', '1');
    while (fake.data.counts.made < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    fake.collections.get('docs')!.config.params.vectors = { size: 999, distance: 'Dot' };
    const { status, out } = await under;
    expect({ status, ids: ids() }).toEqual({ status: 1, ids: [] });
    expect(out).toMatch(/^Given up:\n {2}- another collection has come in place of docs meanwhile/);
  });

  test.each([
    ['had none', undefined, true],
    ['was from the same backup', 'before', true],
    ['is the same all the time', 'before', false],
  ])('of a collection that a restore has brought, where the one before %s', async (_what, before, isReplaced) => {
    await startFilled({ snapshotMilliseconds: 100 });
    await backUp('--collection', 'docs');
    const [from] = ids();
    const replace = async () => {
      fake.collections.delete('docs');
      const where = ['restore', '--from', join(place, from), '--host', FIRST, '--rest-port', `${fake.port}`, '--clear-text'];
      expect(await ops([...where, '--poll', '0.01', '--collection', 'docs'])).toMatchObject({ status: 0 });
    };
    if (before) await replace();
    const made = fake.data.counts.made;
    const under = backUp('--transfers', '1', '--keep', '1');
    while (fake.data.counts.made <= made) await new Promise((resolve) => setTimeout(resolve, 5));
    if (isReplaced) await replace();
    const { status, out } = await under;
    expect(status).toBe(isReplaced ? 1 : 0);
    if (!isReplaced) return expect(ids()).toHaveLength(2);
    // Which of its requests comes while the collection is away is up to chance.
    expect(out).toMatch(
      /^Given up:\n {2}- (another collection has come in place of docs meanwhile|no node that has shard \d of docs whole answers)/,
    );
    expect(ids()).toHaveLength(1);
  });

  test('where S3 would be asked in clear text, whatever names its endpoint', async () => {
    await startFilled();
    const known = { ...process.env };
    Object.assign(process.env, { AWS_ENDPOINT_URL_S3: 'http://192.0.2.1:9000', AWS_REGION: 'eu-west-1' });
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'of-nobody', AWS_SECRET_ACCESS_KEY: 'of-nobody' });
    const { status, err } = await ops(['backup', '--to', 's3://backups', ...where()]);
    process.env = known;
    expect({ status, err }).toEqual({
      status: 2,
      err: 'error: S3 would be asked in clear text at 192.0.2.1: name an endpoint over TLS\n',
    });
  });

  test.each([
    ['is restored by half', 'docs', { ended: false }],
    ['has come by half of a check', 'docs', { ended: true, isThrowaway: true }],
    ['stands in for the one that is replaced', 'docs-restore-20260101T000000Z-0123abcd', { ended: true }],
  ])('where a collection %s: the next restore would take it for whole', async (_what, name, how) => {
    await startFilled();
    const mark = { backup: '20260101T000000Z-0123abcd', recovered: [0], ...how };
    fake.addCollection(name, 1, [[0]], { metadata: { 'cdktf-qdrant-restore': mark } });
    const { status, out } = await backUp('--keep', '1');
    expect({ status, ids: ids() }).toEqual({ status: 1, ids: [] });
    expect(out).toContain(`${name} is of a restore or a check of 20260101T000000Z-0123abcd that has not ended: run that again`);
    expect(await backUp('--collection', 'images')).toMatchObject({ status: 0 });
  });

  test('where a restore has begun meanwhile', async () => {
    await startFilled({ snapshotMilliseconds: 100 });
    const under = backUp('--transfers', '1');
    while (fake.data.counts.made < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    fake.collections.get('docs')!.config.metadata = { 'cdktf-qdrant-restore': { backup: 'x', recovered: [], ended: false } };
    expect(await under).toMatchObject({ status: 1, out: expect.stringContaining('a restore of docs has begun meanwhile') });
    expect(ids()).toEqual([]);
  });

  test.each([
    ['one byte is another', (content: Buffer) => content.fill('y', 1000, 1001), /is damaged: its SHA-256 is/],
    ['it is cut', (content: Buffer) => content.subarray(0, 5000), /has 5000 of \d+ bytes/],
    ['it is longer', (content: Buffer) => Buffer.concat([content, content]), /has more than the \d+ bytes that it should/],
  ])('where what nodes send is not what they have: %s', async (_what, spoil, message) => {
    await startFilled();
    fake.tamper = (_host, url, answer) =>
      /snapshot$/.test(url) && Buffer.isBuffer(answer) ? [200, spoil(Buffer.from(answer))] : undefined;
    const { status, out } = await backUp();
    expect({ status, ids: ids(), left: fake.data.leftOnNodes }).toEqual({ status: 1, ids: [], left: [] });
    expect(out).toMatch(/^Given up:\n {2}- tried 3 times to take shard/);
    expect(out).toMatch(message);
  });

  test('from a node that breaks off in the middle, where another has the shard', async () => {
    await startFilled();
    fake.breaksOff = (host) => host === FIRST;
    const { status, err } = await backUp('--collection', 'docs');
    expect({ status, left: fake.data.leftOnNodes }).toEqual({ status: 0, left: [] });
    expect(err).toMatch(/^ {2}not taken: the snapshot of shard \d of docs on peer \d+ breaks off: aborted$/m);
    fake.breaksOff = () => true;
    const again = await backUp('--collection', 'docs');
    expect(again).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^Given up:\n {2}- tried 3 times to take shard \d of docs: .* breaks off/),
    });
    expect({ ids: ids().length, left: fake.data.leftOnNodes }).toEqual({ ids: 1, left: [] });
  });

  test('from a node that fails, where another has the shard', async () => {
    await startFilled();
    fake.tamper = (host, url, answer) =>
      host === FIRST && Buffer.isBuffer(answer) ? [500, { status: { error: `no ${url}` } }] : undefined;
    expect(await backUp('--collection', 'docs')).toMatchObject({
      status: 0,
      err: expect.stringMatching(/not taken: HTTP 500: no /),
    });
    const first = fake.nodeAt(FIRST).id;
    expect(manifestOf().collections[0].shards.map(({ peer }: any) => peer)).not.toContain(first);
    expect(fake.data.leftOnNodes).toEqual([]);
  });

  test('of a disk that is full', async () => {
    await startFilled({ diskPercent: 86 });
    expect(await backUp()).toMatchObject({ status: 1, out: expect.stringMatching(/answers and has room for its snapshot/) });
    expect(ids()).toEqual([]);
  });
});

describe('what a backup that was killed has left', () => {
  /** As it is once a backup was killed when it had asked for a snapshot. */
  function leave(name?: string, before: string[] = []): string {
    const id = '20260101T000000Z-0123abcd';
    const peer = fake.nodeAt('127.0.0.52').id;
    const taking = { peer, collection: 'images', shard: 0, before, since: new Date().toISOString(), ...(name ? { name } : {}) };
    const journal = { schemaVersion: 1, id, cluster: null, peers: [peer], beat: 3, takings: [taking] };
    mkdirSync(join(place, id));
    writeFileSync(join(place, id, 'under-way.json'), JSON.stringify(journal));
    writeFileSync(join(place, id, 'collection-0-shard-0.snapshot.part'), 'half');
    return id;
  }

  const nameAt = (time: number) => `images-shard-0-${new Date(time).toISOString().slice(0, 19).replace(/[T:]/g, '-')}.snapshot`;
  const onNode = (...names: string[]) => {
    const place = `${fake.nodeAt('127.0.0.52').id} images/0`;
    fake.data.snapshots.set(place, new Map(names.map((name) => [name, Buffer.from('content')])));
  };

  test('is removed by the next, from the nodes and from the place', async () => {
    await startFilled();
    const [own, others] = [nameAt(Date.now() - 1000), nameAt(Date.now() - 2000)];
    onNode(own, others);
    const id = leave(own);
    expect(await backUp()).toMatchObject({ status: 0, err: expect.stringContaining(`clears away the backup ${id}`) });
    expect(fake.data.leftOnNodes).toEqual([others]);
    expect(existsSync(join(place, id))).toBe(false);
  });

  test('is found where it was not told what it is called', async () => {
    await startFilled();
    const [own, before, old] = [nameAt(Date.now()), nameAt(Date.now() - 2000), nameAt(Date.now() - 3600000)];
    onNode(own, before, old);
    leave(undefined, [before]);
    expect(await backUp()).toMatchObject({ status: 0 });
    expect(fake.data.leftOnNodes).toEqual([before, old]);
  });

  test('is left, and said, where it may be of someone else', async () => {
    await startFilled();
    const names = [nameAt(Date.now() - 5000), nameAt(Date.now() - 4000)];
    onNode(...names);
    leave();
    expect(await backUp()).toMatchObject({
      status: 0,
      out: expect.stringMatching(/Note:\n {2}- one of these snapshots of shard 0 of images/),
    });
    expect(fake.data.leftOnNodes).toEqual(names);
  });

  test.each([-60, 60, 240])('is left, and said, where it is of %d seconds after one was asked for', async (seconds) => {
    await startFilled();
    const own = nameAt(Date.now() + seconds * 1000);
    onNode(own);
    leave();
    const { status, out } = await backUp();
    expect({ status, left: fake.data.leftOnNodes }).toEqual({ status: 0, left: [own] });
    expect(out).toMatch(
      /Note:\n {2}- this snapshot of shard 0 of images on peer \d+ may be left of a backup, or be of someone else/,
    );
    expect(out).toContain(own);
  });

  test('is remembered while the node that has it is away', async () => {
    await startFilled();
    fake.collections
      .get('images')!
      .shards.get(0)!
      .copies.set(fake.nodeAt(FIRST).id, { state: 'Active', points: new Set([0, 1, 2, 3, 4]) });
    const own = nameAt(Date.now());
    onNode(own);
    const id = leave(own);
    await fake.lose('127.0.0.52');
    expect(await backUp()).toMatchObject({ status: 0, out: expect.stringContaining('may be left on 127.0.0.52') });
    expect(readdirSync(join(place, id))).toEqual(['under-way.json']);
    await fake.bringBack('127.0.0.52');
    expect(await backUp()).toMatchObject({ status: 0 });
    expect([fake.data.leftOnNodes, existsSync(join(place, id))]).toEqual([[], false]);
  });

  test('is removed, too, where it had written nothing', async () => {
    await startFilled();
    const unbegun = ['20260101T000000Z-0123abcd', '20260102T000000Z-0123abcd', 'of-a-person'];
    unbegun.forEach((id) => mkdirSync(join(place, id)));
    writeFileSync(join(place, unbegun[1], 'under-way.json.part'), '{');
    await backUp();
    expect(ids()).toEqual([expect.any(String), 'of-a-person']);
  });

  test('is left where it may be of a run that has just begun, or is of another cluster', async () => {
    await startFilled();
    const now = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const others = [`${now}-00000000`, `${now}-00000001`, '20260101T000000Z-0123abcd'];
    others.forEach((id) => mkdirSync(join(place, id)));
    others.slice(1).forEach((id) => writeFileSync(join(place, id, 'under-way.json.part'), '{"peers":["77"],"cluster":null}'));
    expect(await backUp()).toMatchObject({ status: 0 });
    expect(ids()).toEqual(expect.arrayContaining(others));
  });

  test('is looked for again while a node may still be at work on it', async () => {
    await startFilled();
    const id = leave();
    expect(await backUp('--patience', '2')).toMatchObject({ status: 0 });
    expect(readdirSync(join(place, id))).toEqual(['under-way.json']);
    onNode(nameAt(Date.now()));
    expect(await backUp('--patience', '2')).toMatchObject({ status: 0 });
    expect([fake.data.leftOnNodes, existsSync(join(place, id))]).toEqual([[], false]);
  });

  test('is removed later, too, where a node did not answer to what it did all the same', async () => {
    await startFilled();
    let cut = 0;
    fake.cuts = (_host, method, url) => {
      if (method !== 'POST' || !/images.*wait=true/.test(url) || ++cut > 1) return false;
      // What is made within one second has one name.
      onNode(nameAt(Date.now() - 1000));
      return true;
    };
    expect(await backUp('--collection', 'images')).toMatchObject({
      status: 0,
      err: expect.stringContaining('not taken: 127.0.0.52'),
    });
    expect(fake.data.leftOnNodes).toHaveLength(1);
    const [id] = ids();
    expect(readdirSync(join(place, id)).sort()).toEqual(['collection-0-shard-0.snapshot', 'manifest.json', 'under-way.json']);
    expect(await backUp()).toMatchObject({ status: 0 });
    expect(fake.data.leftOnNodes).toEqual([]);
    expect(readdirSync(join(place, id)).sort()).toEqual(['collection-0-shard-0.snapshot', 'manifest.json']);
  });

  test.each(['--json', '--quiet'])(
    'is told where a node does not remove it, whatever becomes of the lines meanwhile: %s',
    async (how) => {
      await startFilled();
      const own = new RegExp('images/shards/0/snapshots/.');
      // As it deletes what it has sent before.
      let isSent = false;
      fake.tamper = (_host, url, answer) => {
        if (!own.test(url)) return undefined;
        if (!isSent) return void (isSent = Buffer.isBuffer(answer));
        return [500, { status: { error: 'disk' } }];
      };
      const { status, out } = await backUp('--collection', 'images', how);
      const note = /left on peer \d+, to be removed by the next run: images-shard-0-\S+\.snapshot \(HTTP 500: disk/;
      expect(status).toBe(0);
      if (how === '--json') expect(JSON.parse(out).notes).toEqual([expect.stringMatching(note)]);
      else expect(out).toMatch(note);
    },
  );

  test('is made, and named, whatever becomes of older ones', async () => {
    await startFilled();
    await backUp();
    age(ids()[0], 3);
    const made = () => ids().filter((id) => existsSync(join(place, id, 'manifest.json'))).length;
    let before = made();
    fake.tamper = (_host, url) =>
      url === '/collections' && made() > before ? [503, { status: { error: 'busy' } }] : undefined;
    expect(await backUp()).toMatchObject({ status: 0 });
    before = made();
    const { status, out } = await backUp('--keep', '1', '--json');
    const { id, notes } = JSON.parse(out);
    expect({ status, notes }).toEqual({ status: 0, notes: [expect.stringMatching(/^older backups were not removed: .*busy/)] });
    expect(ids()).toContain(id);
    expect(ids()).toHaveLength(3);
  });

  test('that cannot be read counts for none', async () => {
    await startFilled();
    await backUp();
    const good = age(ids()[0], 3);
    await backUp();
    const unreadable = age(ids().at(-1)!, 2);
    for (const { shards } of fake.collections.values()) {
      for (const { copies } of shards.values()) copies.forEach(({ points }) => points.clear());
    }
    const { read } = FolderPlace.prototype;
    jest.spyOn(FolderPlace.prototype, 'read').mockImplementation(function (this: FolderPlace, id, name) {
      if (id === unreadable && name.endsWith('.snapshot')) throw new Error('EIO');
      return read.call(this, id, name);
    });
    const { status, out } = await backUp('--keep', '1', '--json');
    jest.restoreAllMocks();
    const note = expect.stringMatching(`of the backup ${unreadable} cannot be read .*EIO.*: that backup counts for none`);
    expect({ status, notes: JSON.parse(out).notes }).toMatchObject({ status: 0, notes: [note] });
    expect(ids()).toEqual([good, JSON.parse(out).id]);
  });

  test('is waited for as long as that run beats, however fast this one looks', async () => {
    await startFilled({ snapshotMilliseconds: 700 });
    const first = backUp('--poll', '0.3', '--transfers', '1');
    while (!existsSync(join(place, ids()[0] ?? '', 'under-way.json'))) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await backUp('--poll', '0.01')).toMatchObject({ status: 1, out: expect.stringContaining('is under way: wait') });
    expect(await first).toMatchObject({ status: 0 });
    expect(ids()).toHaveLength(1);
  }, 20000);

  test('is a backup where it has ended while it was looked at', async () => {
    await startFilled();
    const id = leave();
    const end = new Promise((resolve) => setTimeout(resolve, 60));
    const under = backUp('--collection', 'images');
    await end;
    // As whoever was at work writes it last.
    writeFileSync(join(place, id, 'manifest.json'), '{}');
    expect(await under).toMatchObject({ status: 0 });
    expect(readdirSync(join(place, id))).toContain('manifest.json');
  });

  test('is left alone where it is of another cluster', async () => {
    await startFilled();
    const id = leave();
    const file = join(place, id, 'under-way.json');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), peers: ['77'] }));
    expect(await backUp()).toMatchObject({ status: 0 });
    expect(readdirSync(join(place, id))).toHaveLength(2);
  });
});

describe('old backups', () => {
  test('are removed by count, the oldest first, with nothing beside them', async () => {
    await startFilled();
    const made: string[] = [];
    for (const days of [9, 8, 7]) {
      await backUp();
      made.push(age(ids().at(-1)!, days));
    }
    writeFileSync(join(place, 'notes.txt'), 'of a person');
    writeFileSync(join(place, made[0], 'notes.txt'), 'of a person');
    const dry = await backUp('--keep', '2', '--dry-run');
    expect(dry.out).toMatch(new RegExp(`Backups to be removed:\\n {2}- ${made[0]}\\n {2}- ${made[1]}\\n$`));
    const { status, out } = await backUp('--keep', '2');
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`Backups removed:\\n {2}- ${made[0]}\\n {2}- ${made[1]}\\n`));
    expect(ids()).toEqual([made[0], made[2], expect.any(String), 'notes.txt'].sort());
    expect(readdirSync(join(place, made[0]))).toEqual(['notes.txt']);
  });

  test('are removed by age, but for those that the count keeps', async () => {
    await startFilled();
    const made: string[] = [];
    for (const days of [40, 30, 2]) {
      await backUp();
      made.push(age(ids().at(-1)!, days));
    }
    await backUp('--keep-days', '35');
    expect(ids()).toEqual([made[1], made[2], expect.any(String)]);
    await backUp('--keep-days', '1', '--keep', '3');
    expect(ids()).toEqual([made[2], expect.any(String), expect.any(String)]);
  });

  test('are never removed where they are the last good one: what has no points, or not all files, is none', async () => {
    await startFilled();
    await backUp();
    const good = age(ids()[0], 90);
    for (const name of ['docs', 'images']) fake.collections.delete(name);
    const { out } = await backUp('--keep', '1', '--keep-days', '1');
    expect(out).not.toContain('Backups removed');
    expect(ids()).toEqual([good, expect.any(String)]);
  });

  test('are not removed for one that is damaged by a byte, where they are the last that is not', async () => {
    await startFilled();
    await backUp();
    const good = age(ids()[0], 90);
    await backUp();
    const spoilt = age(ids().at(-1)!, 10);
    const file = join(place, spoilt, 'collection-1-shard-0.snapshot');
    writeFileSync(file, readFileSync(file).fill('y', 1000, 1001));
    for (const name of ['docs', 'images']) fake.collections.delete(name);
    const { out } = await backUp('--keep', '1');
    expect(out).toMatch(
      new RegExp(
        `Note:\\n {2}- collection-1-shard-0.snapshot of the backup ${spoilt} is damaged: that backup counts for none\\n`,
      ),
    );
    expect(ids()).toEqual([good, expect.any(String)]);
    expect(await backUp('--keep', '1')).toMatchObject({ status: 0 });
    expect(ids()).toEqual([good, expect.any(String)]);
  });

  test('of all collections are not removed for those of one', async () => {
    await startFilled();
    await backUp();
    const all = age(ids()[0], 20);
    await backUp('--collection', 'images', '--collection', 'images');
    const one = age(ids().at(-1)!, 10);
    await backUp('--collection', 'images', '--keep', '1');
    expect(ids()).toEqual([all, expect.any(String)]);
    expect(ids()).not.toContain(one);
  });

  test('count for none where a file is not as it was', async () => {
    await startFilled();
    await backUp();
    const good = age(ids()[0], 90);
    await backUp();
    const cut = age(ids().at(-1)!, 10);
    writeFileSync(join(place, cut, 'collection-0-shard-1.snapshot'), 'cut');
    await backUp('--keep', '2');
    expect(ids()).toEqual([good, cut, expect.any(String)]);
  });

  test('of other clusters are left alone, and those whose manifest cannot be believed, with a note', async () => {
    await startFilled();
    await backUp('--cluster', 'other');
    const other = age(ids()[0], 20);
    await backUp();
    const spoilt = age(ids().at(-1)!, 10);
    rewrite(spoilt, { ...manifestOf(spoilt), schemaVersion: 2 });
    const { out } = await backUp('--keep', '1');
    expect(out).toMatch(
      /Note:\n {2}- the manifest of \S+ is of form 2, and this program knows 1: use a later one: nothing of it is removed/,
    );
    expect(ids()).toEqual([other, spoilt, expect.any(String)]);
  });
});

describe('the backup that was just made', () => {
  test('is not removed for one that is dated ahead, which is told, and left', async () => {
    await startFilled();
    await backUp();
    const ahead = age(ids()[0], -3);
    const { status, out } = await backUp('--keep', '1');
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`Note:\\n {2}- the backup ${ahead} is dated ahead of the clock of this machine`));
    expect(ids()).toEqual([expect.any(String), ahead]);
    const [made] = ids();
    await backUp('--keep', '1');
    expect(ids()).toEqual([expect.any(String), ahead]);
    expect(ids()[0]).not.toBe(made);
  });

  test.each([
    ['has begun since', 1, 1],
    ['has ended since', -60, 1],
  ])('is not the only one that stays where another one %s, which no journal has told', async (_what, begun, ended) => {
    await startFilled({ snapshotMilliseconds: 50 });
    await backUp();
    const [old] = ids();
    const other = `${old.slice(0, -8)}ffffffff`;
    const made = fake.data.counts.made;
    const under = backUp('--keep', '1', '--transfers', '1');
    while (fake.data.counts.made <= made) await new Promise((resolve) => setTimeout(resolve, 5));
    cpSync(join(place, old), join(place, other), { recursive: true });
    const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    rewrite(other, { ...manifestOf(old), id: other, begun: at(begun), ended: at(ended) });
    expect(await under).toMatchObject({ status: 0, out: expect.stringContaining(`Backups removed:\n  - ${old}\n`) });
    expect(ids()).toEqual(expect.arrayContaining([other, /Backed up as (\S+):/.exec((await under).out)![1]]));
    expect(ids()).toHaveLength(2);
  });

  test('is the newest of those of one second', async () => {
    await startFilled();
    for (let turn = 0; turn < 6; turn++) {
      const { out } = await backUp('--keep', '1');
      expect(ids()).toEqual([/Backed up as (\S+):/.exec(out)![1]]);
    }
  });
});

describe('a backup that a restore needs', () => {
  test('is not removed, whatever the rules say', async () => {
    await startFilled();
    await backUp('--collection', 'images');
    const needed = age(ids()[0], 20);
    await backUp('--collection', 'images');
    const other = age(ids().at(-1)!, 10);
    const mark = { backup: needed, recovered: [], ended: false };
    fake.addCollection('copy', 1, [[0]], { metadata: { 'cdktf-qdrant-restore': mark } });
    expect(await backUp('--collection', 'images', '--keep', '1')).toMatchObject({ status: 0 });
    expect(ids()).toEqual([needed, expect.any(String)]);
    expect(ids()).not.toContain(other);
  });
});

describe('a backup that a restore needs which has begun meanwhile', () => {
  test.each(['docs-restore', 'copy'])('is not removed, where that makes %s', async (begun) => {
    await startFilled();
    await backUp();
    const needed = age(ids()[0], 20);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    (fake.options as any).snapshotMilliseconds = 100;
    const made = fake.data.counts.made;
    const under = backUp('--keep', '1', '--transfers', '1');
    while (fake.data.counts.made <= made) await new Promise((resolve) => setTimeout(resolve, 5));
    const name = begun === 'copy' ? begun : `docs-restore-${needed}`;
    const mark = { backup: needed, recovered: [], ended: false };
    fake.addCollection(name, 1, [[0]], { metadata: { 'cdktf-qdrant-restore': mark } });
    expect(await under).toMatchObject({ status: 0 });
    expect(ids()).toEqual([needed, expect.any(String)]);
  });
});

test('a manifest that names files outside its folder removes none of them', async () => {
  await startFilled();
  await backUp();
  const old = age(ids()[0], 20);
  const manifest = manifestOf(old);
  manifest.collections[0].shards[0].file = '../precious.txt';
  rewrite(old, manifest);
  writeFileSync(join(place, 'precious.txt'), 'of a person');
  const { out } = await backUp('--keep', '1');
  expect(out).toContain('names a file that no backup has: ../precious.txt: nothing of it is removed');
  expect(readFileSync(join(place, 'precious.txt'), 'utf8')).toBe('of a person');
});

describe('the arguments of backup', () => {
  test.each([
    [['--host', 'a'], 'no place is named: give --to FOLDER or --to s3://BUCKET/PREFIX'],
    [['--host', 'a', '--to', 'b/20260101T000000Z-0123abcd'], '--to takes the place of all backups, without the id of one'],
    [['--host', 'a', '--to', 'b', '--keep', '0'], '--keep takes a number from 1 to 1000000'],
    [['--host', 'a', '--to', 'b', '--keep', '1.5'], '--keep takes a number from 1 to 1000000'],
    [['--to', 'b'], 'no cluster is named'],
    [['--host', 'a', '--to', 'gs://bucket'], '--to takes a folder, or s3://BUCKET/PREFIX'],
    [['--host', 'a', '--to', 'b', '--endpoint', 'https://c'], '--endpoint is for s3://BUCKET/PREFIX'],
    [
      ['--host', 'a', '--to', 's3://b', '--endpoint', 'http://192.0.2.1:9000'],
      '--endpoint takes the address of what speaks S3, over TLS',
    ],
    [['--host', 'a', '--to', 's3://b', '--endpoint', 'minio:9000'], '--endpoint takes the address of what speaks S3, over TLS'],
  ])('are refused in one line: %j', async (args, message) => {
    await start();
    const { status, err } = await ops(['backup', ...args]);
    expect(status).toBe(2);
    expect(err.startsWith(`error: ${message}`)).toBe(true);
  });

  test('a file of certificates that is not there ends it with 2', async () => {
    await start();
    const environment = { AWS_CA_BUNDLE: join(place, 'none.pem'), AWS_REGION: 'eu-west-1' };
    expect(await ops(['backup', '--to', 's3://backups', ...where()], environment)).toMatchObject({
      status: 2,
      err: 'error: the file that AWS_CA_BUNDLE names cannot be read: ENOENT\n',
    });
  });

  test('a place that cannot be written ends it with 2', async () => {
    await startFilled();
    const file = join(place, 'file');
    writeFileSync(file, '');
    const { status, err } = await ops(['backup', '--to', file, ...where()]);
    expect({ status, err }).toEqual({ status: 2, err: `error: ${file} cannot be written: ENOTDIR\n` });
  });
});
