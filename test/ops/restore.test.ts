import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeCluster, FakeOptions } from '../support/fake-cluster';
import { fakeClusters } from '../support/fake-clusters';
import { ops } from '../support/ops-command';

const DOCS = {
  params: {
    vectors: { dense: { size: 2, distance: 'Cosine', on_disk: true, multivector_config: { comparator: 'max_sim' } } },
    sparse_vectors: { text: { modifier: 'idf', index: { on_disk: true } } },
    ...{ write_consistency_factor: 2, on_disk_payload: true, read_fan_out_factor: 1 },
  },
  hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10000 },
  optimizer_config: {
    deleted_threshold: 0.2,
    default_segment_number: 0,
    flush_interval_sec: 5,
    max_optimization_threads: null,
  },
  wal_config: { wal_capacity_mb: 32, wal_segments_ahead: 0 },
  quantization_config: { scalar: { type: 'int8', always_ram: true } },
  strict_mode_config: { enabled: true, max_query_limit: 100 },
  metadata: { owner: 'search' },
};

const start = fakeClusters(61);
let place: string;

beforeEach(() => (place = mkdtempSync(join(tmpdir(), 'backups-'))));
afterEach(() => rmSync(place, { recursive: true }));

async function startFilled(options: Partial<FakeOptions> = {}): Promise<FakeCluster> {
  const fake = await start(options);
  const nodes = fake.memberHosts.length;
  const placement = [0, 1, 2, 3].map((shard) => [...new Set([shard % nodes, (shard + 1) % nodes])]);
  fake.addCollection('docs', 2, placement, structuredClone(DOCS));
  fake.addCollection('images', 1, [[nodes - 1]]);
  Object.assign(fake.collections.get('docs')!.schema, {
    city: { data_type: 'keyword', points: 3 },
    text: { data_type: 'text', params: { type: 'text', tokenizer: 'word', lowercase: true }, points: 3 },
  });
  fake.data.aliases.set('current', 'docs');
  for (let point = 0; point < 40; point++) fake.write('docs', point);
  for (let point = 0; point < 5; point++) fake.write('images', point);
  fake.data.revise('docs', 7);
  return fake;
}

const run = (fake: FakeCluster, command: string, ...args: string[]) => {
  const where = [
    '--host',
    fake.memberHosts[0],
    '--rest-port',
    `${fake.port}`,
    '--clear-text',
    '--poll',
    '0.01',
    '--patience',
    '3',
  ];
  return ops([command, command === 'backup' ? '--to' : '--from', place, ...where, ...args]);
};
const backUp = async (fake: FakeCluster) => expect(await run(fake, 'backup')).toMatchObject({ status: 0 });
const idOf = () => readdirSync(place).sort().at(-1)!;
const manifestOf = () => JSON.parse(readFileSync(join(place, idOf(), 'manifest.json'), 'utf8'));
const MARK = 'cdktf-qdrant-restore';

/** What a collection was made with, and what a restore has noted in it. */
function configOf(fake: FakeCluster, name: string): any {
  const { config, shards, factor } = fake.collections.get(name)!;
  const params = { ...config.params, shard_number: shards.size, replication_factor: factor };
  return { ...config, params, metadata: { ...config.metadata, [MARK]: undefined } };
}

const number = (points: number) => [...Array(points).keys()];

