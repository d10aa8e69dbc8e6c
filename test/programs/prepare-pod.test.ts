import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { issue, makeCa } from '../support/openssl';
import { describeWith, ROOT } from '../support/programs';

describeWith(['openssl', 'bash'], 'what a server of a pod is started with', () => {
  const all = mkdtempSync(join(tmpdir(), 'prepare-pod-'));
  let folder: string;
  const put = (file: string, content: string) => writeFileSync(join(folder, file), content);
  const made = (name: string) => readFileSync(join(all, name), 'utf8');

  beforeAll(() => {
    makeCa(all, 'ca');
    makeCa(all, 'clients', '/CN=clients');
    issue(all, 'node', 'ca', 'DNS:vectors-0.peers.test');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(all, 'pod-'));
    for (const name of [
      'programs',
      'runtime',
      'storage',
      'bin',
      'cluster',
      'secrets/keys',
      'secrets/tls',
      'secrets/client-cas',
    ]) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    for (const from of ['lib/cluster/programs', 'lib/kubernetes/pod/files']) {
      cpSync(join(ROOT, from), join(folder, 'programs'), { recursive: true });
    }
    put(
      'programs/cluster.env',
      'readonly CLUSTER=vectors VERSION=1.19.0 PEER_DOMAIN=peers.test REST_PORT=6337 GUARDED_PORTS="6333 6334 9153" PORTS_BESIDE_REST="6336"\n',
    );
    put('cluster/node-count', '1');
    put('secrets/keys/admin', 'a'.repeat(40));
    put('secrets/tls/tls.crt', made('node.pem'));
    put('secrets/tls/tls.key', made('node-key.pem'));
    put('secrets/tls/ca.crt', made('ca.pem'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function run(program = 'prepare.sh', more: NodeJS.ProcessEnv = {}): { code: number | null; folder: string; errors: string } {
    const at = (name: string) => join(folder, name);
    const places = { PROGRAMS: at('programs'), RUNTIME: at('runtime'), SECRETS: at('secrets'), OF_CLUSTER: at('cluster') };
    const { status, stdout, stderr } = spawnSync(at(`programs/${program}`), [], {
      encoding: 'utf8',
      env: { PATH: `${at('bin')}:${process.env.PATH}`, POD: 'vectors-0', STORAGE: at('storage'), ...places, ...more },
    });
    return { code: status, folder: stdout.trim(), errors: stderr };
  }

  test('is read by nobody else', () => {
    const { code, folder: prepared } = run();
    expect(code).toBe(0);
    const files = readdirSync(prepared, { recursive: true, encoding: 'utf8' });
    expect(files).toEqual(expect.arrayContaining(['node.yaml', 'tls/key.pem']));
    for (const name of files) expect([name, statSync(join(prepared, name)).mode & 0o077]).toEqual([name, 0]);
  });

  test('are the keys as they are, whatever characters they have', () => {
    const [admin, readOnly] = [`it's: {{ "a\\key" }} # of`.replace(/ /g, '_').padEnd(40, 'x'), `'${'r'.repeat(38)}'`];
    put('secrets/keys/admin', `${admin}\n`);
    put('secrets/keys/read-only', readOnly);
    const { service } = parse(readFileSync(join(run().folder, 'node.yaml'), 'utf8'));
    expect(service).toEqual({ host: '0.0.0.0', api_key: admin, read_only_api_key: readOnly });
  });

  test.each([
    ['one family', '10.0.0.10', '0.0.0.0', false],
    ['the other family', 'fd00::10', '::', true],
    ['both families', '10.0.0.10,fd00::10', '::', true],
    ['no family that is known', '', '0.0.0.0', false],
  ])('serves every address of a pod with %s', (_families, addresses, host, ipv6) => {
    const { folder: prepared } = run('prepare.sh', { POD_IPS: addresses });
    expect(parse(readFileSync(join(prepared, 'node.yaml'), 'utf8')).service.host).toBe(host);
    const listeners = readFileSync(join(prepared, 'guard.conf'), 'utf8').match(/^ +listen \S+/gm)!;
    const expected = [6333, 6334, 9153].flatMap((port) => [`listen ${port}`, ...(ipv6 ? [`listen [::]:${port}`] : [])]);
    expect(listeners.map((line) => line.trim())).toEqual(expected);
  });

  test.each([
    ['admin', 'a'.repeat(31), 'has 31 characters; at least 32 are needed'],
    ['alternate', 'a'.repeat(5), 'has 5 characters; at least 32 are needed'],
    ['read-only', `${'a'.repeat(40)}\nservice: {}`, 'has characters that do not fit a header'],
  ])('is nothing where the %s key is %j', (name, key, why) => {
    put(`secrets/keys/${name}`, key);
    const { code, folder: prepared, errors } = run();
    expect([code, prepared]).toEqual([1, '']);
    expect(errors).toContain(why);
    expect(errors).not.toContain('aaaaa');
    expect(readdirSync(join(folder, 'runtime/prepared'))).toEqual([]);
  });

  test('are the authorities that were named for clients, and no others; else those of the nodes', () => {
    const clientCas = () => readFileSync(join(run().folder, 'tls/client-ca.pem'), 'utf8').trim();
    expect(clientCas()).toBe(made('ca.pem').trim());
    put('secrets/client-cas/0.pem', made('clients.pem'));
    expect(clientCas()).toBe(made('clients.pem').trim());
  });

  test('asks no client once it is about to stop', () => {
    put('bin/openssl', `#!/bin/bash\nprintf 'HTTP/1.1 200 OK\\r\\n'\n`);
    chmodSync(join(folder, 'bin/openssl'), 0o755);
    expect(run('ready.sh').code).toBe(0);
    put('runtime/draining', '');
    expect(run('ready.sh')).toMatchObject({ code: 1, errors: 'error: about to stop\n' });
  });
});
