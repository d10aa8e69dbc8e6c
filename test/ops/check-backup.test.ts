import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { checkBackup, FolderPlace, PlaceTrouble } from '../../lib/ops';
import { FakeCluster } from '../support/fake-cluster';
import { fakeClusters } from '../support/fake-clusters';
import { ops } from '../support/ops-command';

const start = fakeClusters(101);
let place: string;

beforeEach(() => (place = mkdtempSync(join(tmpdir(), 'backups-'))));
afterEach(() => rmSync(place, { recursive: true }));

/** A cluster that is backed up. */
async function startBackedUp(): Promise<FakeCluster> {
  const fake = await start();
  fake.addCollection('docs', 2, [[0, 1], [1, 2]]); // prettier-ignore
  fake.addCollection('images', 1, [[2]]);
  for (let point = 0; point < 250; point++) fake.write('docs', point);
  for (let point = 0; point < 5; point++) fake.write('images', point);
  await backUp(fake);
  return fake;
}

const whereOf = (fake: FakeCluster) => ['--host', fake.memberHosts[0], '--rest-port', `${fake.port}`, '--clear-text'];
const backUp = async (fake: FakeCluster, ...args: string[]) =>
  expect(await ops(['backup', '--to', place, ...whereOf(fake), '--poll', '0.01', ...args])).toMatchObject({ status: 0 });
const check = (...args: string[]) => ops(['check-backup', '--from', place, '--poll', '0.01', '--patience', '3', ...args]);
const against = (fake: FakeCluster) => ['--against', `http://${fake.memberHosts[0]}:${fake.port}`];
const ids = () => readdirSync(place).sort();
const fileIn = (name: string, id = ids().at(-1)!) => join(place, id, name);
const laterBackup = async (fake: FakeCluster) => {
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await backUp(fake);
};

function spoil(name: string): void {
  const content = readFileSync(fileIn(name));
  content[1234] ^= 1;
  writeFileSync(fileIn(name), content);
}

describe('the files of a backup', () => {
  test('are all read, and found to be what they were', async () => {
    await startBackedUp();
    const { status, out, err } = await check();
    expect({ status, out }).toEqual({
      status: 0,
      out: expect.stringMatching(/^\S+: 3 files, 5\d\d KiB, read in [\d.]+ s\nNothing is wrong\.\n$/),
    });
    expect(err).toMatch(/^reads collection-0-shard-1\.snapshot; left: 2 files, \d+ KiB$/m);
  });

  test.each([
    ['one byte is another', () => spoil('collection-0-shard-1.snapshot'), 'collection-0-shard-1.snapshot is damaged'],
    ['one is missing', () => unlinkSync(fileIn('collection-1-shard-0.snapshot')), 'collection-1-shard-0.snapshot is missing'],
    [
      'one is cut',
      () => truncateSync(fileIn('collection-0-shard-0.snapshot'), 1000),
      'collection-0-shard-0.snapshot has 1000 bytes, and should',
    ],
    ['a byte of the manifest is another', () => spoil('manifest.json'), 'the manifest of '],
  ])('are found out where %s', async (_what, damage, message) => {
    await startBackedUp();
    damage();
    const { status, out } = await check();
    expect(status).toBe(1);
    expect(out).toContain(`error: ${message}`);
    expect(out).not.toContain('Nothing is wrong');
  });

  test('are found out where the manifest is an older one', async () => {
    const fake = await startBackedUp();
    fake.write('images', 5);
    await laterBackup(fake);
    const [older, newer] = ids();
    copyFileSync(fileIn('manifest.json', older), fileIn('manifest.json', newer));
    expect(await check()).toMatchObject({
      status: 1,
      out: expect.stringMatching(new RegExp(`^error: the manifest of ${newer} is that of another backup, ${older}\\n`)),
    });
    expect(await check('--from', join(place, older))).toMatchObject({ status: 0 });
  });

  test('of a manifest that only a later program knows are not looked at', async () => {
    await startBackedUp();
    const text = readFileSync(fileIn('manifest.json'), 'utf8');
    writeFileSync(fileIn('manifest.json'), text.replace('"schemaVersion": 1', '"schemaVersion": 2'));
    expect(await check()).toMatchObject({
      status: 1,
      out: expect.stringMatching(/is of form 2, and this program knows 1: use a later one/),
    });
  });

  test('that there are none is found, too', async () => {
    expect(await check()).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^error: \S+ has no backup: no folder has a manifest/),
    });
  });

  test('are those of the cluster that is named, where several have one place', async () => {
    const fake = await start();
    fake.addCollection('docs', 1, [[0]]);
    await backUp(fake, '--cluster', 'search');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await backUp(fake, '--cluster', 'shop');
    const [search] = ids();
    expect(await check()).toMatchObject({
      status: 2,
      err: expect.stringMatching(/has backups of several clusters \(shop, search\): give --cluster NAME/),
    });
    expect(await check('--cluster', 'search')).toMatchObject({
      status: 0,
      out: expect.stringMatching(new RegExp(`^${search}: `)),
    });
    expect(await check('--cluster', 'other')).toMatchObject({
      status: 1,
      out: expect.stringMatching(/has no backup of other/),
    });
  });
});