describe('a restore', () => {
  test.each([
    ['to the same number of nodes', 3, 3],
    ['from three nodes to one', 3, 1],
    ['from one node to three', 1, 3],
    ['to more nodes', 3, 5],
  ])('brings all back %s: points, parameters, indexes and aliases', async (_what, from, to) => {
    const old = await startFilled({ nodes: from });
    await backUp(old);
    const fresh = await start({ nodes: to, transferMilliseconds: 150 });
    const { status, out } = await run(fresh, 'restore');
    expect({ status, out }).toEqual({
      status: 0,
      out: `Restored from ${idOf()}:\n  - docs, 40 points\n  - images, 5 points\n`,
    });
    const { city, text } = fresh.collections.get('docs')!.schema;
    expect([city, text]).toMatchObject([
      { data_type: 'keyword' },
      { params: { type: 'text', tokenizer: 'word', lowercase: true } },
    ]);
    expect(fresh.data.pointsOf('docs')).toEqual(number(40));
    expect(fresh.data.pointsOf('images')).toEqual(number(5));
    expect([...fresh.data.aliases]).toEqual([['current', 'docs']]);
    expect(fresh.data.lostIndexes).toEqual([]);
    for (const shard of [0, 1, 2, 3]) expect(fresh.holders('docs', shard)).toHaveLength(Math.min(2, to));
    expect(fresh.lostPoints('docs', number(40))).toEqual([]);
  });

  test('ends after its patience where somebody writes all the time, and goes on with the others', async () => {
    const old = await startFilled();
    await backUp(old);
    const fresh = await start();
    let written = 1000;
    fresh.tamper = (_host, url) => void (/docs\/points\/count/.test(url) && fresh.write('docs', written++));
    const begun = Date.now();
    const { status, out } = await run(fresh, 'restore', '--patience', '1');
    expect((Date.now() - begun) / 1000).toBeLessThan(10);
    expect({ status, out }).toEqual({
      status: 1,
      out: expect.stringMatching(/docs has \d+ points by .*and should have 40: it was written to/),
    });
    expect(fresh.data.pointsOf('images')).toEqual(number(5));
    fresh.tamper = () => undefined;
    expect(await run(fresh, 'backup')).toMatchObject({ status: 0 });
  }, 30000);

  test('passes each parameter on, that can be given at once or later only', async () => {
    const old = await startFilled();
    await backUp(old);
    const fresh = await start();
    await run(fresh, 'restore');
    expect(configOf(fresh, 'docs')).toEqual(configOf(old, 'docs'));
  });

  test.each([
    ['at once', false],
    ['by a restore of old that began with strict mode, and was killed', true],
  ])('brings back more indexes than strict mode allows, begun %s', async (_what, isOld) => {
    const old = await startFilled();
    const strict = { enabled: true, max_payload_index_count: 1 };
    old.collections.get('docs')!.config.strict_mode_config = strict;
    await backUp(old);
    const fresh = await start();
    if (isOld) {
      fresh.tamper = (_host, url) => (/upload/.test(url) ? [500, { status: { error: 'no' } }] : undefined);
      expect(await run(fresh, 'restore', '--collection', 'docs')).toMatchObject({ status: 1 });
      fresh.tamper = () => undefined;
      fresh.collections.get('docs')!.config.strict_mode_config = { ...strict };
      delete fresh.collections.get('docs')!.schema.text;
    }
    expect(await run(fresh, 'restore')).toMatchObject({ status: 0, out: expect.not.stringContaining('Note:') });
    expect(Object.keys(fresh.collections.get('docs')!.schema)).toEqual(['city', 'text']);
    expect(configOf(fresh, 'docs')).toEqual(configOf(old, 'docs'));
    expect(fresh.data.lostIndexes).toEqual([]);
  });

  test('has the other collections, too, where the cluster refuses one', async () => {
    await backUp(await startFilled());
    const fresh = await start();
    fresh.tamper = (_host, url) => (/docs\/index/.test(url) ? [400, { status: { error: 'No such type' } }] : undefined);
    const { status, out } = await run(fresh, 'restore');
    expect(status).toBe(1);
    expect(out).toMatch(
      /^Given up:\n {2}- docs cannot be restored: HTTP 400: No such type.*; run it again once that is mended\n/,
    );
    expect(out).toContain('  - images, 5 points\n');
    expect(fresh.data.pointsOf('images')).toEqual(number(5));
  });

  test('has what was there when it was backed up, whatever was written since', async () => {
    const fake = await startFilled();
    await backUp(fake);
    fake.data.revise('docs', 7);
    fake.write('docs', 99);
    const { status } = await run(fake, 'restore', '--collection', 'docs', '--as', 'docs-before');
    expect(status).toBe(0);
    expect(fake.data.pointsOf('docs-before')).toEqual(number(40));
    expect(fake.data.pointsOf('docs')).toEqual([...number(40), 99]);
  });

  test('of one collection leaves the others, and its aliases where they lead', async () => {
    const fake = await startFilled();
    await backUp(fake);
    const { status, out } = await run(fake, 'restore', '--collection', 'docs', '--as', 'docs-2');
    expect(status).toBe(0);
    expect(out).toMatch(/ {2}- docs as docs-2, 40 points\nNote:\n {2}- current, of docs, lead where they did before\n/);
    expect([...fake.data.aliases]).toEqual([['current', 'docs']]);
    expect([...fake.collections.keys()]).toEqual(['docs', 'images', 'docs-2']);
  });

  test('of the backup that is named, or the newest', async () => {
    const fake = await startFilled();
    await backUp(fake);
    const first = idOf();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    fake.write('images', 5);
    await backUp(fake);
    const fresh = await start();
    await run(fresh, 'restore', '--from', join(place, first), '--collection', 'images', '--as', 'old');
    await run(fresh, 'restore', '--collection', 'images');
    expect([fresh.data.pointsOf('old').length, fresh.data.pointsOf('images').length]).toEqual([5, 6]);
  });

  test('says first what it would do', async () => {
    const fake = await startFilled();
    await backUp(fake);
    const changes = fake.changes.length;
    const { status, out } = await run(fake, 'restore', '--replace', '--dry-run');
    expect({ status, changes: fake.changes.length }).toEqual({ status: 0, changes });
    expect(out).toContain(
      `To be done:\n  - restore docs (4 shards, 40 points) as docs-restore-${idOf()}, to see that it can be\n` +
        `  - remove docs, restore it from the same files, and remove docs-restore-${idOf()}\n`,
    );
  });

  test('gives up an alias that leads elsewhere now, and says so', async () => {
    const old = await startFilled();
    await backUp(old);
    const fresh = await start();
    fresh.addCollection('docs-7', 1, [[0]]);
    fresh.data.aliases.set('current', 'docs-7');
    const { status, out } = await run(fresh, 'restore');
    expect(status).toBe(1);
    expect(out).toMatch(/Left to do:\n {2}- the alias current leads to docs-7: switch it to docs if that is meant\n/);
    expect(fresh.data.aliases.get('current')).toBe('docs-7');
    expect(fresh.data.pointsOf('docs')).toEqual(number(40));
  });

  test('finds out where a copy is complete by its name alone', async () => {
    const old = await startFilled();
    await backUp(old);
    const fresh = await start();
    fresh.tamper = (_host, url) => {
      if (!/docs\/points\/count/.test(url)) return undefined;
      for (const shard of fresh.collections.get('docs')!.shards.values()) shard.copies.get(fresh.members[2].id)?.points.clear();
      return undefined;
    };
    const { status, out } = await run(fresh, 'restore', '--collection', 'docs');
    expect(status).toBe(1);
    expect(out).toMatch(/^Given up:\n {2}- docs has 40 points by \S+, \d+ points by \S+, .*, and should have 40; run it again/);
  });

  test('says which settings are not those of the backup, as a cluster has some of its own', async () => {
    const old = await startFilled();
    await backUp(old);
    const fresh = await start();
    fresh.tamper = (_host, url) => {
      const images = fresh.collections.get('images')?.config;
      if (/images$/.test(url) && images) images.quantization_config = { scalar: { type: 'int8' } };
      const docs = fresh.collections.get('docs')?.config;
      if (/docs$/.test(url) && docs) Object.assign(docs.strict_mode_config, { max_query_limit: 10, max_timeout: 60 });
      return undefined;
    };
    const { status, out } = await run(fresh, 'restore');
    expect(status).toBe(0);
    expect(out).toMatch(
      /Note:\n {2}- docs has other settings than in the backup: strict_mode_config\.max_query_limit, strict_mode_config\.max_timeout\n {2}- images has other settings than in the backup: quantization_config\n$/,
    );
  });

  test('is told as JSON, too', async () => {
    const old = await startFilled();
    await backUp(old);
    const fresh = await start();
    const told = JSON.parse((await run(fresh, 'restore', '--json')).out);
    expect(told).toMatchObject({
      ...{ schemaVersion: 1, command: 'restore', exitStatus: 0, ended: 'done', backup: idOf() },
      restored: [
        { collection: 'docs', name: 'docs', points: 40 },
        { name: 'images', points: 5 },
      ],
    });
  });
});

