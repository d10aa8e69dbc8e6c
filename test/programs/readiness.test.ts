import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issue, makeCa } from '../support/openssl';
import { describeWith } from '../support/programs';
import { runWith } from '../support/shell';

/** A node's REST: it asks for a certificate of the nodes' CA, as Qdrant does, and answers with a status. */
const SERVER = `
  const [key, cert, ca, address, port, status] = process.argv.slice(1);
  const read = (file) => require('node:fs').readFileSync(file);
  const options = { key: read(key), cert: read(cert), ca: read(ca), requestCert: true, rejectUnauthorized: true };
  require('node:https')
    .createServer(options, (request, response) => response.writeHead(request.url === '/readyz' ? +status : 404).end())
    .listen(+port, address, () => console.log('listening'));`;

describeWith(['openssl'], 'whether a node is ready', () => {
  const folder = mkdtempSync(join(tmpdir(), 'readiness-'));
  const file = (name: string) => join(folder, name);
  const ADDRESS = '127.86.2.1';
  let server: ChildProcess | undefined;

  beforeAll(() => {
    for (const ca of ['ca', 'new-ca', 'other-ca']) makeCa(folder, ca, `/CN=${ca}`);
    issue(folder, 'own', 'ca', 'DNS:a.test');
    issue(folder, 'node', 'ca', `DNS:b.test,IP:${ADDRESS}`);
    issue(folder, 'other', 'other-ca', 'DNS:b.test');
    issue(folder, 'new', 'new-ca', 'DNS:b.test');
    mkdirSync(file('current/tls'), { recursive: true });
    mkdirSync(file('next/tls'), { recursive: true });
    for (const [to, from] of Object.entries({ 'ca.pem': 'ca', 'cert.pem': 'own', 'key.pem': 'own-key' })) {
      cpSync(file(`${from}.pem`), file(`current/tls/${to}`));
    }
    // A change of the CA believes both for a while.
    writeFileSync(file('next/tls/ca.pem'), ['new-ca.pem', 'ca.pem'].map((name) => readFileSync(file(name), 'utf8')).join(''));
  });
  afterEach(() => server?.kill('SIGKILL'));

  async function serve(certificate: string, { port = 6333, status = 200 } = {}): Promise<void> {
    const files = [`${certificate}-key.pem`, `${certificate}.pem`, 'ca.pem'].map(file);
    server = spawn(process.execPath, ['-e', SERVER, ...files, ADDRESS, String(port), String(status)]);
    await once(server.stdout!, 'data');
  }
  const ask = (script: string, guarded = '', beside = '') =>
    runWith(
      ['basics', 'readiness', 'certificates'],
      `HOST=a.test REST_PORT=6333 GUARDED_PORTS='${guarded}' PORTS_BESIDE_REST='${beside}' CURRENT=${folder}/current MEMORY=${folder}/`,
      script,
    );
  const isReady = (host = 'b.test') => ask(`is_ready ${ADDRESS} ${host}`).code === 0;

  test('it is where it says so, with a certificate of its name and of a CA that is trusted', async () => {
    await serve('node');
    expect(isReady()).toBe(true);
    expect(isReady(ADDRESS)).toBe(true);
  });

  test('it is behind the guard, too', async () => {
    await serve('node', { port: 6337 });
    expect(isReady()).toBe(true);
  });

  test.each([
    ['it says that it is not', 'node', 503, 'b.test'],
    ['it is another node, which has the address now', 'node', 200, 'c.test'],
    ['it is another address than the certificate’s', 'node', 200, '127.86.2.9'],
    ['its certificate is of a CA that is not trusted', 'other', 200, 'b.test'],
  ])('it is not where %s', async (_what, certificate, status, host) => {
    await serve(certificate, { status });
    expect(isReady(host)).toBe(false);
  });

  test('it is not where nobody answers', () => expect(isReady()).toBe(false));

  test('a node is waited for to be trusted only where it will be by the new folder, and is not yet', async () => {
    const awaits = () => ask(`awaits_trust ${ADDRESS} ${file('next')}`).code === 0;
    for (const [certificate, expected] of [
      ['new', true],
      ['node', false],
      ['other', false],
    ] as const) {
      await serve(certificate, { port: 6335 });
      expect([certificate, awaits()]).toEqual([certificate, expected]);
      server!.kill('SIGKILL');
      await once(server!, 'exit');
    }
    expect(awaits()).toBe(false);
  });

  test('it is for clients once gRPC and metrics are served, too, be Qdrant ready or not', async () => {
    const here = `presented() { command openssl s_client -connect "${ADDRESS}:$2" </dev/null 2>/dev/null || true; }
      is_ready() { :; }`;
    const serves = () => ask(`${here}; serves_clients`, '', '6336 6338');
    expect(serves()).toMatchObject({ code: 1, errors: 'Qdrant does not serve port 6336' });
    await serve('own', { port: 6336 });
    const grpc = server!;
    expect(serves()).toMatchObject({ code: 1, errors: 'Qdrant does not serve port 6338' });
    await serve('own', { port: 6338 });
    expect(serves()).toMatchObject({ code: 0, errors: '' });
    // What is not started yet is not asked.
    writeFileSync(file('current/ports-beside-rest'), '6336\n');
    expect(ask(`${here}; serves_clients`, '', '6336 9153')).toMatchObject({ code: 0, errors: '' });
    rmSync(file('current/ports-beside-rest'));
    grpc.kill('SIGKILL');
    expect(ask(`${here}; is_ready() { return 1; }; serves_clients`, '', '6338').errors).toBe('Qdrant is not ready');
  });

  test('the guard serves where it presents the certificate of today, on every port', async () => {
    const asked = () =>
      ask(
        `presented() { command openssl s_client -connect "${ADDRESS}:$2" </dev/null 2>/dev/null || true; }; guard_serves`,
        '6333',
      );
    await serve('own');
    expect(asked().code).toBe(0);
    server!.kill('SIGKILL');
    await once(server!, 'exit');
    expect(asked()).toMatchObject({ code: 1, errors: 'the guard does not serve port 6333 with the current certificate' });
    await serve('node');
    expect(asked().code).toBe(1);
  });
});
