import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeCluster } from '../../support/fake-cluster';
import { ROOT } from '../../support/programs';

const BUNDLE = join(ROOT, 'lib/cluster/bundles/ops.js');
const [FIRST, SECOND, THIRD, FOURTH] = [11, 12, 13, 14].map((end) => `127.0.0.${end}`);
const folder = mkdtempSync(join(tmpdir(), 'ops-bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let fake: FakeCluster;
let writing: NodeJS.Timeout | undefined;
afterEach(async () => {
  clearInterval(writing);
  await fake?.stop();
});

/** Where there is nothing but the bundle. It is killed after so many milliseconds, if any are given. */
function runAlone(args: string[], killAfter?: number): Promise<{ status: number | null; out: string; err: string }> {
  cpSync(BUNDLE, join(folder, 'ops.js'));
  const where = ['--host', FIRST, '--host', THIRD, '--rest-port', `${fake.port}`, '--clear-text', '--poll', '0.02'];
  const child = spawn(process.execPath, ['ops.js', ...args, ...where], { cwd: folder, env: {} });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  // Counted from its first words, as it takes its time to start.
  if (killAfter !== undefined) child.stderr.once('data', () => setTimeout(() => child.kill('SIGKILL'), killAfter));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
}

describe('the bundle of ops', () => {
  test('asks for nothing but what Node has', () => {
    const needed = [...readFileSync(BUNDLE, 'utf8').matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(needed).toContain('node:https');
    const others = needed.filter((name) => !name.startsWith('node:') && !builtinModules.includes(name));
    // AWS's client tries for it, for access points of many regions, and does without.
    expect(others.filter((name) => name !== '@aws-sdk/signature-v4-crt')).toEqual([]);
  });

  test('grows 3 to 4 and shrinks 4 to 3 under writes, killed at ten random moments, and loses no point', async () => {
    fake = await FakeCluster.start({ nodes: 3, transferMilliseconds: 100 });
    const placement = [...Array(36).keys()].map((shard) => [shard % 3, (shard + 1) % 3]);
    fake.addCollection('docs', 2, placement);
    await fake.join(FOURTH);
    const written: number[] = [];
    const write = () => {
      const point = written.length;
      if (fake.write('docs', point)) written.push(point);
    };
    for (let count = 0; count < 500; count++) write();
    writing = setInterval(write, 2);

    let killed = 0;
    for (const command of [['rebalance'], ['drain', SECOND]]) {
      for (let kill = 0; kill < 5; kill++) {
        const { status } = await runAlone(command, Math.random() * 150);
        if (status === null) killed++;
      }
      expect(await runAlone(command)).toMatchObject({ status: 0 });
      // 72 copies on four nodes: as they grow all the while, even by size is not quite even by number.
      if (command[0] === 'rebalance') expect([17, 18, 19]).toContain(fake.shardCount(FOURTH));
    }
    clearInterval(writing);
    expect(killed).toBeGreaterThanOrEqual(5);
    expect(fake.memberHosts).toEqual([FIRST, THIRD, FOURTH]);
    expect(placement.map((_, shard) => fake.holders('docs', shard).length)).toEqual(placement.map(() => 2));
    expect({ harms: fake.harms, lost: fake.lostPoints('docs', written) }).toEqual({ harms: [], lost: [] });
  });
});