describe('shard keys', () => {
  async function startKeyed(): Promise<FakeCluster> {
    const fake = await start();
    fake.addCollection('tenants', 1, [], { params: { sharding_method: 'custom', shard_number: 1 } });
    const shards = fake.collections.get('tenants')!.shards;
    const copies = (...nodes: number[]) =>
      new Map(nodes.map((node) => [fake.members[node].id, { state: 'Active' as const, points: new Set<number>() }]));
    // The second of two keys was removed; the third has two shards, the last more copies than the collection asks for.
    shards.set(1, { key: 'north', copies: copies(0) });
    shards.set(3, { key: 42, copies: copies(1) });
    shards.set(4, { key: 42, copies: copies(2) });
    shards.set(5, { key: 'south', copies: copies(0, 1) });
    fake.data.put('tenants', 1, 1, 2);
    fake.data.put('tenants', 3, 3);
    fake.data.put('tenants', 4, 4, 5);
    fake.data.put('tenants', 5, 6);
    return fake;
  }

  test('come back with their points, copies, and numbers where they have several shards', async () => {
    await backUp(await startKeyed());
    const fresh = await start();
    expect(await run(fresh, 'restore')).toMatchObject({ status: 0 });
    const { shards } = fresh.collections.get('tenants')!;
    const told = [...shards].map(([id, { key, copies }]) => [id, key, copies.size, [...[...copies.values()][0].points].join()]);
    expect(told).toEqual([
      [1, 'north', 1, '1,2'],
      [3, 42, 1, '3'],
      [4, 42, 1, '4,5'],
      [5, 'south', 2, '6'],
    ]);
  });

  test('of a single shard need no number of old, and nothing is made for those that are gone', async () => {
    const fake = await start();
    fake.addCollection('tenants', 1, [], { params: { sharding_method: 'custom', shard_number: 1 } });
    const copies = new Map([[fake.members[0].id, { state: 'Active' as const, points: new Set([1]) }]]);
    fake.collections.get('tenants')!.shards.set(5000, { key: 'late', copies });
    await backUp(fake);
    const fresh = await start();
    expect(await run(fresh, 'restore')).toMatchObject({ status: 0 });
    expect([...fresh.collections.get('tenants')!.shards.keys()]).toEqual([1]);
    expect(fresh.data.pointsOf('tenants')).toEqual([1]);
  });

  test.each<[string, { [key: string]: number[] }]>([
    ['the first that there ever was has several shards', { eu: [1, 2], us: [3, 4] }],
    ['keys between them are gone', { second: [3, 4], fourth: [7, 8], sixth: [11, 12] }],
  ])('come back where %s', async (_what, keys) => {
    const fake = await start();
    fake.addCollection('tenants', 1, [], { params: { sharding_method: 'custom', shard_number: 2 } });
    for (const [key, ids] of Object.entries(keys)) {
      for (const id of ids) {
        const copies = new Map([[fake.members[0].id, { state: 'Active' as const, points: new Set([id]) }]]);
        fake.collections.get('tenants')!.shards.set(id, { key, copies });
      }
    }
    await backUp(fake);
    const fresh = await start();
    expect(await run(fresh, 'restore')).toMatchObject({ status: 0 });
    const told = [...fresh.collections.get('tenants')!.shards].map(([id, { key, copies }]) => {
      return [id, key, [...[...copies.values()][0].points]];
    });
    expect(told).toEqual(Object.entries(keys).flatMap(([key, ids]) => ids.map((id) => [id, key, [id]])));
  });

  test('that are numbers stay numbers, however large, and so do parameters', async () => {
    const fake = await start();
    const large = {
      optimizer_config: { indexing_threshold: '#18446744073709551615#' },
      metadata: { low: '#-9007199254740993#' },
    };
    fake.addCollection('tenants', 1, [], { params: { sharding_method: 'custom', shard_number: 1 }, ...large });
    ['#9007199254740993#', '9007199254740993', 7].forEach((key, index) => {
      const copies = new Map([[fake.members[0].id, { state: 'Active' as const, points: new Set([index]) }]]);
      fake.collections.get('tenants')!.shards.set(index + 1, { key, copies });
    });
    await backUp(fake);
    const fresh = await start();
    expect(await run(fresh, 'restore')).toMatchObject({ status: 0 });
    const { shards, config } = fresh.collections.get('tenants')!;
    expect([...shards.values()].map(({ key }) => key)).toEqual(['#9007199254740993#', '9007199254740993', 7]);
    expect(config).toMatchObject(large);
  });

  test('whose shards have numbers that none could have are refused', async () => {
    const fake = await startKeyed();
    fake.collections.get('tenants')!.shards.set(9, { ...fake.collections.get('tenants')!.shards.get(4)! });
    await backUp(fake);
    const fresh = await start();
    const { status, out } = await run(fresh, 'restore');
    expect(status).toBe(1);
    expect(out).toMatch(/^Refused:\n {2}- the shards of tenants have numbers that a new collection would not have/);
    expect(fresh.changes).toEqual([]);
  });
});

