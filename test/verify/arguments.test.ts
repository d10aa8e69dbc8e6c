import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../lib/cli/main';
import { makeCertificate } from '../../lib/verify/x509/make-certificate';
import { addressesOf } from '../../lib/cli/outputs';
import { ROOT } from '../support/programs';

const KEY = 'q8Zk3vXw91LmNb27TyRpA4';

/** What a run of the program ends with, and what it wrote. */
async function run(args: string[], environment: NodeJS.ProcessEnv = {}) {
  let [out, err] = ['', ''];
  const status = await main(args, { environment, out: (text) => (out += text), err: (text) => (err += text) });
  return { status, out, err };
}

describe('the arguments of cdktf-qdrant', () => {
  test('tell their help, with each option', async () => {
    const { status, out } = await run(['verify', '--help']);
    expect(status).toBe(0);
    for (const option of [
      '--host',
      '--outputs',
      '--inside',
      '--client-ca-key',
      '--callback-address',
      '--strict',
      '--junit',
      '--require',
    ]) {
      expect(out).toContain(option);
    }
  });

  test('the release is told', async () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    expect(await run(['--version'])).toMatchObject({ status: 0, out: `${version}\n` });
  });

  test.each([
    ['a command that does not exist', ['prove'], 'error: there is no such command. Commands: posture, verify'],
    ['a member of every object', ['constructor'], 'error: there is no such command'],
    ['an option that does not exist', ['verify', '--hots', 'a'], "error: Unknown option '--hots'"],
    ['no server', ['verify'], 'error: nothing to attack: give --host HOST or --outputs FILE'],
    [
      'an address with a scheme',
      ['verify', '--host', 'https://a:6333'],
      'error: --host takes a name or an address, without a scheme',
    ],
    [
      'a port that is none',
      ['verify', '--host', 'a', '--rest-port', '70000'],
      'error: --rest-port takes a number from 1 to 65535',
    ],
    ['a certificate without a key', ['verify', '--host', 'a', '--cert', 'a.pem'], 'error: --cert and --key go together'],
    [
      'a file that is not there',
      ['verify', '--host', 'a', '--ca', '/no/ca.pem'],
      'error: the file that --ca names cannot be read: ENOENT',
    ],
    [
      'a callback address that lacks brackets',
      ['verify', '--host', 'a', '--callback-address', '::1'],
      'error: --callback-address takes',
    ],
    [
      'a callback address that is a URL',
      ['verify', '--host', 'a', '--callback-address', 'http://b'],
      'error: --callback-address takes',
    ],
    [
      'a callback address whose port is none',
      ['verify', '--host', 'a', '--callback-address', 'b:99999'],
      'error: --callback-address takes',
    ],
    [
      'a report that cannot be written, before it attacks',
      ['verify', '--host', 'a.invalid', '--junit', '/no/such/folder/report.xml'],
      'error: the file that --junit names cannot be written: ENOENT',
    ],
    [
      'a probe that does not exist',
      ['verify', '--host', 'a', '--skip', 'no-keys'],
      'error: --skip no-keys is no probe. Probes: no-key, ',
    ],
    [
      'a port that is required and does not exist',
      ['verify', '--host', 'a', '--require', 'http'],
      'error: --require http is no port. Ports: rest, grpc, metrics',
    ],
    [
      'metrics that are required of no port',
      ['verify', '--host', 'a', '--require', 'metrics'],
      'error: --require metrics needs --metrics-port PORT',
    ],
  ])('refuse %s, in one line', async (_, args, message) => {
    const { status, out, err } = await run(args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err.startsWith(message)).toBe(true);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test.each([
    [['--api-key', KEY], {}],
    [[`--api-key=${KEY}`], {}],
    [['--read-only-key', 'short'], {}],
    [['--host', KEY], {}],
    [[KEY], {}],
    [['--ca', 'eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln'], {}],
    [['--key', 'd2c1a1f0-4f5e-4b7a-9a51-0c6b1f9d2e3a'], {}],
    [['--callback-address', 'short'], { QDRANT_API_KEY: 'short' }],
  ])('refuse a key, and do not repeat it: %j', async (args, environment) => {
    const { status, err } = await run(['verify', '--host', 'a', ...args], environment);
    expect(status).toBe(2);
    expect(err).toMatch(/is, or looks like, a key\. .* set QDRANT_API_KEY .*--api-key-file/);
    expect(err).not.toContain(args[args.length - 1].replace(/.*=/, ''));
  });

  describe('refuse, naming the option,', () => {
    const folder = mkdtempSync(join(tmpdir(), 'verify-'));
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const [from, to] = [-1, 1].map((hours) => new Date(Date.now() + hours * 60 * 60 * 1000));
    const [one, other] = ['one', 'other'].map((commonName) => makeCertificate({ commonName, from, to }));
    const [nonsense, certificate] = [file('nonsense', 'nonsense'), file('one.pem', one.certificate)];
    const [ownKey, otherKey] = [file('one-key.pem', one.key), file('other-key.pem', other.key)];

    test.each([
      ['a certificate that is none', ['--cert', nonsense, '--key', ownKey], '--cert'],
      ['a key that is none', ['--cert', certificate, '--key', nonsense], '--key'],
      ['a key of another certificate', ['--cert', certificate, '--key', otherKey], '--cert and --key'],
      ['a CA that is none', ['--ca', nonsense], '--ca'],
      ['a CA of clients that is none', ['--client-ca', nonsense, '--client-ca-key', ownKey], '--client-ca'],
      ['a node that has another key', ['--node-cert', certificate, '--node-key', otherKey], '--node-cert and --node-key'],
    ])('%s', async (_, args, option) => {
      const { status, err } = await run(['verify', '--host', 'a.invalid', ...args]);
      expect(status).toBe(2);
      expect(err).toMatch(new RegExp(`^error: .*${option} .*\\n$`));
      expect(err).not.toContain('cannot be reached');
    });
  });

  test('take long names of hosts, probes and files for what they are', async () => {
    const args = [
      '--host',
      'vectors-cluster-0.vectors-cluster-peers.search.svc.cluster.local',
      '--skip',
      'client-certificate-of-another-ca',
    ];
    const { err } = await run(['verify', ...args, '--ca', '/no/such/folder0123456789abcdef/ca.pem']);
    expect(err).toMatch(/--ca names cannot be read/);
  });

  test('refuse a file of a key that is empty', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'verify-')), 'key');
    writeFileSync(file, '\n');
    expect((await run(['verify', '--host', 'a', '--api-key-file', file])).err).toBe(
      'error: the file that --api-key-file names is empty\n',
    );
  });
});

