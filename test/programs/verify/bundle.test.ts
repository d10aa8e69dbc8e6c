import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CA, OpenServer } from '../../support/open-server';
import { freePort } from '../../support/network/free-port';
import { ROOT, run } from '../../support/programs';

const BUNDLE = 'lib/cluster/bundles/verify.js';
const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where there is nothing but the bundle, and no environment. */
function runAlone(args: string[]): Promise<{ status: number | null; out: string; err: string }> {
  const place = mkdtempSync(join(folder, 'alone-'));
  cpSync(join(ROOT, BUNDLE), join(place, 'verify.js'));
  const child = spawn(process.execPath, ['verify.js', ...args], { cwd: place, env: {} });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
}

describe('the bundle of verify', () => {
  test('is what the sources give, wherever they are', () => {
    const copy = join(folder, 'elsewhere', 'deeper');
    mkdirSync(copy, { recursive: true });
    const isSource = (path: string) => !/\.js$|\.d\.ts$/.test(path);
    cpSync(join(ROOT, 'lib'), join(copy, 'lib'), { recursive: true, filter: isSource });
    for (const file of ['scripts/bundle.js', 'tsconfig.json', 'package.json']) cpSync(join(ROOT, file), join(copy, file));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    run('node', ['scripts/bundle.js'], { cwd: copy });
    expect(readFileSync(join(copy, BUNDLE), 'utf8')).toBe(readFileSync(join(ROOT, BUNDLE), 'utf8'));
  });

  test('asks for nothing but what Node has', () => {
    const text = readFileSync(join(ROOT, BUNDLE), 'utf8');
    const needed = [...text.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(needed).toContain('node:tls');
    expect(needed.filter((name) => !name.startsWith('node:'))).toEqual([]);
  });

  test.each([
    ['0 where nothing is open', {}, 0, /^passed +no-key +QDR013 +127\.0\.0\.1 +REST/m],
    ['1 where something is', { restKey: false }, 1, /^error: no-key \(QDR013\), 127\.0\.0\.1, REST/m],
  ])('runs by itself, and ends with %s', async (_what, holes, status, report) => {
    const server = await OpenServer.start({ rest: 'none', grpc: 'none', ...holes });
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, CA.certificate);
    const { rest, grpc } = server.ports;
    const where = ['--host', '127.0.0.1', '--rest-port', `${rest}`, '--grpc-port', `${grpc}`];
    const peer = ['--peer-port', `${await freePort()}`, '--only', 'no-key', '--ca', ca];
    const ended = await runAlone([...where, ...peer]);
    await server.stop();
    expect(ended).toMatchObject({ status, out: expect.stringMatching(report) });
  });

  test('ends with 2, in one line, where it can prove nothing', async () => {
    const port = String(await freePort());
    const nowhere = ['--host', '127.0.0.1', '--rest-port', port, '--grpc-port', port, '--quiet'];
    expect(await runAlone(nowhere)).toEqual({
      ...{ status: 2, out: '' },
      err: `error: 127.0.0.1 cannot be reached on ${port} and ${port}\n`,
    });
    expect(await runAlone(['--nothing'])).toMatchObject({ status: 2, err: expect.stringMatching(/^error: .*--nothing/) });
  });
});