describe('a collection that exists', () => {
  test('is refused, and left as it is', async () => {
    const fake = await startFilled();
    await backUp(fake);
    const changes = fake.changes.length;
    const { status, out } = await run(fake, 'restore');
    expect({ status, changes: fake.changes.length }).toEqual({ status: 1, changes });
    expect(out).toMatch(/^Refused:\n {2}- there is a collection docs: say --as NAME to restore beside it, or --replace/);
  });

  test('is refused, too, where it was restored from another backup', async () => {
    const old = await startFilled();
    await backUp(old);
    const fresh = await start();
    await run(fresh, 'restore');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    old.write('docs', 99);
    await backUp(old);
    const { status, out } = await run(fresh, 'restore');
    expect({ status, points: fresh.data.pointsOf('docs').length }).toEqual({ status: 1, points: 40 });
    expect(out).toMatch(/^Refused:\n {2}- there is a collection docs: say --as NAME/);
    expect(await run(fresh, 'restore', '--replace', '--collection', 'docs')).toMatchObject({ status: 0 });
    expect(fresh.data.pointsOf('docs')).toEqual([...number(40), 99]);
  });

  test('is replaced once all of the backup is restored beside it', async () => {
    const fake = await startFilled();
    await backUp(fake);
    fake.write('docs', 99);
    fake.data.aliases.set('since', 'docs').set('other', 'images');
    const before = fake.changes.length;
    const { status } = await run(fake, 'restore', '--collection', 'docs', '--replace');
    expect(status).toBe(0);
    expect(fake.data.pointsOf('docs')).toEqual(number(40));
    expect([...fake.collections.keys()].sort()).toEqual(['docs', 'images']);
    // The one that has come since the backup, too.
    expect([...fake.data.aliases].sort()).toEqual([['current', 'docs'], ['other', 'images'], ['since', 'docs']]); // prettier-ignore
    const deeds = fake.changes.slice(before).filter((change) => /^(create|delete)/.test(change));
    const rehearsal = `docs-restore-${idOf()}`;
    expect(deeds).toEqual([`create ${rehearsal}`, 'delete docs', 'create docs', `delete ${rehearsal}`]);
  });

  test('stays where the backup turns out to be spoilt', async () => {
    const fake = await startFilled();
    await backUp(fake);
    fake.write('docs', 99);
    const file = join(place, idOf(), 'collection-0-shard-2.snapshot');
    writeFileSync(file, readFileSync(file).fill('y', 1000, 1001));
    const { status, out } = await run(fake, 'restore', '--collection', 'docs', '--replace');
    expect(status).toBe(1);
    expect(out).toMatch(
      /^Given up:\n {2}- tried 3 times to recover shard 2 of docs-restore-.*: collection-0-shard-2\.snapshot is damaged/,
    );
    expect(fake.data.pointsOf('docs')).toEqual([...number(40), 99]);
  });

  test('is another one where it was restored from the same backup, but of another collection', async () => {
    const fake = await startFilled();
    await backUp(fake);
    await run(fake, 'restore', '--collection', 'docs', '--as', 'copy');
    const again = await run(fake, 'restore', '--collection', 'images', '--as', 'copy');
    expect(again).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^Refused:\n {2}- there is a collection copy: say --as/),
    });
    expect(fake.data.pointsOf('copy')).toEqual(number(40));
    // One that was killed half way.
    fake.collections.get('copy')!.config.metadata[MARK].ended = false;
    expect(await run(fake, 'restore', '--collection', 'images', '--as', 'copy')).toMatchObject({ status: 1 });
    expect(fake.data.pointsOf('copy')).toEqual(number(40));
    expect(await run(fake, 'restore', '--collection', 'images', '--as', 'copy', '--replace')).toMatchObject({ status: 0 });
    expect(fake.data.pointsOf('copy')).toEqual(number(5));
  });

  test('stays where the backup has fewer points than its manifest tells', async () => {
    const fake = await startFilled();
    await backUp(fake);
    const manifest = manifestOf();
    delete manifest.digest;
    manifest.collections[0].points = { before: 41, after: 41, isExact: true, isQuiet: true };
    const digest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
    writeFileSync(join(place, idOf(), 'manifest.json'), JSON.stringify({ ...manifest, digest }));
    const { status, out } = await run(fake, 'restore', '--collection', 'docs', '--replace');
    expect(status).toBe(1);
    expect(out).toMatch(
      /docs-restore-\S+ has 40 points, and should have 41: what it is to replace stays; remove docs-restore-\S+, and run it again/,
    );
    expect(fake.data.pointsOf('docs')).toEqual(number(40));
  });

  test('is no collection where it is an alias: what that leads to is not removed', async () => {
    const old = await startFilled();
    await backUp(old);
    const fresh = await start();
    fresh.addCollection('docs-7', 1, [[0]]);
    fresh.data.aliases.set('docs', 'docs-7');
    const { status, out } = await run(fresh, 'restore', '--replace');
    expect(status).toBe(1);
    expect(out).toMatch(/^Refused:\n {2}- docs is an alias of docs-7: say --as NAME/);
    expect([...fresh.collections.keys()]).toEqual(['docs-7']);
  });
});

