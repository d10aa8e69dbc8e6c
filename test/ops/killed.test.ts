import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeCluster } from '../support/fake-cluster';
import { ROOT } from '../support/programs';

const PROGRAM = join(ROOT, 'lib/cluster/bundles/ops.js');
const [KILLS, POINTS] = [10, 60];

let fake: FakeCluster;
let place: string;
let writing: NodeJS.Timeout | undefined;

beforeEach(async () => {
  place = mkdtempSync(join(tmpdir(), 'backups-'));
  fake = await FakeCluster.start({ nodes: 3, host: '127.0.0.91', snapshotMilliseconds: 40 });
  fake.addCollection('docs', 2, [[0, 1], [1, 2], [2, 0], [0, 1], [1, 2], [2, 0]]); // prettier-ignore
  fake.data.aliases.set('current', 'docs');
  for (let point = 0; point < POINTS; point++) fake.write('docs', point);
});
afterEach(async () => {
  clearInterval(writing);
  await fake.stop();
  rmSync(place, { recursive: true });
});

/** Runs the program as it is bundled, and kills it after so many milliseconds; the exit status, where it came to its end. */
function run(args: string[], milliseconds?: number): Promise<{ status: number | null; text: string }> {
  const where = [
    '--host',
    '127.0.0.91',
    '--rest-port',
    `${fake.port}`,
    '--clear-text',
    '--poll',
    '0.02',
    '--patience',
    '2',
    '--transfers',
    '1',
  ];
  const child = spawn(process.execPath, [PROGRAM, ...args, ...where], { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = milliseconds === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), milliseconds);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part));
  return new Promise((resolve) => child.on('close', (status) => (clearTimeout(timer), resolve({ status, text }))));
}

/** How long a run takes that is not killed, so that kills fall all over it. */
async function timed(args: string[]): Promise<number> {
  const begun = Date.now();
  expect(await run(args)).toMatchObject({ status: 0 });
  return Date.now() - begun;
}

const anyMoment = (milliseconds: number) => milliseconds * (0.1 + 0.9 * Math.random());
const finished = () => readdirSync(place).filter((id) => readdirSync(join(place, id)).includes('manifest.json'));
/** A folder in which nothing has come may be of a run that has just begun, and goes a day later. */
const begun = () =>
  readdirSync(place).filter((id) => readdirSync(join(place, id)).some((name) => name !== 'under-way.json.part'));

test('a backup that is killed at any moment, while points are written, is finished by the next, and leaves nothing', async () => {
  const whole = await timed(['backup', '--to', place]);
  let point = 1000;
  writing = setInterval(() => fake.write('docs', point++), 5);
  const moments: number[] = [];
  let ended = 1;
  for (let kill = 0; kill < KILLS; kill++) {
    moments.push(anyMoment(whole));
    if ((await run(['backup', '--to', place], moments.at(-1)!)).status === 0) ended += 1;
  }
  // What a node was asked for may come as long as anyone would wait for it.
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const last = await run(['backup', '--to', place]);
  clearInterval(writing);
  expect({ ...last, moments }).toMatchObject({ status: 0 });
  expect({ left: fake.data.leftOnNodes, moments }).toEqual({ left: [], moments });
  // What was killed once its manifest was written is a backup, too.
  expect(finished().length).toBeGreaterThan(ended);
  expect(begun().sort()).toEqual(finished().sort());
  for (const id of finished()) {
    const { status, text } = await run(['restore', '--from', join(place, id), '--collection', 'docs', '--as', `docs-${id}`]);
    expect({ text, status }).toMatchObject({ status: 0 });
    expect(fake.data.pointsOf(`docs-${id}`)).toEqual(expect.arrayContaining([...Array(POINTS).keys()]));
  }
});

test('a restore that is killed at any moment is finished by the next, and all points are somewhere at each', async () => {
  await run(['backup', '--to', place]);
  const [id] = finished();
  const whole = await timed(['restore', '--from', place, '--collection', 'docs', '--as', 'other']);
  fake.collections.delete('other');
  fake.data.aliases.set('since', 'docs');
  fake.write('docs', 999);
  const backedUp = [...Array(POINTS).keys()];
  const isThere = (name: string) =>
    fake.collections.has(name) && backedUp.every((point) => fake.data.pointsOf(name).includes(point));
  const moments: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    moments.push(anyMoment(2 * whole));
    await run(['restore', '--from', place, '--replace'], moments.at(-1)!);
    expect({ isThere: isThere('docs') || isThere(`docs-restore-${id}`), moments }).toMatchObject({ isThere: true });
  }
  const last = await run(['restore', '--from', place, '--replace']);
  expect({ ...last, moments }).toMatchObject({ status: 0 });
  expect([...fake.collections.keys()]).toEqual(['docs']);
  expect(fake.data.pointsOf('docs')).toEqual(backedUp);
  expect(fake.lostPoints('docs', backedUp)).toEqual([]);
  expect([...fake.data.aliases].sort()).toEqual([['current', 'docs'], ['since', 'docs']]); // prettier-ignore
});
