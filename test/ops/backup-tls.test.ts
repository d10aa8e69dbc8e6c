import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '../../lib/verify/x509/make-certificate';
import { FakeCluster } from '../support/fake-cluster';
import { ops } from '../support/ops-command';

const HOSTS = ['127.0.0.151', '127.0.0.152', '127.0.0.153'];
const span = { from: new Date(Date.now() - 60000), to: new Date(Date.now() + 60 * 60000) };
const CA = makeCertificate({ commonName: 'ca', ...span, isCa: true });
const OTHER_CA = makeCertificate({ commonName: 'ca', ...span, isCa: true });

let folder: string;
let fake: FakeCluster;

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backup-tls-'));
  const server = makeCertificate({ commonName: 'node', hosts: HOSTS, ...span }, CA);
  const asked = { requestCert: true, rejectUnauthorized: true };
  const tls = { cert: server.certificate, key: server.key, ca: CA.certificate, ...asked };
  fake = await FakeCluster.start({ nodes: 3, host: HOSTS[0], tls, apiKey: 'of the admin', readOnlyKey: 'of a reader' });
  fake.addCollection('docs', 2, [[0, 1], [1, 2]]); // prettier-ignore
  for (let point = 0; point < 20; point++) fake.write('docs', point);
});
afterEach(async () => {
  await fake.stop();
  rmSync(folder, { recursive: true });
});

const place = () => join(folder, 'backups');
const whereOf = (ca = CA) => [
  '--host',
  HOSTS[0],
  '--rest-port',
  `${fake.port}`,
  '--poll',
  '0.01',
  '--ca',
  file('ca.pem', ca.certificate),
];
const identity = () => {
  const client = makeCertificate({ commonName: 'operator', ...span }, CA);
  return ['--cert', file('cert.pem', client.certificate), '--key', file('key.pem', client.key)];
};

test('snapshots go over TLS both ways, with the key and the certificate of a client', async () => {
  const keys = { QDRANT_API_KEY: 'of the admin' };
  expect(await ops(['backup', '--to', place(), ...whereOf(), ...identity()], keys)).toMatchObject({ status: 0 });
  const restore = ['restore', '--from', place(), '--collection', 'docs', '--as', 'docs-2'];
  expect(await ops([...restore, ...whereOf(), ...identity()], keys)).toMatchObject({ status: 0 });
  expect(fake.data.pointsOf('docs-2')).toEqual([...Array(20).keys()]);
});

test('nothing is sent to a server of another CA, nor without the certificate that it asks for', async () => {
  const keys = { QDRANT_API_KEY: 'of the admin' };
  expect(await ops(['backup', '--to', place(), ...whereOf(OTHER_CA), ...identity()], keys)).toMatchObject({ status: 2 });
  expect(await ops(['backup', '--to', place(), ...whereOf()], keys)).toMatchObject({ status: 2 });
  expect([fake.data.counts.made, readdirSync(folder)]).toEqual([0, expect.not.arrayContaining(['backups'])]);
});

test('a key that only reads plans a backup and takes none', async () => {
  const keys = { QDRANT_READ_ONLY_API_KEY: 'of a reader' };
  const backup = ['backup', '--to', place(), ...whereOf(), ...identity()];
  expect(await ops([...backup, '--dry-run'], keys)).toMatchObject({ status: 0, out: expect.stringMatching(/^To be done:/) });
  expect(await ops(backup, keys)).toMatchObject({
    status: 2,
    err: expect.stringMatching(/^error: the read-only key changes nothing/),
  });
  const posing = { QDRANT_API_KEY: 'of a reader' };
  expect(await ops(backup, posing)).toMatchObject({ status: 2, err: expect.stringMatching(/^error: the key is not taken/m) });
  expect(fake.data.leftOnNodes).toEqual([]);
});