describe('a number of points', () => {
  /** A backup while which a point comes to one shard and goes from another, in the order in which these are taken. */
  async function backUpWritten(): Promise<void> {
    const fake = await startFilled({ snapshotMilliseconds: 100 });
    const under = run(fake, 'backup', '--transfers', '1');
    while (fake.data.counts.made < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const { shards } = fake.collections.get('docs')!;
    shards.get(0)!.copies.forEach(({ points }) => points.add(1000));
    shards.get(3)!.copies.forEach(({ points }) => points.delete(3));
    expect(await under).toMatchObject({ status: 0 });
  }

  test('that writes meanwhile explain is told, and all is restored', async () => {
    await backUpWritten();
    const fresh = await start();
    const { status, out } = await run(fresh, 'restore');
    expect(status).toBe(0);
    expect(out).toContain('  - docs, 39 points\n  - images, 5 points\n');
    expect(out).toContain('Note:\n  - docs has 39 points, and should have 40, unless it was written to meanwhile\n');
    expect([...fresh.data.aliases]).toEqual([['current', 'docs']]);
  });

  test('that nothing explains keeps nobody from having the other collections', async () => {
    await backUp(await startFilled());
    const fresh = await start();
    fresh.tamper = (_host, url, answer) =>
      /docs\/points\/count/.test(url) ? [200, { ...answer, result: { count: 39 } }] : undefined;
    const { status, out } = await run(fresh, 'restore');
    expect(status).toBe(1);
    expect(out).toMatch(
      /^Given up:\n {2}- docs has 39 points, and should have 40: it was written to before its restore had ended, or lacks some/,
    );
    expect(out).toContain('  - images, 5 points\n');
    expect(fresh.data.pointsOf('images')).toEqual(number(5));
  });
});

describe('a restore whose collection was written to before its end', () => {
  test('ends, with another number of points than it should, and is taken as it is by the next', async () => {
    await backUp(await startFilled());
    const fresh = await start();
    fresh.tamper = (_host, url) => (/docs\/points\/count/.test(url) ? [500, { status: { error: 'no' } }] : undefined);
    expect(await run(fresh, 'restore')).toMatchObject({ status: 1 });
    fresh.tamper = () => undefined;
    fresh.write('docs', 1000);
    const first = await run(fresh, 'restore');
    expect(first.status).toBe(1);
    expect(first.out).toMatch(/^Given up:\n {2}- docs has 41 points, and should have 40: it was written to before its restore/);
    const second = await run(fresh, 'restore');
    expect(second.status).toBe(0);
    expect(second.out).toContain('docs was restored from this backup before, had 41 points, and should have 40, and is left');
    expect([...fresh.data.aliases]).toEqual([['current', 'docs']]);
    expect(fresh.data.pointsOf('docs')).toEqual([...number(40), 1000]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await backUp(fresh);
  });

  test('has the one beside it until then, where it replaces another', async () => {
    const fake = await startFilled();
    await backUp(fake);
    fake.tamper = (_host, url) => (/docs\/points\/count/.test(url) ? [500, { status: { error: 'no' } }] : undefined);
    expect(await run(fake, 'restore', '--replace', '--collection', 'docs')).toMatchObject({ status: 1 });
    fake.tamper = () => undefined;
    fake.write('docs', 1000);
    expect(await run(fake, 'restore', '--collection', 'docs')).toMatchObject({ status: 1 });
    expect([...fake.collections.keys()].sort()).toEqual(['docs', `docs-restore-${idOf()}`, 'images']);
    expect(await run(fake, 'restore', '--collection', 'docs')).toMatchObject({ status: 0 });
    expect([...fake.collections.keys()].sort()).toEqual(['docs', 'images']);
    expect([...fake.data.aliases]).toEqual([['current', 'docs']]);
  });
});

test.each([
  ['one node', 1],
  ['all nodes', 3],
])('points that %s hides for a while are waited for', async (_what, nodes) => {
  await backUp(await startFilled());
  const fresh = await start();
  const late = fresh.memberHosts.slice(-nodes);
  let asked = 0;
  fresh.tamper = (host, url, answer) =>
    /docs\/points\/count/.test(url) && late.includes(host) && ++asked < 5 * nodes
      ? [200, { ...answer, result: { count: 33 } }]
      : undefined;
  const { status, out } = await run(fresh, 'restore');
  expect({ status, out }).toEqual({ status: 0, out: `Restored from ${idOf()}:\n  - docs, 40 points\n  - images, 5 points\n` });
  expect([...fresh.data.aliases]).toEqual([['current', 'docs']]);
});

describe('which backup is meant by whoever names none', () => {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 1000));

  test('is that of the cluster itself, where others have the place, too', async () => {
    const fake = await startFilled();
    await backUp(fake);
    const own = idOf();
    await pause();
    const other = await start();
    other.addCollection('docs', 1, [[0]]);
    await backUp(other);
    const { status, out } = await run(fake, 'restore', '--replace', '--collection', 'docs');
    expect({ status, out }).toEqual({ status: 0, out: expect.stringContaining(`Restored from ${own}:`) });
    expect(await run(await start(), 'restore')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/has backups of 2 clusters without names: give the id of one/),
    });
  });

  test('has all collections, or those that are asked for', async () => {
    const fake = await startFilled();
    await backUp(fake);
    const all = idOf();
    await pause();
    expect(await run(fake, 'backup', '--collection', 'images')).toMatchObject({ status: 0 });
    const some = idOf();
    const fresh = await start();
    expect((await run(fresh, 'restore', '--collection', 'images', '--as', 'copy')).out).toContain(`Restored from ${some}:`);
    expect((await run(fresh, 'restore')).out).toContain(`Restored from ${all}:\n  - docs, 40 points\n  - images, 5 points\n`);
  });

  test('is none of some collections', async () => {
    const fake = await startFilled();
    expect(await run(fake, 'backup', '--collection', 'images')).toMatchObject({ status: 0 });
    expect(await run(await start(), 'restore')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/has only backups of some collections \(images\): give --collection NAME/),
    });
  });

  test('is none that is dated ahead', async () => {
    const fake = await startFilled();
    await backUp(fake);
    const manifest = manifestOf();
    delete manifest.digest;
    const ahead = { ...manifest, id: '20990101T000000Z-0123abcd', begun: '2099-01-01T00:00:00.000Z' };
    const digest = createHash('sha256').update(JSON.stringify(ahead)).digest('hex');
    mkdirSync(join(place, ahead.id));
    writeFileSync(join(place, ahead.id, 'manifest.json'), JSON.stringify({ ...ahead, digest }));
    expect(await run(fake, 'restore', '--replace')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/the newest backup, 20990101T000000Z-0123abcd, is dated ahead of the clock/),
    });
  });
});

