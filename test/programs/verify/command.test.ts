import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../../lib/cli/main';
import { freePort } from '../../support/network/free-port';
import { ADMIN_KEY, CA, CLIENT, CLIENT_CA, inDays, OpenServer, READ_ONLY_KEY, ServerSettings } from '../../support/open-server';
import { describeWith, ROOT } from '../../support/programs';
import { makeCertificate } from '../../../lib/verify/x509/make-certificate';

const folder = mkdtempSync(join(tmpdir(), 'verify-'));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text, { mode: 0o600 });
  return join(folder, name);
};
const files = {
  ca: file('ca.pem', CA.certificate),
  cert: file('client.pem', CLIENT.certificate),
  key: file('client-key.pem', CLIENT.key),
  'client-ca': file('client-ca.pem', CLIENT_CA.certificate),
  'client-ca-key': file('client-ca-key.pem', CLIENT_CA.key),
  'read-only-key-file': file('read-only-key', `${READ_ONLY_KEY}\n`),
};
const given = Object.entries(files).flatMap(([option, path]) => [`--${option}`, path]);
const keys = { QDRANT_API_KEY: ADMIN_KEY };

let server: OpenServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: string[], environment: NodeJS.ProcessEnv = {}) {
  let [out, err] = ['', ''];
  const status = await main(args, { environment, out: (text) => (out += text), err: (text) => (err += text) });
  return { status, out, err };
}

/** Runs against a server with such holes. */
async function verify(
  holes: Partial<ServerSettings>,
  args: string[] = given,
  environment: NodeJS.ProcessEnv = keys,
  host = '127.0.0.1',
) {
  server = await OpenServer.start(holes, host);
  const { rest, grpc, peer = await freePort() } = server.ports;
  const ports = ['--rest-port', `${rest}`, '--grpc-port', `${grpc}`, '--peer-port', `${peer}`];
  // Those of the guard are fixed, and another test may use them.
  return run(['verify', '--host', host, ...ports, '--skip', 'behind-the-guard', ...args], environment);
}

