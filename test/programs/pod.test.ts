import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issue, makeCa } from '../support/openssl';
import { describeWith, ROOT } from '../support/programs';
import { until } from '../support/until';

const FOLDERS = ['lib/cluster/programs', 'lib/kubernetes/pod/files'];
const HOST = 'vectors-0.peers.test';

/** A server that takes its time to end, and says that it has. */
const SERVER = `#!/bin/bash
trap 'sleep "\${FLUSH:-0}"; echo "server wrote all"; exit "\${CODE:-0}"' TERM
echo "server started $*"
[[ -z \${QDRANT__STORAGE__RECOVERY_MODE:-} ]] || echo "in recovery mode"
echo $$ >server.pid
while [[ ! -e die ]]; do sleep 0.05 & wait $!; done
echo "server died"
exit 7
`;

describeWith(['openssl', 'bash'], 'the programs of a pod, run by themselves', () => {
  const certificates = mkdtempSync(join(tmpdir(), 'pod-'));
  let folder: string;
  let started: ChildProcess | undefined;
  let output = '';

  beforeAll(() => {
    makeCa(certificates, 'ca');
    issue(certificates, 'node', 'ca', `DNS:${HOST}`);
    issue(certificates, 'next', 'ca', `DNS:${HOST}`);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(certificates, 'one-'));
    for (const name of ['programs', 'runtime', 'storage', 'secrets/keys', 'secrets/tls', 'cluster']) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    for (const from of FOLDERS) cpSync(join(ROOT, from), join(folder, 'programs'), { recursive: true });
    put('qdrant', SERVER);
    chmodSync(join(folder, 'qdrant'), 0o755);
    put(
      'programs/cluster.env',
      "readonly CLUSTER=vectors VERSION=1.19.0 PEER_DOMAIN=peers.test REST_PORT=6399 GUARDED_PORTS='' PORTS_BESIDE_REST=''\n",
    );
    ofCluster({ 'node-count': '1', 'turn-seconds': '3', 'founding-time': new Date().toISOString(), 'founding-minutes': '60' });
    put('secrets/keys/admin', 'a'.repeat(40));
    certificate('node');
  });
  afterEach(() => {
    // What it has started outlives it where it does not end that itself.
    if (started?.pid) spawnSync('kill', ['-KILL', '--', `-${started.pid}`]);
    rmSync(folder, { recursive: true, force: true });
  });

  const put = (file: string, content: string) => writeFileSync(join(folder, file), content);
  const ofCluster = (values: { [file: string]: string }) =>
    Object.entries(values).forEach(([file, value]) => put(`cluster/${file}`, value));
  function certificate(name: string): void {
    const files = { 'tls.crt': `${name}.pem`, 'tls.key': `${name}-key.pem`, 'ca.crt': 'ca.pem' };
    for (const [file, from] of Object.entries(files))
      put(`secrets/tls/${file}`, readFileSync(join(certificates, from), 'utf8'));
  }

  /** Starts a program with no more in its environment than it must have. */
  function start(program: string, more: { [name: string]: string } = {}): void {
    output = '';
    const at = (name: string) => join(folder, name);
    started = spawn(at(`programs/${program}`), [], {
      cwd: folder,
      detached: true,
      env: {
        ...{ PATH: process.env.PATH, POD: 'vectors-0', PROGRAMS: at('programs'), RUNTIME: at('runtime') },
        ...{ SECRETS: at('secrets'), STORAGE: at('storage'), OF_CLUSTER: at('cluster') },
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [started.stdout!, started.stderr!]) stream.on('data', (part) => (output += part));
  }
  const says = (text: RegExp, seconds = 15) => until(`it says ${text}`, seconds, () => text.test(output));
  const hasEnded = () => started!.exitCode !== null || started!.signalCode !== null;

  /** Asks it to stop; with which code it ended, and after how many seconds. */
  async function stop(): Promise<{ code: number | null; seconds: number }> {
    const begun = Date.now();
    started!.kill('SIGTERM');
    await until('it ends', 20, hasEnded);
    return { code: started!.exitCode, seconds: (Date.now() - begun) / 1000 };
  }

  const everyday = { LOOK_SECONDS: '1', DRAIN_SECONDS: '1' };

  describe('asked to stop', () => {
    test('while the server runs, gives it the time that it needs, and ends as it does', async () => {
      start('run-server.sh', { ...everyday, FLUSH: '3' });
      await says(/server started/);
      const { code, seconds } = await stop();
      expect(code).toBe(0);
      expect(seconds).toBeGreaterThanOrEqual(3);
      expect(output.trimEnd().split('\n').pop()).toBe('server wrote all');
      expect(output).not.toMatch(/unbound/);
    });

    test('hands on a code that is no success', async () => {
      start('run-server.sh', { ...everyday, CODE: '9' });
      await says(/server started/);
      expect((await stop()).code).toBe(9);
    });

    test('with nothing optional in its environment, stops too', async () => {
      start('run-server.sh');
      await says(/server started/);
      expect((await stop()).code).toBe(0);
      expect(output).not.toMatch(/unbound/);
    });

    test('while something is missing, ends at once', async () => {
      put('secrets/keys/admin', '');
      start('run-server.sh', everyday);
      await says(/the admin API key is missing or empty[^]*trying again/);
      expect(await stop()).toMatchObject({ code: 0, seconds: expect.closeTo(0.5, 0) });
    });

    test('while it waits for a node to join through, ends at once', async () => {
      ofCluster({ 'node-count': '3', 'founding-time': '2020-01-01T00:00:00Z' });
      start('run-server.sh', everyday);
      await says(/does not found a new cluster/);
      expect(await stop()).toMatchObject({ code: 0, seconds: expect.closeTo(0.5, 0) });
      expect(output).not.toMatch(/server started/);
    });

    test('while it waits for a turn of its own, ends as the server does', async () => {
      ofCluster({ 'turn-seconds': '300' });
      start('run-server.sh', { ...everyday, FLUSH: '1' });
      await says(/server started/);
      certificate('next');
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect((await stop()).code).toBe(0);
      expect(output).toMatch(/server wrote all\n$/);
    });

    test('while it drains to restart by itself, does not start again', async () => {
      start('run-server.sh', { ...everyday, DRAIN_SECONDS: '15' });
      await says(/server started/);
      certificate('next');
      await until('it drains', 20, () => existsSync(join(folder, 'runtime/draining')));
      expect((await stop()).code).toBe(0);
      expect(output.match(/server started/g)).toHaveLength(1);
    });

    test('while the server ends to be started with another certificate, does not start again', async () => {
      start('run-server.sh', { ...everyday, FLUSH: '3' });
      await says(/server started/);
      certificate('next');
      await says(/restarting Qdrant/, 20);
      expect((await stop()).code).toBe(0);
      expect(output.match(/server started/g)).toHaveLength(1);
      expect(output).toMatch(/server wrote all\n$/);
    });
  });

  describe('a server that is killed before it served', () => {
    const allowed = { ...everyday, QDRANT_ALLOW_RECOVERY_MODE: 'true' };
    const kill = async (what: string) => {
      await says(/server started/);
      const number = () =>
        existsSync(join(folder, 'server.pid')) ? readFileSync(join(folder, 'server.pid'), 'utf8').trim() : '';
      await until('its number is known', 5, () => number() !== '');
      const target = what === 'all' ? `-${started!.pid}` : number();
      spawnSync('kill', ['-KILL', '--', target]);
      await until('it ends', 20, hasEnded);
      rmSync(join(folder, 'server.pid'));
    };

    const anotherPod = () => {
      rmSync(join(folder, 'runtime'), { recursive: true });
      mkdirSync(join(folder, 'runtime'));
    };

    test.each(['the server', 'all'])('starts again in recovery mode, when %s was killed', async (what) => {
      start('run-server.sh', allowed);
      await kill(what);
      expect(output).not.toMatch(/in recovery mode/);
      start('run-server.sh', allowed);
      await says(/killed before it served[^]*in recovery mode\n$/);
      expect((await stop()).code).toBe(0);
      start('run-server.sh', allowed);
      await says(/in recovery mode\n$/);
      expect((await stop()).code).toBe(0);
      anotherPod();
      start('run-server.sh', allowed);
      await says(/server started/);
      expect((await stop()).code).toBe(0);
      expect(output).not.toMatch(/in recovery mode/);
    });

    test('has not served the data in recovery mode, ready as it is: the version before it may still follow', async () => {
      start('run-server.sh', allowed);
      await kill('the server');
      appendFileSync(join(folder, 'programs/readiness.sh'), '\nis_ready() { :; }\n');
      const remembered = () => existsSync(join(folder, 'storage/.qdrant-version'));
      start('run-server.sh', allowed);
      await says(/in recovery mode/);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      expect((await stop()).code).toBe(0);
      expect(remembered()).toBe(false);
      anotherPod();
      start('run-server.sh', allowed);
      await until('it is remembered', 10, remembered);
      expect((await stop()).code).toBe(0);
    });

    test('does not where it is not allowed', async () => {
      start('run-server.sh', everyday);
      await kill('all');
      start('run-server.sh', everyday);
      await says(/server started/);
      expect((await stop()).code).toBe(0);
      expect(output).not.toMatch(/in recovery mode/);
    });

    test('nor after an end of another kind', async () => {
      start('run-server.sh', allowed);
      await says(/server started/);
      put('die', '');
      await until('it ends', 20, hasEnded);
      expect(started!.exitCode).toBe(7);
      rmSync(join(folder, 'die'));
      start('run-server.sh', allowed);
      await says(/server started/);
      expect((await stop()).code).toBe(0);
      expect(output).not.toMatch(/in recovery mode/);
    });
  });

  describe('beside the server', () => {
    test('a new certificate restarts it in a turn of its own, with the new one', async () => {
      start('run-server.sh', everyday);
      await says(/server started/);
      certificate('next');
      await says(/server started[^]*restarting Qdrant[^]*server wrote all[^]*server started/, 30);
      expect(readFileSync(join(folder, 'runtime/current/tls/cert.pem'))).toEqual(readFileSync(join(certificates, 'next.pem')));
      expect(existsSync(join(folder, 'runtime/draining'))).toBe(false);
      expect((await stop()).code).toBe(0);
    });

    test('none restarts it while the pod waits to be stopped', async () => {
      start('run-server.sh', everyday);
      await says(/server started/);
      put('runtime/leaving', '');
      certificate('next');
      await new Promise((resolve) => setTimeout(resolve, 9000));
      expect(output).not.toMatch(/restarting/);
      expect((await stop()).code).toBe(0);
    });

    test.each([
      ['by itself', '3'],
      ['while a turn is waited for', '300'],
    ])('a server that ends %s is noticed at once, and its code is handed on', async (_when, turnSeconds) => {
      ofCluster({ 'turn-seconds': turnSeconds });
      start('run-server.sh', { ...everyday, LOOK_SECONDS: turnSeconds === '3' ? '600' : '1' });
      await says(/server started/);
      if (turnSeconds !== '3') certificate('next');
      await new Promise((resolve) => setTimeout(resolve, 2500));
      put('die', '');
      await until('it ends', 3, hasEnded);
      expect(started!.exitCode).toBe(7);
    });

    test('the version is not remembered before it has served', async () => {
      start('run-server.sh', everyday);
      await says(/server started/);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(existsSync(join(folder, 'storage/.qdrant-version'))).toBe(false);
      expect((await stop()).code).toBe(0);
    });
  });

  test.each(['node-count', 'turn-seconds', 'founding-time', 'founding-minutes'])('does not start without %s', async (file) => {
    rmSync(join(folder, 'cluster', file));
    start('run-server.sh', everyday);
    await until('it ends', 5, hasEnded);
    expect(started!.exitCode).not.toBe(0);
    expect(output).toMatch(new RegExp(`error: .*/${file} is missing or empty; it comes from the cluster's ConfigMap`));
    expect(output).not.toMatch(/server started/);
  });

  describe('before the pod is stopped', () => {
    test('no turn is waited for by a node that does not serve', async () => {
      // Long in a turn of the nodes' own.
      const now = Date.now() / 1000;
      const length = Array.from({ length: 100 }, (_, one) => 200 + one).find(
        (seconds) => Math.floor(now / seconds) % 2 === 1 && now % seconds < seconds - 60,
      );
      ofCluster({ 'node-count': '3', 'turn-seconds': String(length) });
      mkdirSync(join(folder, 'runtime/current/tls'), { recursive: true });
      cpSync(join(certificates, 'node.pem'), join(folder, 'runtime/current/tls/cert.pem'));
      start('leave.sh', { DRAIN_SECONDS: '1', LOG: '/nowhere/log' });
      await until('it ends', 15, hasEnded);
      expect(started!.exitCode).toBe(0);
      expect(existsSync(join(folder, 'runtime/draining'))).toBe(true);
      expect(existsSync(join(folder, 'runtime/leaving'))).toBe(true);
      expect(output).toMatch(/does not rest on this node/);
    });
  });

  describe('the guard', () => {
    const nginx = () => {
      // No program of the shell's: one that it starts in the background cannot trap QUIT.
      put(
        'nginx',
        `#!${process.execPath}
process.on('SIGQUIT', () => { console.log('guard ended'); process.exit(0); });
process.on('SIGHUP', () => console.log('reloaded'));
setInterval(() => {}, 1000);
console.log('guard started');
`,
      );
      chmodSync(join(folder, 'nginx'), 0o755);
      return { NGINX: join(folder, 'nginx') };
    };
    const current = (name: string) => {
      mkdirSync(join(folder, `runtime/${name}`), { recursive: true });
      put(`runtime/${name}/guard.conf`, '');
      rmSync(join(folder, 'runtime/current'), { force: true });
      symlinkSync(join(folder, `runtime/${name}`), join(folder, 'runtime/current'));
    };

    test('that waits for its configuration ends at once', async () => {
      start('run-guard.sh', nginx());
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await stop()).toMatchObject({ code: 0, seconds: expect.closeTo(0.5, 0) });
    });

    test('has as many open files as it may, whatever its container was started with', async () => {
      put('programs/low.sh', '#!/bin/bash\nulimit -Sn 256\nexec "$PROGRAMS/run-guard.sh"\n');
      put('nginx', '#!/bin/bash\necho "limits $(ulimit -Sn) $(ulimit -Hn)."\n');
      for (const file of ['programs/low.sh', 'nginx']) chmodSync(join(folder, file), 0o755);
      current('a');
      start('low.sh', { NGINX: join(folder, 'nginx') });
      await says(/limits (\d+) \1\./);
      await until('it ends', 5, hasEnded);
    });

    test('reads its configuration again, and ends soon once no server listens', async () => {
      current('a');
      start('run-guard.sh', nginx());
      await says(/guard started/);
      current('b');
      await says(/reloaded/);
      const { code, seconds } = await stop();
      expect(code).toBe(0);
      expect(seconds).toBeLessThan(4);
      expect(output).toMatch(/guard ended/);
    });

    test('serves on while the server does', async () => {
      const server = createServer().listen(6399, '127.0.0.1');
      current('a');
      start('run-guard.sh', nginx());
      await says(/guard started/);
      started!.kill('SIGTERM');
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(hasEnded()).toBe(false);
      await new Promise((resolve) => server.close(resolve));
      await until('it ends', 4, hasEnded);
      expect(started!.exitCode).toBe(0);
    });
  });
});