test('collections whose long names begin alike are replaced each for itself', async () => {
  const fake = await start();
  const names = ['one', 'two'].map((end) => `${'tenant-'.repeat(29)}${end}`);
  names.forEach((name, index) => {
    fake.addCollection(name, 1, [[0]]);
    for (let point = 0; point <= index; point++) fake.write(name, point);
  });
  await backUp(fake);
  const before = fake.changes.length;
  expect(await run(fake, 'restore', '--replace')).toMatchObject({ status: 0 });
  const made = fake.changes.slice(before).filter((change) => /^create .*-restore-/.test(change));
  expect([new Set(made).size, Math.max(...made.map(({ length }) => length)) <= 'create '.length + 255]).toEqual([2, true]);
  expect(names.map((name) => fake.data.pointsOf(name).length)).toEqual([1, 2]);
});

test('a collection may be called as keys look', async () => {
  const fake = await start();
  const name = '5f0c9a1e-1111-4222-8333-444455556666';
  fake.addCollection(name, 1, [[0]]);
  expect(await run(fake, 'backup', '--collection', name)).toMatchObject({ status: 0 });
  expect(await run(fake, 'restore', `--collection=${name}`, '--as', 'copy')).toMatchObject({ status: 0 });
  expect(await run(fake, 'restore', name)).toMatchObject({ status: 2, err: expect.stringContaining('looks like, a key') });
});

