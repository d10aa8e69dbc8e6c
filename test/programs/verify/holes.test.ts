import { generateKeyPairSync } from 'node:crypto';
import { attackOn, material, placesOf } from '../../support/attack';
import { CA, inDays, NODE, OpenServer, ServerSettings } from '../../support/open-server';
import { AttackOptions, Outcome, Report } from '../../../lib/verify';
import { makeCertificate } from '../../../lib/verify/x509/make-certificate';

let server: OpenServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function attack(holes: Partial<ServerSettings>, options: Partial<AttackOptions> = {}): Promise<Report> {
  server = await OpenServer.start(holes);
  return attackOn(server, options);
}

const holesIn = (report: Report) => placesOf(report, Outcome.FINDING);

const on = (id: string, ...places: string[]) => places.map((place) => `${id}, ${place}`);

/** A certificate of the nodes' CA that lasts, and has all it needs, but for what is given. */
const certificate = (content: Partial<Parameters<typeof makeCertificate>[0]>) =>
  makeCertificate(
    {
      commonName: 'node',
      from: inDays(-1),
      to: inDays(200),
      hosts: ['127.0.0.1'],
      usages: ['serverAuth', 'clientAuth'],
      ...content,
    },
    CA,
  );
const rsa = (bits: number) => generateKeyPairSync('rsa', { modulusLength: bits }).privateKey;
const foreignCa = makeCertificate({ commonName: 'other CA', from: inDays(-1), to: inDays(200), isCa: true });
const foreign = makeCertificate(
  { commonName: 'node', from: inDays(-1), to: inDays(200), hosts: ['127.0.0.1'], usages: ['serverAuth'] },
  foreignCa,
);
const inHours = (hours: number) => inDays(hours / 24);
const both = ['REST', 'gRPC'];
const twoCopies = (states: [string, string], peers = [1, 2]) => [
  states.map((state, index): [number, string] => [peers[index], state]),
];
const collection = (more: object) => ({
  documents: { replicationFactor: 2, writeConsistencyFactor: 2, shards: twoCopies(['Active', 'Active']), ...more },
});