describe('cdktf-qdrant verify', () => {
  test('ends with 0 for a secured server, with a table, and progress beside it', async () => {
    const { status, out, err } = await verify({});
    expect(status).toBe(0);
    expect(out).toMatch(/^127\.0\.0\.1: Qdrant 1\.19\.0$/m);
    expect(out).toMatch(/^passed +no-key +QDR013 +127\.0\.0\.1 +REST \(\d+\)$/m);
    expect(out).toMatch(/^0 errors, 0 warnings, \d+ passed, \d+ not tried$/m);
    expect(err).toMatch(/^127\.0\.0\.1: \[1\/37\] no-key: passed$/m);
  });

  test('ends with 1 for an error, and says how to close the hole in Qdrant and in the construct', async () => {
    const { status, out } = await verify({ grpc: 'none' });
    expect(status).toBe(1);
    expect(out).toMatch(/^error: no-client-certificate \(QDR010\), 127\.0\.0\.1, gRPC \(\d+\): gRPC answers a client without/m);
    expect(out).toMatch(/^ {2}sent: +\/qdrant\.Qdrant\/HealthCheck over TLS without a key and no client certificate$/m);
    expect(out).toMatch(
      /in Qdrant: .*verify_https_client_certificate.*\n.*clientVerification: ClientVerification\.required\(\)/,
    );
  });

  test.each([
    [[], 0],
    [['--strict'], 1],
  ])('ends, for a warning, with %j as %i', async (more, status) => {
    const { status: ended, out } = await verify({ cors: true }, [...given, ...more]);
    expect(out).toMatch(/^0 errors, 1 warnings, /m);
    expect(ended).toBe(status);
  });

  test('lists all that is open where nothing is secured', async () => {
    const open: Partial<ServerSettings> = {
      ...{ restKey: false, grpcKey: false, restTls: false, grpcTls: false, webUi: true, cors: true, auditLog: 'off' },
      ...{ peers: [], collections: {}, version: '1.7.4', peer: 'keyless' },
    };
    const { status, out } = await verify(open, ['--json'], {});
    const found = JSON.parse(out).checks.filter(({ outcome }: any) => outcome === 'finding');
    expect(status).toBe(1);
    expect([...new Set(found.map(({ probe }: any) => probe))]).toEqual([
      ...['no-key', 'plain-text', 'peer-port', 'web-ui', 'cors', 'version', 'advisories'],
    ]);
    expect(found.every(({ fix }: any) => fix.setting && fix.construct)).toBe(true);
  });

  test('finds the hole of gRPC with nothing in its hands', async () => {
    const { status, out } = await verify({ grpc: 'none' }, ['--ca', files.ca], {});
    expect(status).toBe(1);
    expect(out).toMatch(/^error {3}no-client-certificate +QDR010 +127\.0\.0\.1 +gRPC/m);
    // REST, which it cannot get into, is not taken for safe.
    expect(out).toMatch(/asks for a client certificate, and none was given \(--cert, --key\)\n {4}no-key, REST/);
  });

  test('writes JSON as its schema says', async () => {
    const { out } = await verify({ cors: true }, [...given, '--json']);
    const schema = JSON.parse(readFileSync(join(ROOT, 'docs/verify.schema.json'), 'utf8'));
    const report = JSON.parse(out);
    expect(faultsOf(report, schema, 'report')).toEqual([]);
    expect(faultsOf({ ...report, exitStatus: 3 }, schema, 'report')).toEqual(['report.exitStatus: 3']);
    expect(report.checks.filter(({ outcome }: any) => outcome === 'finding')).toMatchObject([
      { probe: 'cors', rule: 'QDR022' },
    ]);
  });

  test('writes a report of JUnit', async () => {
    const report = join(folder, 'junit.xml');
    await verify({ cors: true, title: 'qdrant "<&\u0001>"' }, [...given, '--junit', report]);
    const xml = readFileSync(report, 'utf8');
    expect(xml).toMatch(/<testsuite name="127\.0\.0\.1" tests="\d+" failures="1" skipped="\d+"/);
    expect(xml).toMatch(/<testcase classname="QDR022" name="cors: REST \(\d+\)"><failure message="[^"]+" type="warning">/);
    expect(xml).toMatch(/<skipped message="no metrics port was given/);
    expect(xml).not.toContain('\u0001');
    expect(xml).not.toContain('"<&');
  });

  test('repeats no key, whatever comes back', async () => {
    const { out, err } = await verify({ auditLog: 'off' }, [...given, '--json']);
    for (const key of [ADMIN_KEY, READ_ONLY_KEY]) expect(out + err).not.toContain(key);
    expect(server!.keysSeen.map(({ key }) => key)).toEqual(expect.arrayContaining([ADMIN_KEY, READ_ONLY_KEY]));
  });

  const withoutReadOnlyKey = given.filter((argument) => !argument.includes('read-only-key'));

  test('takes a key that is empty for none', async () => {
    const { status, out } = await verify({}, withoutReadOnlyKey, { QDRANT_READ_ONLY_API_KEY: '' });
    expect(status).toBe(0);
    expect(out).toMatch(/no read-only key was given.*\n(.*\n)*? {4}read-only-key-writes, REST/);
  });

  test.each([
    ['the read-only key', { QDRANT_READ_ONLY_API_KEY: 'of another server' }, ['REST', 'gRPC']],
    ['the admin key', { QDRANT_API_KEY: 'of another server', QDRANT_READ_ONLY_API_KEY: READ_ONLY_KEY }, ['REST', 'gRPC']],
  ])('proves nothing, and says so, where %s is not taken', async (name, environment, places) => {
    const { status, out, err } = await verify({}, [...withoutReadOnlyKey, '--quiet'], environment);
    expect(status).toBe(2);
    const refused = new RegExp(`^error: 127\\.0\\.0\\.1: (REST|gRPC) \\(\\d+\\): ${name} that was given is not taken: .+`);
    expect(
      err
        .trim()
        .split('\n')
        .map((line) => refused.exec(line)?.[1]),
    ).toEqual(places);
    // What was seen all the same is in the report.
    expect(out).toMatch(/^passed +no-key +QDR013 +127\.0\.0\.1 +REST/m);
  });

  test('proves nothing with a client certificate that one of the ports does not take', async () => {
    const other = makeCertificate({ commonName: 'other', from: inDays(-1), to: inDays(9), usages: ['clientAuth'] }, CA);
    const identity = ['--cert', file('other.pem', other.certificate), '--key', file('other-key.pem', other.key)];
    const args = ['--ca', files.ca, ...identity, '--skip', 'no-client-certificate', '--quiet'];
    const { status, err } = await verify({ grpc: 'none' }, args, keys);
    expect(err).toMatch(/^error: 127\.0\.0\.1: REST \(\d+\): the client certificate that was given is not taken: .+\n$/);
    expect(status).toBe(2);
  });

  test.each(['rest', 'grpc', 'metrics'])('proves nothing where %s is required, and cannot be reached', async (port) => {
    const closed = [`--${port}-port`, String(await freePort())];
    const metrics = port === 'metrics' ? [] : ['--metrics-port', String(await freePort())];
    const args = [...given, '--quiet', ...closed, ...metrics];
    const without = await verify({}, args);
    expect(without).toMatchObject({ status: 0, err: '' });
    await server!.stop();
    const { status, out, err } = await verify({}, [...args, '--require', port]);
    const name = { rest: 'REST', grpc: 'gRPC', metrics: 'metrics' }[port];
    expect(err).toMatch(new RegExp(`^error: 127\\.0\\.0\\.1: ${name} \\(\\d+\\) cannot be reached: ECONNREFUSED\\n$`));
    expect(status).toBe(2);
    expect(out).toMatch(/^0 errors, /m);
  });

  test('ends with 0 where all that is required is there', async () => {
    const args = [...given, '--require', 'rest', '--require', 'grpc'];
    expect((await verify({}, args)).status).toBe(0);
  });

  test('ends with 1 for a hole, although a key is not taken, and names both', async () => {
    const { status, out, err } = await verify({ grpc: 'none' }, given, { QDRANT_API_KEY: 'of another server' });
    expect(status).toBe(1);
    expect(out).toMatch(/^error: no-client-certificate/m);
    expect(err).toMatch(/^error: .*the admin key that was given is not taken/m);
  });

  test('takes a probe that fails by itself for no proof', async () => {
    const key = 'a key\nof two lines';
    const { out } = await verify({}, [...given, '--json'], { QDRANT_API_KEY: key });
    const checks = JSON.parse(out).checks.filter(({ probe }: any) => probe === 'endless-token');
    expect(checks).toMatchObject([
      { outcome: 'not tried', what: expect.stringMatching(/^the probe failed: Invalid character/) },
    ]);
    expect(out).not.toContain('of two lines');
  });

  test('proves nothing, and says so, where nothing could be tried', async () => {
    const { status, err } = await verify({}, [...given, '--only', 'metrics-port']);
    expect({ status, err }).toEqual({
      status: 2,
      err: expect.stringMatching(/error: nothing could be tried, so nothing is proved\n$/),
    });
  });

  test('leaves out what it is told to, and says so', async () => {
    const { out } = await verify({ restKey: false }, [...given, '--skip', 'no-key']);
    expect(out).toMatch(/^Left out by --only or --skip: no-key, behind-the-guard$/m);
    expect(out).not.toMatch(/^error/m);
  });
});

describe('cdktf-qdrant verify ends with 2, in one line, where', () => {
  const quiet = ['--quiet'];
  test('nothing listens', async () => {
    const [rest, grpc] = [await freePort(), await freePort()].map(String);
    expect(await run(['verify', '--host', '127.0.0.1', '--rest-port', rest, '--grpc-port', grpc, ...quiet])).toEqual({
      ...{ status: 2, out: '', err: `error: 127.0.0.1 cannot be reached on ${rest} and ${grpc}\n` },
    });
  });

  test('nothing listens on any of several hosts', async () => {
    const port = String(await freePort());
    const hosts = ['127.0.0.1', '127.0.0.2'];
    const args = [...hosts.flatMap((host) => ['--host', host]), '--rest-port', port, '--grpc-port', port, ...quiet];
    expect(await run(['verify', ...args])).toEqual({
      ...{ status: 2, out: '' },
      err: `error: ${hosts.map((host) => `${host} cannot be reached on ${port} and ${port}`).join('; ')}\n`,
    });
  });

  test('something else listens', async () => {
    const other = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const ended = await run([
      'verify',
      '--host',
      '127.0.0.1',
      '--rest-port',
      `${port}`,
      '--grpc-port',
      `${await freePort()}`,
      ...quiet,
    ]);
    other.close();
    expect(ended).toEqual({ status: 2, out: '', err: 'error: 127.0.0.1 is not Qdrant, or does not say so: HTTP 200 hello\n' });
  });

  test('a client certificate is asked for, and none was given', async () => {
    const { status, out, err } = await verify({}, ['--ca', files.ca, ...quiet], {});
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(
      /^error: 127\.0\.0\.1: REST \(\d+\) asks for a client certificate, and none was given \(--cert, --key\)\n$/,
    );
  });
});

const ownAddress = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

describeWith([{ name: 'an address besides loopback', isThere: () => ownAddress !== undefined }], 'the keys', () => {
  const seen = () => server!.keysSeen.map(({ key }) => key).filter((key) => [ADMIN_KEY, READ_ONLY_KEY].includes(key));
  const identity = () =>
    makeCertificate(
      { commonName: 'node', from: inDays(-1), to: inDays(200), hosts: [ownAddress!], usages: ['serverAuth'] },
      CA,
    );

  test('are sent to a server that can be believed', async () => {
    await verify({ identity: identity() }, given, keys, ownAddress);
    expect(seen()).toEqual(expect.arrayContaining([ADMIN_KEY, READ_ONLY_KEY]));
  });

  test.each<[string, () => Partial<ServerSettings>]>([
    ['in clear text', () => ({ restTls: false, grpcTls: false })],
    ['to a server of another CA', () => ({ identity: CLIENT_CA })],
    ['to a server of another name', () => ({})],
  ])('are never sent %s, unless they are told to be', async (_, holes) => {
    const { out } = await verify(holes(), given, keys, ownAddress);
    expect(seen()).toEqual([]);
    expect(out).toMatch(/no key is sent/);
    await server!.stop();
    await verify(holes(), [...given, '--send-keys-anyway'], keys, ownAddress);
    expect(seen()).toEqual(expect.arrayContaining([ADMIN_KEY, READ_ONLY_KEY]));
  });
});

/** Where a value is not what a schema allows: as much of JSON Schema as ours has. */
function faultsOf(value: any, schema: any, at: string): string[] {
  const types = [schema.type ?? []].flat();
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  const allowed = schema.enum ?? ('const' in schema ? [schema.const] : [value]);
  if ((types.length > 0 && !types.includes(type)) || !allowed.includes(value)) return [`${at}: ${value}`];
  if (type === 'array') return value.flatMap((one: any, index: number) => faultsOf(one, schema.items, `${at}[${index}]`));
  if (type !== 'object' || !schema.properties) return [];
  const unknown = Object.keys(value).filter((name) => !(name in schema.properties));
  const missing = schema.required.filter((name: string) => !(name in value));
  const members = Object.entries(schema.properties).flatMap(([name, one]) => faultsOf(value[name], one, `${at}.${name}`));
  return [...unknown, ...missing].map((name) => `${at}.${name}`).concat(members);
}