describe('nothing is restored', () => {
  test.each([
    ['an older minor release', '1.18.3', /1\.18\.3 is older than 1\.19\.0/],
    [
      'a release two further on',
      '1.21.0',
      /from 1\.19\.0 to 1\.21\.0 is more than one minor release; upgrade to the last release of 1\.20 first/,
    ],
  ])('to %s', async (_what, version, message) => {
    await backUp(await startFilled());
    const fresh = await start({ version });
    const { status, out } = await run(fresh, 'restore');
    expect(status).toBe(1);
    expect(out).toMatch(message);
    expect(fresh.changes).toEqual([]);
  });

  test('but to the next minor release', async () => {
    await backUp(await startFilled());
    expect(await run(await start({ version: '1.20.0' }), 'restore')).toMatchObject({ status: 0 });
  });

  test.each([
    [
      'a file is missing',
      () => unlinkSync(join(place, idOf(), 'collection-0-shard-1.snapshot')),
      /^Refused:\n {2}- the backup lacks collection-0-shard-1/,
    ],
    [
      'a file is cut',
      () => writeFileSync(join(place, idOf(), 'collection-1-shard-0.snapshot'), 'cut'),
      /^Refused:\n {2}- the backup lacks collection-1-shard-0/,
    ],
  ])('where %s', async (_what, spoil, message) => {
    await backUp(await startFilled());
    spoil();
    const fresh = await start();
    expect(await run(fresh, 'restore')).toMatchObject({ status: 1, out: expect.stringMatching(message) });
    expect(fresh.changes).toEqual([]);
  });

  test('where the manifest is not what was written, or there is none', async () => {
    await backUp(await startFilled());
    const file = join(place, idOf(), 'manifest.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"before": 40', '"before": 41'));
    const fresh = await start();
    expect(await run(fresh, 'restore')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/^error: the manifest of \S+ is not what was written/),
    });
    unlinkSync(file);
    expect(await run(fresh, 'restore')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/has no backup: no folder has a manifest of it/),
    });
  });

  test('to a disk that has no room', async () => {
    await backUp(await startFilled());
    const fresh = await start({ diskPercent: 84.98 });
    const { status, out } = await run(fresh, 'restore');
    expect(status).toBe(1);
    expect(out).toMatch(/^Given up:\n {2}- the disk of 127\.0\.0\.7\d has no room for shard 0 of docs/);
  });

  test('of what the backup does not have', async () => {
    await backUp(await startFilled());
    const fresh = await start();
    expect(await run(fresh, 'restore', '--collection', 'films')).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^Refused:\n {2}- the backup has no collection films; it has docs, images\n/),
    });
    expect(await run(fresh, 'restore', '--as', 'films')).toMatchObject({
      status: 2,
      err: 'error: --as goes with one --collection\n',
    });
  });
});