const CASES: Array<[name: string, holes: Partial<ServerSettings>, found: string[], options?: Partial<AttackOptions>]> = [
  ['REST without a key', { restKey: false }, on('no-key', 'REST')],
  ['gRPC without a key', { grpcKey: false }, on('no-key', 'gRPC')],
  [
    'any key',
    { takes: ['any'] },
    [
      ...['wrong-key', 'unsigned-token', 'read-only-key-writes'].flatMap((id) => on(id, ...both)),
      ...on('endless-token', 'REST'),
    ],
  ],
  ['an empty key', { takes: ['empty'] }, on('wrong-key', ...both)],
  ['metrics on REST without a key', { keyless: ['/metrics'] }, on('keyless-path', 'REST')],
  ['telemetry without a key', { keyless: ['/telemetry'] }, on('telemetry', 'REST')],
  ['a read-only key that writes on REST', { readOnlyWrites: ['REST'] }, on('read-only-key-writes', 'REST')],
  ['a read-only key that writes on gRPC', { readOnlyWrites: ['gRPC'] }, on('read-only-key-writes', 'gRPC')],
  ['tokens of the algorithm none', { takes: ['unsigned'] }, on('unsigned-token', ...both)],
  ['tokens that an empty key signed', { takes: ['empty-signed'] }, on('unsigned-token', ...both)],
  ['tokens without an end', { takes: ['tokens'] }, on('endless-token', 'REST')],
  [
    'tokens that a short key signs',
    { takes: ['tokens'], adminKey: 'short' },
    [...on('endless-token', 'REST'), ...on('short-signing-key', 'REST')],
    { material: { ...material, adminKey: 'short' } },
  ],
  [
    'REST in clear text',
    { restTls: false },
    [...on('plain-text', 'REST'), ...on('key-in-clear-text', 'REST'), ...on('no-client-certificate', 'REST')],
  ],
  [
    'gRPC in clear text',
    { grpcTls: false },
    [...on('plain-text', 'gRPC'), ...on('key-in-clear-text', 'gRPC'), ...on('no-client-certificate', 'gRPC')],
  ],
  ['clear text beside TLS', { plainBeside: 'Qdrant' }, [...on('plain-text', 'REST'), ...on('key-in-clear-text', 'REST')]],
  ['TLS 1.0', { tls: { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } }, on('old-tls', ...both)],
  ['TLS 1.1', { tls: { minVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } }, on('old-tls', ...both)],
  [
    'ciphers without a certificate',
    { tls: { ciphers: 'ECDHE+AESGCM:AECDH-AES128-SHA:@SECLEVEL=0', ecdhCurve: 'auto' } },
    on('broken-ciphers', ...both),
  ],
  [
    'ciphers that do not encipher',
    { tls: { ciphers: 'ECDHE+AESGCM:ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0' } },
    on('broken-ciphers', ...both),
  ],
  [
    'RSA key exchange',
    { identity: certificate({ privateKey: rsa(2048) }), tls: { ciphers: 'ECDHE+AESGCM:AES128-GCM-SHA256' } },
    on('no-forward-secrecy', ...both),
  ],
  ['a certificate of another CA', { identity: foreign }, on('certificate-chain', ...both)],
  ['a certificate of another host', { identity: certificate({ hosts: ['127.0.0.9'] }) }, on('certificate-name', ...both)],
  [
    'a certificate that has ended',
    { identity: certificate({ from: inDays(-9), to: inDays(-1) }) },
    on('certificate-end', ...both),
  ],
  [
    'a certificate that ends soon',
    { identity: certificate({ to: inDays(19), from: inDays(-180) }) },
    on('certificate-end', ...both),
  ],
  [
    'a certificate of ten hours that began a moment ago',
    { identity: certificate({ from: inHours(-0.1), to: inHours(10) }) },
    [],
  ],
  [
    'such a certificate near its end',
    { identity: certificate({ from: inHours(-9.5), to: inHours(0.5) }) },
    on('certificate-end', ...both),
  ],
  ['a certificate for clients', { identity: certificate({ usages: ['clientAuth'] }) }, on('certificate-usage', ...both)],
  ['a certificate of a CA', { identity: certificate({ isCa: true }) }, on('certificate-usage', ...both)],
  [
    'a short key',
    { identity: certificate({ privateKey: rsa(1024) }), tls: { ciphers: 'ECDHE+AESGCM:@SECLEVEL=0' } },
    on('certificate-key', ...both),
  ],
  ['no client verification on gRPC', { grpc: 'none' }, on('no-client-certificate', 'gRPC')],
  ['no client verification on REST', { rest: 'none' }, on('no-client-certificate', 'REST')],
  [
    'clients of any CA',
    { rest: 'any' },
    ['client-certificate-of-another-ca', 'expired-client-certificate', 'early-client-certificate'].flatMap((id) =>
      on(id, 'REST'),
    ),
  ],
  ['clients whose certificate expired', { grpc: 'expired too' }, on('expired-client-certificate', 'gRPC')],
  ['clients whose certificate is not valid yet', { grpc: 'early too' }, on('early-client-certificate', 'gRPC')],
  ['the port of the nodes', { peer: 'secured' }, on('peer-port', 'peer')],
  ['a port behind the guard', { behindGuard: true }, on('behind-the-guard', 'behind the guard')],
  ['a metrics port', { metrics: 'right' }, on('metrics-port', 'metrics')],
  [
    'a metrics port for clients without a certificate',
    { metrics: 'none' },
    [...on('no-client-certificate', 'metrics'), ...on('metrics-port', 'metrics')],
  ],
  [
    'a metrics port in clear text',
    { metrics: 'plain' },
    [...on('plain-text', 'metrics'), ...on('no-client-certificate', 'metrics'), ...on('metrics-port', 'metrics')],
  ],
  ['peers in clear text', { peers: ['https://node-0:6335', 'http://node-1:6335'] }, on('peers-in-clear-text', 'cluster')],
  ['the web UI', { webUi: true }, on('web-ui', 'REST')],
  ['CORS', { cors: true }, on('cors', 'REST')],
  ['snapshots from any URL', { snapshotUrls: true }, on('snapshot-from-url', 'REST')],
  ['an old version', { version: '1.18.3' }, on('version', 'server')],
  [
    'a version with advisories',
    { version: '1.8.4', auditLog: 'unknown' },
    [...on('version', 'server'), ...on('advisories', 'server')],
  ],
  [
    'a single copy',
    { collections: collection({ replicationFactor: 1, writeConsistencyFactor: 1, shards: [[[1, 'Active']]] }) },
    on('single-copy', 'collections'),
  ],
  [
    'a dead copy',
    {
      collections: collection({
        writeConsistencyFactor: 2,
        shards: [
          [
            [1, 'Active'],
            [2, 'Active'],
            [3, 'Dead'],
          ],
        ],
      }),
    },
    on('lost-copies', 'collections'),
  ],
  [
    'a missing copy',
    { collections: collection({ replicationFactor: 3, shards: twoCopies(['Active', 'Active']) }) },
    on('lost-copies', 'collections'),
  ],
  [
    'copies on one machine',
    { peers: ['https://node-0:6335', 'https://node-0:7335', 'https://node-2:6335'] },
    on('copies-share-a-host', 'collections'),
  ],
  [
    'writes that one copy confirms',
    { collections: collection({ writeConsistencyFactor: 1 }) },
    on('write-consistency', 'collections'),
  ],
  ['no audit log', { auditLog: 'off' }, on('audit-log', 'REST')],
];

