import { ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sayHello, TLS_1_2 } from '../../lib/verify/wire/hello';
import { makeCertificate } from '../../lib/verify/x509/make-certificate';
import { issue, issueCa, makeCa } from '../support/openssl';
import { describeWith } from '../support/programs';
import { runWith } from '../support/shell';
import { until } from '../support/until';

const [GUARD, QDRANT] = ['127.86.3.1', '127.86.3.2'];

/** Qdrant behind the guard: it asks for a certificate of the nodes' CA. */
const SERVER = `
  const [key, cert, ca, address] = process.argv.slice(1);
  const read = (file) => require('node:fs').readFileSync(file);
  const options = { key: read(key), cert: read(cert), ca: read(ca), requestCert: true, rejectUnauthorized: true };
  require('node:https').createServer(options, (_, response) => response.end()).listen(6337, address, () => console.log('listening'));`;

describeWith(['nginx', 'openssl'], 'the guard', () => {
  const folder = mkdtempSync(join(tmpdir(), 'guard-'));
  const file = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(file(name), 'utf8');
  let guard: ChildProcess | undefined;
  let qdrant: ChildProcess | undefined;
  let log = '';

  beforeAll(async () => {
    for (const ca of ['nodes', 'clients', 'company']) makeCa(folder, ca, `/CN=${ca}`);
    issue(folder, 'node', 'nodes', 'DNS:node-0.test');
    issue(folder, 'node-1', 'nodes', 'DNS:node-1.test');
    for (const ca of ['clients-sub', 'printers-sub']) issueCa(folder, ca, 'company');
    issue(folder, 'client', 'clients', 'DNS:client.test');
    issue(folder, 'subject', 'clients-sub', 'DNS:client.test');
    issue(folder, 'printer', 'printers-sub', 'DNS:client.test');
    // With what is above it, as clients send it.
    for (const [client, ca] of [
      ['subject', 'clients-sub'],
      ['printer', 'printers-sub'],
    ]) {
      writeFileSync(file(`${client}-chain.pem`), [client, ca, 'company'].map((name) => read(`${name}.pem`)).join(''));
      writeFileSync(file(`${client}-chain-key.pem`), read(`${client}-key.pem`));
    }
    // With blanks at the ends of lines, as files that were copied from a page have.
    writeFileSync(file('named.pem'), `${read('clients.pem')}${read('clients-sub.pem')}`.replace(/-----\n/g, '----- \n'));
    writeFileSync(file('anchors.pem'), runWith(['certificates'], '', `client_anchors ${file('named.pem')}`).output);
    issue(folder, 'employee', 'company', 'DNS:client.test');
    issue(folder, 'impostor', 'company', 'DNS:node-0.test');
    const modules = ['/usr/lib64/nginx', '/usr/lib/nginx'].map((path) => `${path}/modules/ngx_stream_module.so`);
    const configuration = runWith(
      ['guard'],
      `HOST=node-0.test GUARDED_PORTS=6333`,
      `write_guard ${join(__dirname, '../../lib/cluster/programs/guard.conf')} ${file('nginx.pid')} '' ${modules.find(existsSync) ?? ''}`,
    ).output;
    const paths: { [name: string]: string } = {
      cert: 'node',
      key: 'node-key',
      'client-ca': 'named',
      'client-anchors': 'anchors',
      ca: 'nodes',
    };
    writeFileSync(
      file('nginx.conf'),
      configuration
        .replace(/\/run\/qdrant\/current\/tls\/([\w-]+)\.pem/g, (_, name) => file(`${paths[name]}.pem`))
        .replace('listen 6333', `listen ${GUARD}:6333`)
        .replace('127.0.0.1:6337', `${QDRANT}:6337`),
    );
    guard = spawn('nginx', ['-e', 'stderr', '-g', 'daemon off;', '-c', file('nginx.conf')]);
    guard.stderr!.on('data', (part) => (log += part));
    await until(`it listens: ${log}`, 10, () => spawnSync('bash', ['-c', `: </dev/tcp/${GUARD}/6333`]).status === 0);
  });
  afterEach(() => qdrant?.kill('SIGKILL'));
  afterAll(() => guard?.kill('SIGTERM'));

  async function serve(certificate: string): Promise<void> {
    const files = [`${certificate}-key.pem`, `${certificate}.pem`, 'nodes.pem'].map(file);
    qdrant = spawn(process.execPath, ['-e', SERVER, ...files, QDRANT]);
    await once(qdrant.stdout!, 'data');
  }
  /** Whether a client, with a certificate or without one, has an answer. */
  function isAnswered(certificate?: string): boolean {
    const own =
      certificate === undefined
        ? []
        : [
            '-cert',
            file(`${certificate}.pem`),
            '-cert_chain',
            file(`${certificate}.pem`),
            '-key',
            file(`${certificate}-key.pem`),
          ];
    const verified = ['-CAfile', file('nodes.pem'), '-verify_hostname', 'node-0.test', '-verify_return_error'];
    const request = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    const options = ['s_client', '-connect', `${GUARD}:6333`, '-quiet', ...verified, ...own];
    return spawnSync('openssl', options, { input: request, encoding: 'utf8', timeout: 10000 }).stdout.startsWith(
      'HTTP/1.1 200',
    );
  }

  test('lets clients in whose certificate is of an authority that was named for them, and nobody else', async () => {
    await serve('node');
    expect(isAnswered('client')).toBe(true);
    expect(isAnswered()).toBe(false);
    expect(isAnswered('employee')).toBe(false);
    // Nodes have ports of their own.
    expect(isAnswered('node')).toBe(false);
  });

  test('lets clients in of a CA below another one that was not named, and none of its other CAs', async () => {
    await serve('node');
    expect(isAnswered('subject')).toBe(true);
    expect(isAnswered('subject-chain')).toBe(true);
    expect(isAnswered('printer')).toBe(false);
    expect(isAnswered('printer-chain')).toBe(false);
  });

  test.each(['impostor', 'node-1'])('passes nothing on to a server that is not its node’s (%s)', async (certificate) => {
    await serve(certificate);
    expect(isAnswered('client')).toBe(false);
  });

  test('accepts no RSA key exchange, though its certificate be of RSA', async () => {
    const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * 24 * 60 * 60 * 1000));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const identity = makeCertificate({ commonName: 'node-0.test', from, to, privateKey });
    writeFileSync(file('rsa.pem'), identity.certificate);
    writeFileSync(file('rsa-key.pem'), identity.key);
    const configuration = read('nginx.conf')
      .replaceAll(file('node.pem'), file('rsa.pem'))
      .replaceAll(file('node-key.pem'), file('rsa-key.pem'))
      .replace(file('nginx.pid'), file('rsa.pid'))
      .replace(`listen ${GUARD}:6333`, `listen ${GUARD}:7333`);
    writeFileSync(file('rsa.conf'), configuration);
    const other = spawn('nginx', ['-e', 'stderr', '-g', 'daemon off;', '-c', file('rsa.conf')]);
    try {
      await until('it listens', 10, () => spawnSync('bash', ['-c', `: </dev/tcp/${GUARD}/7333`]).status === 0);
      const offer = (suites: number[]) =>
        sayHello({ host: GUARD, port: 7333 }, { version: TLS_1_2, suites, protocol: 'http/1.1' }, 5);
      // ECDHE-RSA-AES128-GCM-SHA256, then AES128-GCM-SHA256 and AES128-SHA.
      expect(await offer([0xc02f])).toMatchObject({ kind: 'accepted', suite: 0xc02f });
      expect(await offer([0x009c, 0x002f])).toMatchObject({ kind: 'refused' });
    } finally {
      other.kill('SIGTERM');
    }
  });
});