describe('a backup that is tried', () => {
  test.each([
    ['a server by itself', { nodes: 1, standalone: true }],
    ['a cluster of one node', { nodes: 1 }],
  ])('is restored to %s, compared point by point, and removed again', async (_what, options) => {
    const fake = await startBackedUp();
    const throwaway = await start(options);
    const { status, out } = await check(...against(throwaway), ...whereOf(fake));
    expect({ status, out }).toEqual({
      status: 0,
      out: expect.stringMatching(
        /^.*\nRestored, and removed again:\n {2}- docs, 250 points, in [\d.]+ s; 250 compared with the cluster's\n {2}- images, 5 points, .*; 5 compared with the cluster's\nNothing is wrong\.\n$/,
      ),
    });
    expect([...throwaway.collections.keys()]).toEqual([]);
    expect(throwaway.data.counts.recovered).toBe(3);
  });

  test('is only counted, where there is no cluster to compare it with', async () => {
    await startBackedUp();
    const throwaway = await start({ nodes: 1, standalone: true });
    const { status, out } = await check(...against(throwaway));
    expect(status).toBe(0);
    expect(out).toMatch(/ {2}- docs, 250 points, in [\d.]+ s\n/);
  });

  test('differs where a point was written since, was removed, or has come', async () => {
    const fake = await startBackedUp();
    fake.data.revise('docs', 103);
    fake.write('docs', 777);
    for (const copy of fake.shard('docs', 0).copies.values()) copy.points.delete(8);
    const throwaway = await start({ nodes: 1 });
    const strict = await check(...against(throwaway), ...whereOf(fake));
    expect(strict.status).toBe(1);
    expect(strict.out).toContain(
      'error: docs: of 251 points 1 differ, 1 are only in the backup, 1 only in the cluster (8, 103, 777); in all the backup has 250, the cluster 250\n',
    );
    expect([...throwaway.collections.keys()]).toEqual([]);
    const lenient = await check(...against(throwaway), ...whereOf(fake), '--allow-changes');
    expect(lenient).toMatchObject({ status: 0, out: expect.stringMatching(/^warning: docs: of 251 points 1 differ/m) });
  });

  test('asks for no more than strict mode allows', async () => {
    const fake = await start();
    const strict = { enabled: true, max_query_limit: 7, max_timeout: 1 };
    fake.addCollection('docs', 1, [[0], [1]], { strict_mode_config: strict });
    for (let point = 0; point < 30; point++) fake.write('docs', point);
    await backUp(fake);
    const throwaway = await start({ nodes: 1 });
    const where = [...against(throwaway), ...whereOf(fake)];
    expect(await check(...where)).toMatchObject({
      status: 0,
      out: expect.stringMatching(/; 30 compared with the cluster's\n/),
    });
    expect(await check(...where, '--sample-above', '20')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/drawn at random/),
    });
  });

  test('is sampled above so many points', async () => {
    const fake = await startBackedUp();
    const throwaway = await start({ nodes: 1 });
    const told = JSON.parse((await check(...against(throwaway), ...whereOf(fake), '--sample-above', '100', '--json')).out);
    const [docs, images] = told.compared;
    expect(docs).toMatchObject({ collection: 'docs', isSampled: true, different: 0, onlyInBackup: 0 });
    expect(docs.compared).toBeGreaterThan(50);
    expect(docs.compared).toBeLessThanOrEqual(100);
    expect(images).toMatchObject({ isSampled: false, compared: 5 });
    for (let point = 0; point < 250; point++) fake.data.revise('docs', point);
    expect(await check(...against(throwaway), ...whereOf(fake), '--sample-above', '100')).toMatchObject({ status: 1 });
  });

  test('has fewer points than it should, where it has', async () => {
    await startBackedUp();
    const throwaway = await start({ nodes: 1 });
    throwaway.tamper = (_host, url, answer) =>
      /docs\/points\/count/.test(url) ? [200, { ...answer, result: { count: 249 } }] : undefined;
    const { status, out } = await check(...against(throwaway));
    expect(status).toBe(1);
    expect(out).toContain('error: docs cannot be restored: docs has 249 points, and should have 250\n');
    expect(out).toMatch(/ {2}- images, 5 points/);
    expect([...throwaway.collections.keys()]).toEqual([]);
  });

  test('is told where it cannot be restored, while the cluster is still there to be copied', async () => {
    const fake = await startBackedUp();
    const { shards } = fake.collections.get('docs')!;
    shards.set(7, shards.get(1)!);
    shards.delete(1);
    await laterBackup(fake);
    const throwaway = await start({ nodes: 1 });
    const { status, out } = await check(...against(throwaway));
    expect(status).toBe(1);
    expect(out).toContain('error: the shards of docs have numbers that a new collection would not have');
    expect(out).toMatch(/ {2}- images, 5 points/);
    expect([...throwaway.collections.keys()]).toEqual([]);
  });

  test('is not restored where its files are damaged', async () => {
    await startBackedUp();
    spoil('collection-0-shard-1.snapshot');
    const throwaway = await start({ nodes: 1 });
    expect(await check(...against(throwaway))).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^warning: it was not restored/m),
    });
    expect(throwaway.changes).toEqual([]);
  });

  test('removes what an earlier check has left, and nothing else', async () => {
    await startBackedUp();
    const throwaway = await start({ nodes: 1 });
    throwaway.addCollection('docs', 1, [[0]], {
      metadata: { 'cdktf-qdrant-restore': { backup: 'x', recovered: [], ended: false, isThrowaway: true } },
    });
    expect(await check(...against(throwaway))).toMatchObject({ status: 0 });
    // One that a restore has made, for good.
    throwaway.addCollection('docs', 1, [[0]], {
      metadata: { 'cdktf-qdrant-restore': { backup: 'x', recovered: [0], ended: true } },
    });
    expect(await check(...against(throwaway))).toMatchObject({
      status: 1,
      out: expect.stringMatching(
        /^error: not restored: it has a collection docs\n {2}give --against another server, which is empty$/m,
      ),
    });
    expect([...throwaway.collections.keys()]).toEqual(['docs']);
  });

  test('is never tried on the cluster itself', async () => {
    const fake = await start();
    await backUp(fake);
    expect(await check(...against(fake))).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^error: not restored: \S+ is a node of the cluster that was backed up$/m),
    });
    expect(fake.changes).toEqual([]);
  });

  test('has to be of the release of the server, or the one before', async () => {
    await startBackedUp();
    const throwaway = await start({ nodes: 1, standalone: true, version: '1.18.0' });
    expect(await check(...against(throwaway))).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^error: not restored: the backup cannot be restored: 1\.18\.0 is older than 1\.19\.0/m),
    });
    expect(throwaway.changes).toEqual([]);
  });

  test('speaks to the server with a key of its own', async () => {
    await startBackedUp();
    const throwaway = await start({ nodes: 1, apiKey: 'of the throwaway' });
    expect(await check(...against(throwaway))).toMatchObject({ status: 2 });
    const keys = { QDRANT_THROWAWAY_API_KEY: 'of the throwaway', QDRANT_API_KEY: 'of the cluster' };
    expect(await ops(['check-backup', '--from', place, '--poll', '0.01', ...against(throwaway)], keys)).toMatchObject({
      status: 0,
    });
  });
});