describe('a restore that is run again', () => {
  test('goes on where it was, and recovers nothing twice', async () => {
    const old = await startFilled();
    await backUp(old);
    const fresh = await start();
    let uploads = 0;
    fresh.tamper = (_host, url) => (/upload/.test(url) && ++uploads > 2 ? [500, { status: { error: 'no' } }] : undefined);
    const first = await run(fresh, 'restore', '--collection', 'docs', '--transfers', '1');
    expect(first).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^Given up:\n {2}- tried 3 times to recover shard 2 of docs: HTTP 500/),
    });
    fresh.tamper = () => undefined;
    const { recovered } = fresh.data.counts;
    const second = await run(fresh, 'restore', '--collection', 'docs', '--transfers', '1');
    expect(second).toMatchObject({ status: 0 });
    expect(second.err).not.toMatch(/recovers shard [01] /);
    expect(fresh.data.counts.recovered - recovered).toBe(2);
    expect(fresh.data.pointsOf('docs')).toEqual(number(40));
  });

  test('makes no index twice, which strict mode would refuse', async () => {
    const old = await startFilled();
    Object.assign(old.collections.get('docs')!.config.strict_mode_config, { max_payload_index_count: 2 });
    await backUp(old);
    const fresh = await start();
    fresh.tamper = (_host, url) => (/upload/.test(url) ? [500, { status: { error: 'no' } }] : undefined);
    expect(await run(fresh, 'restore', '--collection', 'docs')).toMatchObject({ status: 1 });
    fresh.tamper = () => undefined;
    expect(await run(fresh, 'restore', '--collection', 'docs')).toMatchObject({ status: 0 });
    expect(Object.keys(fresh.collections.get('docs')!.schema)).toEqual(['city', 'text']);
  });

  test('once it is done touches nothing of what was written since', async () => {
    await backUp(await startFilled());
    const fresh = await start();
    await run(fresh, 'restore');
    fresh.write('docs', 99);
    const { status, out } = await run(fresh, 'restore', '--replace');
    expect(status).toBe(0);
    expect(out).toMatch(/docs was restored from this backup before, and is left as it is: remove it first to restore it again/);
    expect(fresh.data.pointsOf('docs')).toContain(99);
  });

  test('leaves no mark in a later backup', async () => {
    await backUp(await startFilled());
    const fresh = await start();
    await run(fresh, 'restore');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await backUp(fresh);
    const [docs, images] = manifestOf().collections;
    expect([docs.config.metadata, images.config.metadata]).toEqual([{ owner: 'search' }, undefined]);
  });
});
