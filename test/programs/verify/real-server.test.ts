import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outcome, verify } from '../../../lib/verify';
import { makeCertificate } from '../../../lib/verify/x509/make-certificate';
import { freePort } from '../../support/network/free-port';
import { ADMIN_KEY, CA, CLIENT_CA, inDays, NODE, READ_ONLY_KEY } from '../../support/open-server';
import { testWith } from '../../support/programs';
import { configurationOf, REAL_SERVER } from '../../support/server-image';

/** Settings as the environment has them, without `QDRANT__`. */
type Settings = { [name: string]: string };

const folder = mkdtempSync(join(tmpdir(), 'verify-qdrant-'));
// Qdrant believes for clients whom it believes for nodes.
const client = makeCertificate({ commonName: 'client', from: inDays(-1), to: inDays(9), usages: ['clientAuth'] }, CA);

const keys: Settings = { SERVICE__API_KEY: ADMIN_KEY, SERVICE__READ_ONLY_API_KEY: READ_ONLY_KEY };
const tls: Settings = {
  SERVICE__ENABLE_TLS: 'true',
  TLS__CERT: join(folder, 'cert.pem'),
  TLS__KEY: join(folder, 'key.pem'),
  TLS__CA_CERT: join(folder, 'ca.pem'),
};
const closed: Settings = {
  SERVICE__ENABLE_CORS: 'false',
  SERVICE__ENABLE_SNAPSHOT_URL_RECOVERY: 'false',
  AUDIT__ENABLED: 'true',
  AUDIT__DIR: join(folder, 'audit'),
};
const secured = { ...keys, ...tls, ...closed };
const without = (...names: string[]) => Object.fromEntries(Object.entries(secured).filter(([name]) => !names.includes(name)));
const keyNames = Object.keys(keys);
const tlsNames = Object.keys(tls);

const both = (id: string) => [`${id}, REST`, `${id}, gRPC`];
const CASES: Array<[name: string, settings: Settings, found: string[], hasClient?: boolean]> = [
  [
    'a server of no security at all',
    {},
    [...both('no-key'), ...both('plain-text'), 'cors, REST', 'snapshot-from-url, REST', 'audit-log, REST'],
  ],
  ['a key and nothing else', without(...tlsNames), [...both('plain-text'), ...both('key-in-clear-text')]],
  ['TLS and no key', without(...keyNames), both('no-key')],
  ['a secured server', secured, []],
  [
    'a secured server that verifies clients, which gRPC does not',
    { ...secured, SERVICE__VERIFY_HTTPS_CLIENT_CERTIFICATE: 'true' },
    ['no-client-certificate, gRPC'],
    true,
  ],
  ['CORS', without('SERVICE__ENABLE_CORS'), ['cors, REST']],
  ['snapshots from any URL', without('SERVICE__ENABLE_SNAPSHOT_URL_RECOVERY'), ['snapshot-from-url, REST']],
  ['no audit log', without('AUDIT__ENABLED', 'AUDIT__DIR'), ['audit-log, REST']],
  ['tokens', { ...secured, SERVICE__JWT_RBAC: 'true' }, ['endless-token, REST']],
];

let server: ChildProcess | undefined;
beforeAll(() => {
  writeFileSync(join(folder, 'cert.pem'), NODE.certificate);
  writeFileSync(join(folder, 'key.pem'), NODE.key);
  writeFileSync(join(folder, 'ca.pem'), CA.certificate);
});
afterEach(async () => {
  if (server && server.exitCode === null) {
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
  rmSync(join(folder, 'storage'), { recursive: true, force: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts Qdrant, and waits until it says that it listens on both ports. */
async function start(settings: Settings) {
  const [rest, grpc] = [await freePort(), await freePort()];
  mkdirSync(join(folder, 'audit'), { recursive: true });
  cpSync(configurationOf(REAL_SERVER!), join(folder, 'config'), { recursive: true });
  const all: Settings = {
    ...{ SERVICE__HOST: '127.0.0.1', SERVICE__HTTP_PORT: `${rest}`, SERVICE__GRPC_PORT: `${grpc}` },
    ...{ STORAGE__STORAGE_PATH: join(folder, 'storage'), STORAGE__SNAPSHOTS_PATH: join(folder, 'storage/snapshots') },
    ...{ TELEMETRY_DISABLED: 'true' },
    ...settings,
  };
  const environment = Object.fromEntries(Object.entries(all).map(([name, value]) => [`QDRANT__${name}`, value]));
  server = spawn(REAL_SERVER!, ['--config-path', join(folder, 'config/config.yaml')], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...environment },
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    const note = (part: Buffer) => {
      log += part;
      if (/HTTP listening/.test(log) && /gRPC listening/.test(log)) resolve();
    };
    server!.stdout!.on('data', note);
    server!.stderr!.on('data', note);
    server!.on('exit', (code) => reject(new Error(`Qdrant ended with ${code}: ${log}`)));
  });
  return { rest, grpc };
}

describe('verify, against Qdrant itself', () => {
  for (const [name, settings, found, hasClient = false] of CASES) {
    testWith(['QDRANT_BIN'], `finds what there is to find in ${name}`, async () => {
      const { rest, grpc } = await start(settings);
      const [peer, restBehindGuard, other] = [await freePort(), await freePort(), await freePort()];
      const report = await verify(
        [{ host: '127.0.0.1', ports: { rest, grpc, peer, restBehindGuard, othersBehindGuard: [other] } }],
        {
          material: {
            ...{ ca: CA.certificate, client: hasClient ? client : undefined, clientCa: hasClient ? CA : CLIENT_CA },
            ...{ adminKey: ADMIN_KEY, readOnlyKey: READ_ONLY_KEY },
          },
          ...{ inside: false, callbackAddress: '127.0.0.1', sendKeysAnyway: false, timeoutSeconds: 10 },
          // The release is that of QDRANT_BIN.
          ...{ only: [], skip: ['version', 'advisories'], required: [], progress: () => {} },
        },
      );
      const places = report.checks
        .filter(({ outcome }) => outcome === Outcome.FINDING)
        .map(({ probe, where }) => `${probe.id}, ${where.replace(/ \(\d+\)/, '')}`);
      expect(places.sort()).toEqual([...found].sort());
      expect(report.obstacles).toEqual([]);
    });
  }
});
