import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../lib/cli/main';
import { makeCertificate } from '../../lib/verify/x509/make-certificate';
import { FakeCluster } from '../support/fake-cluster';
import { usePatientClock } from '../support/patient-clock';

const KEY = 'q8Zk3vXw91LmNb27TyRpA4';
const folder = mkdtempSync(join(tmpdir(), 'ops-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const CA = makeCertificate({ commonName: 'ca', from: new Date(), to: new Date(Date.now() + 60000), isCa: true });

/** What a run of the program ends with, and what it wrote. */
async function ops(args: string[], environment: NodeJS.ProcessEnv = {}) {
  let [out, err] = ['', ''];
  const context = { environment, out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const status = await main(['ops', ...args], context);
  return { status, out, err };
}

describe('the arguments of ops', () => {
  test('tell their help, with each command, option and exit status', async () => {
    const { status, out } = await ops(['--help']);
    expect(status).toBe(0);
    for (const word of [
      'status',
      'rebalance',
      'drain NODE',
      'repair [NODE]',
      'preflight VERSION',
      '--dry-run',
      '--json',
      '--zones',
      '--cert',
    ]) {
      expect(out).toContain(word);
    }
    expect(out).toMatch(/Exit status: 0 .* 1 .*2 /s);
  });

  test('of one command says how that is written', async () => {
    expect((await ops(['drain', '--help'])).out).toMatch(/^cdktf-qdrant ops drain NODE \[OPTIONS\]\n/);
    expect((await ops(['--help'])).out).toMatch(/^cdktf-qdrant ops COMMAND /);
  });

  test.each([
    ['no command', [], 'no command is given. Commands of ops: status, rebalance, drain, repair, preflight'],
    ['a command that does not exist', ['rebalence', '--host', 'a'], 'there is no such command. Commands of ops:'],
    ['a member of every object', ['constructor'], 'there is no such command'],
    ['an option that does not exist', ['status', '--hots', 'a'], "Unknown option '--hots'"],
    ['no cluster', ['status'], 'no cluster is named: give --host HOST or --outputs FILE'],
    ['a drain of nobody', ['drain', '--host', 'a'], 'write cdktf-qdrant ops drain NODE'],
    ['a drain of two', ['drain', 'a', 'b', '--host', 'a'], 'write cdktf-qdrant ops drain NODE'],
    ['a release that is none', ['preflight', '1.19', '--host', 'a'], 'preflight takes a release as major.minor.patch'],
    ['an address with a scheme', ['status', '--host', 'https://a'], '--host takes a name or an address'],
    ['a port that is none', ['status', '--host', 'a:0'], '--host takes a name or an address'],
    ['no transfers', ['rebalance', '--host', 'a', '--transfers', '0'], '--transfers takes a number from 1 to 100'],
    ['half a transfer', ['rebalance', '--host', 'a', '--transfers', '1.5'], '--transfers takes a number from 1 to 100'],
    ['a certificate without a key', ['status', '--host', 'a', '--cert', 'a.pem'], '--cert and --key go together'],
    [
      'a CA for clear text',
      ['status', '--host', 'a', '--clear-text', '--ca', file('ca.pem', CA.certificate)],
      'give --clear-text without --ca, --cert and --key',
    ],
    [
      'zones that are none',
      ['status', '--host', 'a', '--zones', file('list.json', '["a"]')],
      'the file that --zones names is no JSON of names',
    ],
  ])('refuse %s, in one line', async (_what, args, message) => {
    const { status, out, err } = await ops(args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err.startsWith(`error: ${message}`)).toBe(true);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  test.each([
    [['status', '--api-key', KEY], {}],
    [['drain', KEY], {}],
    [['status', '--zones', 'short'], { QDRANT_API_KEY: 'short' }],
  ])('refuse a key, and do not repeat it: %j', async (args, environment) => {
    const { status, err } = await ops([...args, '--host', 'a'], environment);
    expect(status).toBe(2);
    expect(err).toMatch(/is, or looks like, a key\./);
    expect(err).not.toContain(args[args.length - 1]);
  });

  test('refuse to change anything with the read-only key, and to send a key in clear text', async () => {
    const readOnly = await ops(['rebalance', '--host', 'a'], { QDRANT_READ_ONLY_API_KEY: 'read' });
    expect(readOnly).toMatchObject({ status: 2, err: expect.stringMatching(/^error: the read-only key changes nothing/) });
    const plain = await ops(['status', '--host', '192.0.2.1', '--clear-text'], { QDRANT_API_KEY: 'all' });
    expect(plain).toMatchObject({
      status: 2,
      err: 'error: the key would go to 192.0.2.1 in clear text: say --send-keys-anyway if that is meant\n',
    });
  });
});

describe('ops', () => {
  usePatientClock();
  let fake: FakeCluster;
  const run = (...args: string[]) => {
    const where = ['--host', '127.0.0.11', '--rest-port', `${fake.port}`, '--clear-text'];
    return ops(['--poll', '0.01', '--patience', '3', ...args, ...where]);
  };
  beforeEach(async () => {
    fake = await FakeCluster.start({ nodes: 3, diskPercent: 40 });
    fake.addCollection('docs', 2, [
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    for (let point = 0; point < 30; point++) fake.write('docs', point);
  });
  afterEach(() => fake.stop());

  test('status shows the nodes and the collections, and ends with 0 where nothing is wrong', async () => {
    const { status, out } = await run('status');
    expect(status).toBe(0);
    expect(out).toMatch(/^127\.0\.0\.11 +\d+ +1\.19\.0, leads +3 +29\.3 KiB$/m);
    expect(out).toMatch(/^docs +3 +2 +2 +30$/m);
    expect(out).toMatch(/^Nothing is wrong\.$/m);
  });

  test('status ends with 1 where something is wrong, with what to do', async () => {
    await fake.lose('127.0.0.12');
    const { status, out } = await run('status');
    expect(status).toBe(1);
    expect(out).toMatch(
      /^error: 127\.0\.0\.12 does not answer \(127\.0\.0\.12:\d+: ECONNREFUSED\)\n {2}bring it back, or, .* cdktf-qdrant ops repair 127\.0\.0\.12$/m,
    );
  });

  test('drain takes no node for removed because another cluster says so', async () => {
    fake.addCollection('images', 1, [[2]]);
    fake.tamper = (host, url, answer) => {
      if (host !== '127.0.0.11' || url !== '/cluster' || fake.changes.length === 0) return undefined;
      const raft = { ...answer.result.raft_info, term: 9, leader: 77 };
      const peers = { 77: { uri: 'http://127.0.0.11:6335/' } };
      return [200, { ...answer, result: { ...answer.result, peer_id: 77, peers, raft_info: raft } }];
    };
    const { status, out } = await run('drain', '127.0.0.13', '--patience', '1');
    expect(status).toBe(1);
    expect(out).toMatch(/127\.0\.0\.11 is peer 77 of another cluster/);
    expect(out).not.toMatch(/was removed/);
    expect(fake.memberHosts).toContain('127.0.0.13');
  });

  test('rebalance says first what it would do, and does it, with what is left', async () => {
    const dry = await run('rebalance', '--dry-run');
    expect(dry).toMatchObject({ status: 0, err: '' });
    expect(dry.out).toMatch(/^To be done:\n {2}- move shard 0 of docs \(9\.8 KiB\) from 127\.0\.0\.1[12] to 127\.0\.0\.13$/m);
    expect(fake.changes).toEqual([]);
    const done = await run('rebalance');
    expect(done).toMatchObject({
      status: 0,
      err: expect.stringMatching(/^move shard .*; left: \d steps?, \d+\.\d KiB to send$/m),
    });
    expect(done.out).toMatch(/^Done\.$/m);
    expect([11, 12, 13].map((end) => fake.shardCount(`127.0.0.${end}`))).toEqual([2, 2, 2]);
    expect((await run('rebalance')).out).toMatch(/^Nothing was to be done\.$/m);
  });

  test('rebalance parts the copies by zones, of which each node must have one', async () => {
    const zones = (all: object) => run('rebalance', '--zones', file('zones.json', JSON.stringify(all)));
    expect(await zones({ '127.0.0.11': 'a' })).toMatchObject({
      status: 2,
      err: 'error: the file that --zones names has no zone of 127.0.0.12, 127.0.0.13\n',
    });
    expect(await zones({ '127.0.0.11': 'a', '127.0.0.12': 'a', '127.0.0.13': 'b' })).toMatchObject({ status: 0 });
    const holders = [0, 1, 2].map((shard) => fake.holders('docs', shard));
    expect(holders.every((hosts) => hosts.includes('127.0.0.13'))).toBe(true);
  });

  test('rebalance gives nothing to a node that joins meanwhile, and of which the zones know nothing', async () => {
    const all = { '127.0.0.11': 'a', '127.0.0.12': 'b', '127.0.0.13': 'b' };
    let isJoined = false;
    fake.tamper = () => {
      if (fake.changes.length === 0 || isJoined) return undefined;
      isJoined = true;
      return void fake.join('127.0.0.14');
    };
    const zones = ['--zones', file('zones.json', JSON.stringify(all))];
    const { status, out } = await run('rebalance', ...zones, '--patience', '1');
    expect(status).toBe(1);
    expect(out).toMatch(/^Refused:\n {2}- the file that --zones names has no zone of 127\.0\.0\.14$/m);
    expect(fake.shardCount('127.0.0.14')).toBe(0);
  });

  test.each(['::1', '[::1]', 'http://[::1]:6335'])('takes zones of %s, as it does of names', async (name) => {
    const uri = 'http://[::1]:6335/';
    fake.tamper = (_host, url, answer) => {
      if (url !== '/cluster') return undefined;
      const peers = Object.fromEntries(Object.keys(answer.result.peers).map((id) => [id, { uri }]));
      return [200, { ...answer, result: { ...answer.result, peers } }];
    };
    const { err } = await run('rebalance', '--dry-run', '--zones', file('zones.json', JSON.stringify({ [name]: 'a' })));
    expect(err).toBe('');
  });

  test('drain empties a node and removes it, and ends well when it is run again', async () => {
    expect(await run('drain', '127.0.0.11')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/- remove 127\.0\.0\.11 /),
    });
    expect(fake.memberHosts).toEqual(['127.0.0.12', '127.0.0.13']);
    expect([0, 1, 2].map((shard) => fake.holders('docs', shard).length)).toEqual([2, 2, 2]);
    expect(await run('drain', '127.0.0.11')).toMatchObject({
      status: 0,
      out: expect.stringMatching(/- 127\.0\.0\.11 was removed/),
    });
  });

  test('drain takes a short name, or one with a port, for that of a node that was drained', async () => {
    const names = new Map(['a', 'b', 'c'].map((name, index) => [`${name}.vectors.internal`, `127.0.0.${11 + index}`]));
    const lookup = jest.spyOn(jest.requireActual<typeof import('node:dns')>('node:dns'), 'lookup').mockImplementation(((
      host: string,
      options: any,
      then: any,
    ) => {
      const address = names.get(host) ?? (host.startsWith('127.') ? host : undefined);
      if (address === undefined) return then(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
      return options.all ? then(null, [{ address, family: 4 }]) : then(null, address, 4);
    }) as any);
    fake.tamper = (_host, url, answer) => {
      if (url !== '/cluster') return undefined;
      const text = JSON.stringify(answer.result.peers).replace(
        /127\.0\.0\.1([123])/g,
        (_, end) => `${'abc'[end - 1]}.vectors.internal`,
      );
      return [200, { ...answer, result: { ...answer.result, peers: JSON.parse(text) } }];
    };
    const drain = (name: string) =>
      ops(['drain', name, '--host', 'a.vectors.internal', '--rest-port', `${fake.port}`, '--clear-text', '--poll', '0.01']);
    expect(await drain('c')).toMatchObject({ status: 0 });
    for (const name of ['c', 'c.vectors.internal', 'c.vectors.internal:6335']) {
      expect(await drain(name)).toMatchObject({ status: 0, out: expect.stringMatching(/was removed from the cluster/) });
    }
    lookup.mockRestore();
  });

  test('drain ends with 1, and why, where it refuses', async () => {
    expect(await run('drain', 'vectors-9')).toMatchObject({
      status: 1,
      out: expect.stringMatching(/^Refused:\n {2}- no member, or more than one, is called vectors-9/),
    });
  });

  test('repair removes the node that is gone, and completes the copies on the others', async () => {
    await fake.lose('127.0.0.12');
    const dry = await run('repair', '--dry-run');
    expect(dry).toMatchObject({
      status: 0,
      out: expect.stringMatching(/- drop the copy of shard 0 of docs on 127\.0\.0\.12\n/),
    });
    expect(fake.changes).toEqual([]);
    const done = await run('repair', '127.0.0.12', '--after', '0.05', '--no-replacement');
    expect(done).toMatchObject({
      status: 0,
      err: expect.stringMatching(/^127\.0\.0\.12 does not answer; it is taken for gone after 0\.05 s$/m),
    });
    expect(fake.memberHosts).toEqual(['127.0.0.11', '127.0.0.13']);
    expect([0, 1, 2].map((shard) => fake.holders('docs', shard).length)).toEqual([2, 2, 2]);
  });

  test('repair takes nothing more from a node that has shown life once', async () => {
    await fake.lose('127.0.0.12');
    let looks = 0;
    fake.tamper = (host, url, answer) => {
      const isReached = host === '127.0.0.11' && url === '/cluster' && fake.changes.length === 1 && ++looks === 1;
      return isReached ? [200, { ...answer, result: { ...answer.result, message_send_failures: {} } }] : undefined;
    };
    const { status, out } = await run('repair', '127.0.0.12', '--after', '0', '--patience', '1');
    expect(status).toBe(1);
    expect(out).toMatch(/^Refused:\n {2}- 127\.0\.0\.12 does not answer you, and the leader reaches it/);
    expect(fake.changes).toHaveLength(1);
    expect(fake.memberHosts).toContain('127.0.0.12');
  });

  test('preflight ends with 1 where something stands against the release, else with 0', async () => {
    expect(await run('preflight', '1.20.0')).toEqual({ status: 0, out: 'Nothing is wrong.\n', err: '' });
    expect(await run('preflight', 'v1.21.0')).toMatchObject({
      status: 1,
      out: expect.stringMatching(/more than one minor release/),
    });
  });

  test('writes JSON, and nothing else to standard output', async () => {
    const { status, out } = await run('rebalance', '--json');
    const { command, exitStatus, ended, begun, cluster, schemaVersion } = JSON.parse(out);
    expect({ status, command, exitStatus, ended, schemaVersion }).toEqual({
      ...{ status: 0, command: 'rebalance', exitStatus: 0, ended: 'done', schemaVersion: 1 },
    });
    expect(begun.length).toBeGreaterThan(0);
    expect(cluster.members.map(({ id }: { id: string }) => id)).toEqual(fake.nodes.map(({ id }) => id));
    const report = JSON.parse((await run('status', '--json')).out);
    expect(report).toMatchObject({
      command: 'status',
      findings: [],
      cluster: { hasMajority: true, shards: expect.any(Array) },
    });
  });

  test('ends with 2 where nobody answers, or the key is not taken', async () => {
    const nobody = await ops(['status', '--host', '127.0.0.99:1', '--clear-text']);
    expect(nobody).toEqual({ status: 2, out: '', err: 'error: no node answers: 127.0.0.99:1: ECONNREFUSED\n' });
    const guarded = await FakeCluster.start({ nodes: 1, apiKey: 'all', host: '127.0.0.21' });
    const where = ['status', '--host', `127.0.0.21:${guarded.port}`, '--rest-port', `${guarded.port}`, '--clear-text'];
    const withKey = (key: string) => ops(where, { QDRANT_API_KEY: key });
    const [wrong, right] = [await withKey('none'), await withKey('all')];
    const read = await ops([...where, '--read-only-key-file', file('key', 'all\n')]);
    await guarded.stop();
    expect(wrong).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringMatching(/^error: the key is not taken, or none was given: HTTP 401: Must/),
    });
    expect([right.status, read.status]).toEqual([0, 0]);
  });

  test('ends with 2 where a key that changes nothing is given for one that does', async () => {
    const guarded = await FakeCluster.start({ nodes: 2, apiKey: 'all', readOnlyKey: 'read', host: '127.0.0.21' });
    guarded.addCollection('docs', 1, [[0], [0]]);
    const where = ['--host', `127.0.0.21:${guarded.port}`, '--rest-port', `${guarded.port}`, '--clear-text'];
    const { status, err } = await ops(['rebalance', ...where], { QDRANT_API_KEY: 'read' });
    await guarded.stop();
    expect(status).toBe(2);
    expect(err).toMatch(/^error: the key is not taken, or none was given: HTTP 403: Forbidden: Write access/m);
  });

  test('speaks TLS with the CA and the client certificate that are given, to every node', async () => {
    const hosts = ['127.0.0.31', '127.0.0.32', '127.0.0.33'];
    const span = { from: new Date(Date.now() - 60000), to: new Date(Date.now() + 60 * 60000) };
    const [server, client] = [
      makeCertificate({ commonName: 'node', hosts, ...span }, CA),
      makeCertificate({ commonName: 'operator', ...span }, CA),
    ];
    const asked = { requestCert: true, rejectUnauthorized: true };
    const tls = { cert: server.certificate, key: server.key, ca: CA.certificate, ...asked };
    const secure = await FakeCluster.start({ nodes: 3, host: hosts[0], tls, apiKey: 'all' });
    secure.addCollection('docs', 1, [[0], [0], [0]]);
    const where = [
      '--host',
      hosts[0],
      '--rest-port',
      `${secure.port}`,
      '--ca',
      file('ca.pem', CA.certificate),
      '--poll',
      '0.01',
    ];
    const identity = ['--cert', file('cert.pem', client.certificate), '--key', file('key.pem', client.key)];
    const keys = { QDRANT_API_KEY: 'all' };
    const without = await ops(['status', ...where], keys);
    const done = await ops(['rebalance', ...where, ...identity], keys);
    const holders = [0, 1, 2].flatMap((shard) => secure.holders('docs', shard)).sort();
    await secure.stop();
    expect(without).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringMatching(/^error: no node answers: 127\.0\.0\.31:/),
    });
    expect(done).toMatchObject({ status: 0 });
    expect(holders).toEqual(hosts);
  });
});