describe('verify', () => {
  test('finds nothing on a secured server, and leaves nothing behind', async () => {
    const report = await attack({});
    expect(holesIn(report)).toEqual([]);
    // A write went to names that do not exist, and was refused.
    expect(server!.writes).toEqual([expect.stringMatching(/^PUT .*\/cdktf-qdrant-verify-\w+\/snapshots\/recover$/)]);
    expect(placesOf(report, Outcome.NOT_TRIED)).toEqual([
      'metrics-port, metrics',
      'peers-unverified, peer',
      'peers-without-key, peer',
    ]);
  });

  test.each(CASES)('finds %s, and nothing else', async (_, holes, found, ...[options]) => {
    const report = await attack(holes, options);
    expect(holesIn(report).sort()).toEqual(found.sort());
  });

  test('takes no refusal for a proof where what should do is refused too', async () => {
    const report = await attack({}, { material: { ...material, clientCa: foreignCa } });
    expect(holesIn(report)).toEqual([]);
    expect(placesOf(report, Outcome.NOT_TRIED)).toEqual(
      expect.arrayContaining(['expired-client-certificate', 'early-client-certificate'].flatMap((id) => on(id, ...both))),
    );
  });

  test('takes no error of a proxy for a proof', async () => {
    const report = await attack({ plainBeside: 'a proxy that fails' });
    expect(holesIn(report)).toEqual([]);
    expect(placesOf(report, Outcome.NOT_TRIED)).toEqual(
      expect.arrayContaining(['plain-text', 'key-in-clear-text'].flatMap((id) => on(id, 'REST'))),
    );
  });

  test('takes no refused handshake for a proof where one of today is refused too', async () => {
    const report = await attack({ tls: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' } });
    expect(holesIn(report)).toEqual([]);
    expect(placesOf(report, Outcome.NOT_TRIED)).toEqual(
      expect.arrayContaining(['old-tls', 'broken-ciphers', 'no-forward-secrecy'].flatMap((id) => on(id, ...both))),
    );
  });

  test('takes nothing for safe of which the server does not tell enough', async () => {
    const report = await attack({ version: 'unknown', auditLog: 'unknown', peers: ['https://node-0:6335'] });
    expect(holesIn(report)).toEqual([]);
    expect(placesOf(report, Outcome.NOT_TRIED)).toEqual(
      expect.arrayContaining([
        ...['version, server', 'advisories, server', 'audit-log, REST'],
        ...['single-copy', 'lost-copies', 'copies-share-a-host', 'write-consistency'].map((id) => `${id}, collections`),
      ]),
    );
    await server!.stop();
    const strange = await attack({ collections: collection({ shards: twoCopies(['Active', 'Active'], [1, 9]) }) });
    expect(placesOf(strange, Outcome.NOT_TRIED)).toContain('copies-share-a-host, collections');
  });

  test('says what it sent, what came back, and how to close the hole', async () => {
    const report = await attack({ restKey: false });
    const [check] = report.checks.filter(({ outcome }) => outcome === Outcome.FINDING);
    expect(check).toMatchObject({ sent: expect.stringMatching(/GET \/collections over TLS without a key/), host: '127.0.0.1' });
    expect(check.received).toMatch(/^HTTP 200 /);
    expect(check.probe).toMatchObject({ rule: 'QDR013', setting: expect.stringContaining('service.api_key') });
  });
});

describe('verify from inside', () => {
  const inside = { inside: true, material: { ...material, node: NODE } };
  test.each([
    ['nothing of a secured port of the nodes', 'secured', []],
    ['no key', 'keyless', on('peers-without-key', 'peer')],
    ['no certificate', 'unverified', on('peers-unverified', 'peer')],
    ['no certificate at an old one', 'unverified and old', on('peers-unverified', 'peer')],
    ['clear text', 'plain', [...on('peers-in-clear-text', 'peer'), ...on('peers-without-key', 'peer')]],
  ] as const)('finds %s', async (_, peer, found) => {
    expect(holesIn(await attack({ peer }, inside)).sort()).toEqual([...found].sort());
  });
});