describe('the arguments of check-backup', () => {
  test('need no cluster, but a place', async () => {
    expect(await ops(['check-backup'])).toMatchObject({
      status: 2,
      err: 'error: no place is named: give --from FOLDER or --from s3://BUCKET/PREFIX\n',
    });
    expect(await check('--host', 'a')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/^error: what is to be compared with the cluster/),
    });
    expect(await check('--against', 'ftp://a')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/^error: --against takes a name or an address/),
    });
  });
});

test('a cluster that says that it was asked too much is asked again', async () => {
  const fake = await startBackedUp();
  const throwaway = await start();
  let refusals = 0;
  fake.tamper = (_host, url) =>
    /points/.test(url) && ++refusals % 3 !== 0 ? [429, { status: { error: 'Rate limiting exceeded' } }] : undefined;
  const { status, out } = await check(...against(throwaway), ...whereOf(fake));
  expect({ status, out }).toEqual({ status: 0, out: expect.stringContaining('250 compared with the cluster') });
  fake.tamper = (_host, url) => (/points/.test(url) ? [429, { status: { error: 'Rate limiting exceeded' } }] : undefined);
  const again = await check(...against(throwaway), ...whereOf(fake), '--patience', '1');
  expect(again).toMatchObject({ status: 1, out: expect.stringContaining('docs cannot be compared: HTTP 429') });
});

test.each(['manifest.json', 'collection-0-shard-1.snapshot'])(
  'a connection that breaks while %s is read is told, by its name',
  async (name) => {
    await startBackedUp();
    const breaking = new FolderPlace(place);
    const read = breaking.read.bind(breaking);
    const cut = () => Readable.from((async function* () { yield Buffer.from('{'); throw new Error('aborted'); })()); // prettier-ignore
    breaking.read = async (id, file) => (file === name ? cut() : read(id, file));
    const options = {
      dryRun: false,
      transfers: 1,
      patienceSeconds: 1,
      pollSeconds: 0.01,
      progress: () => {},
      allowChanges: false,
    };
    const under = checkBackup(breaking, ids()[0], { ...options, sampleAbove: 1 });
    await expect(under).rejects.toThrow(new PlaceTrouble(`${name} of ${ids()[0]} in ${place} breaks off: aborted`));
  },
);