describe('the addresses in outputs', () => {
  const terraform = {
    Cluster_RestUrl_0A1B2C: { sensitive: false, type: 'string', value: 'https://vectors.internal:6333' },
    Cluster_GrpcUrl_3D4E5F: { sensitive: false, type: 'string', value: 'https://vectors.internal:7334' },
    Cluster_Snippets_678901: { sensitive: false, type: ['map', 'string'], value: { curl: 'https://other:6333' } },
    Cluster_Balancer_RestUrl_AB: { sensitive: false, type: 'string', value: 'https://[2001:db8::1]:6333' },
  };
  const found = [
    { host: 'vectors.internal', rest: 6333, grpc: 7334 },
    { host: '2001:db8::1', rest: 6333 },
  ];

  test('are found as Terraform writes them', () => {
    expect(addressesOf(JSON.stringify(terraform))).toEqual(found);
  });

  test('are found as CDK for Terraform writes them', () => {
    const values = Object.entries(terraform).map(([name, { value }]) => [name, value]);
    expect(addressesOf(JSON.stringify({ stack: Object.fromEntries(values) }))).toEqual(found);
  });

  test('are all kept, though two clusters are on one host', () => {
    const url = (port: number) => ({ value: `https://127.0.0.1:${port}` });
    const outputs = {
      Dev_RestUrl_1A2B3C: url(1),
      Prod_RestUrl_4D5E6F: url(2),
      Prod_GrpcUrl_7A8B9C: url(3),
      Dev_GrpcUrl_0D1E2F: url(4),
    };
    const both = [
      { host: '127.0.0.1', rest: 1, grpc: 4 },
      { host: '127.0.0.1', rest: 2, grpc: 3 },
    ];
    expect(addressesOf(JSON.stringify(outputs))).toEqual(both);
    const stacks = { dev: { RestUrl: 'https://127.0.0.1:1' }, prod: { RestUrl: 'https://127.0.0.1:2' } };
    expect(addressesOf(JSON.stringify(stacks))).toEqual([1, 2].map((rest) => ({ host: '127.0.0.1', rest })));
  });

  test('have the port of their scheme', () => {
    const outputs = { RestUrl: 'http://a.test', GrpcUrl: 'https://a.test' };
    expect(addressesOf(JSON.stringify(outputs))).toEqual([{ host: 'a.test', rest: 80, grpc: 443 }]);
  });

  test.each(['{}', '{"RestUrl:{"value":null,"sensitive":true}}', 'no JSON'])(
    'are asked for where there are none: %s',
    (text) => {
      expect(() => addressesOf(text)).toThrow(/^the file that --outputs names (has no RestUrl|is no JSON): /);
    },
  );
});
