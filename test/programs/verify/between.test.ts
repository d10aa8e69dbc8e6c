import { generateKeyPairSync } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import dns from 'node:dns';
import { jsonReport, junitReport, Outcome, textReport } from '../../../lib/verify';
import { makeCertificate } from '../../../lib/verify/x509/make-certificate';
import { attackOn, dropping, material, placesOf } from '../../support/attack';
import {
  ADMIN_KEY,
  answerGrpc,
  CA,
  InFront,
  inDays,
  OpenServer,
  READ_ONLY_KEY,
  ServerSettings,
} from '../../support/open-server';

let server: OpenServer | undefined;
let stop: (() => void) | undefined;
afterEach(async () => {
  stop?.();
  await server?.stop();
  [server, stop] = [undefined, undefined];
});

const start = async (holes: Partial<ServerSettings>) => (server = await OpenServer.start(holes));
const attack = async (holes: Partial<ServerSettings>, options: Parameters<typeof attackOn>[1] = {}) =>
  attackOn(await start(holes), options);

/** Answers some paths of REST in front of the server. */
const rest = (
  matches: (request: IncomingMessage) => boolean,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) => ({
  REST: (request: IncomingMessage, response: ServerResponse) => {
    if (!matches(request)) return false;
    answer(request, response);
    return true;
  },
});
const path =
  (...paths: string[]) =>
  (request: IncomingMessage) =>
    paths.includes(request.url!);
const says =
  (status: number, text = '', headers = {}) =>
  (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, headers).end(text);
const FORBIDDEN = '<html>403 Forbidden</html>';

describe('verify, with something in front of Qdrant', () => {
  test('takes an answer that switches protocols for no proof, and ends', async () => {
    const inFront = rest(path('/telemetry'), ({ socket }) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n'),
    );
    const report = await attack({ inFront }, { only: ['telemetry'] });
    expect(placesOf(report, Outcome.NOT_TRIED)).toContain('telemetry, REST');
  }, 20_000);

  test('finds what a firewall hides from programs without a name', async () => {
    const inFront = rest(({ headers }) => !headers['user-agent'], says(403, FORBIDDEN));
    expect(placesOf(await attack({ inFront, restKey: false }, { only: ['no-key'] }), Outcome.FINDING)).toEqual([
      'no-key, REST',
    ]);
  });

  test.each([
    ['REST', { inFront: rest(({ url, headers }) => url === '/collections' && !headers['api-key'], says(403, FORBIDDEN)) }],
    [
      'gRPC',
      {
        inFront: {
          gRPC: (stream: any, headers: any) => {
            if (headers[':path'].endsWith('/HealthCheck') || headers['api-key']) return false;
            stream.respond({ ':status': 403 }, { endStream: true });
            return true;
          },
        },
      },
    ],
  ])('takes a refusal of %s in other words for a denial only where the key is what is missing', async (name, holes) => {
    const withKey = await attack(holes, { only: ['no-key'] });
    expect(placesOf(withKey, Outcome.PASSED)).toContain(`no-key, ${name}`);
    await server!.stop();
    const without = await attack(holes, { only: ['no-key'], material: { ca: material.ca, client: material.client } });
    expect(placesOf(without, Outcome.NOT_TRIED)).toEqual([`no-key, ${name}`]);
  });

  test.each([
    ['hides it', says(404, '{"message":"no"}')],
    ['redirects it', says(302, '', { location: '/dashboard/' })],
    ['forbids it', says(403, FORBIDDEN)],
  ])('looks at REST although a proxy %s at /', async (_, answer) => {
    const inFront = rest(path('/'), answer);
    expect(placesOf(await attack({ inFront, restKey: false }, { only: ['no-key'] }), Outcome.FINDING)).toEqual([
      'no-key, REST',
    ]);
    await server!.stop();
    const secured = await attack({ inFront }, { only: ['no-key'] });
    expect(placesOf(secured, Outcome.PASSED)).toEqual(['no-key, REST', 'no-key, gRPC']);
  });
});

describe('verify, of what a proxy opens or answers by itself', () => {
  const noKey = ({ headers }: IncomingMessage) => !headers['api-key'];
  const found = async (inFront: InFront, only: string[]) => {
    const report = await attack({ inFront }, { only, timeoutSeconds: 1 });
    return { found: placesOf(report, Outcome.FINDING), passed: placesOf(report, Outcome.PASSED) };
  };

  test('finds paths that are open though another one is cut', async () => {
    const inFront = rest(path('/cluster', '/locks'), (request, response) =>
      request.url === '/locks' ? request.socket.destroy() : response.writeHead(200).end('{"result":{}}'),
    );
    expect((await found(inFront, ['keyless-path'])).found).toEqual(['keyless-path, REST']);
  });

  test.each([
    ['keyless-path', 429, path('/metrics')],
    ['keyless-path', 302, path('/metrics')],
    ['cors', 503, ({ headers }: IncomingMessage) => headers.origin !== undefined],
    ['telemetry', 500, path('/telemetry')],
    ['web-ui', 403, path('/dashboard/')],
    ['snapshot-from-url', 405, ({ url }: IncomingMessage) => url!.endsWith('/recover')],
  ])('takes %s for no denial that is answered by %i', async (id, status, matches) => {
    const { found: holes, passed } = await found(rest(matches, says(status, 'Method Not Allowed')), [id]);
    expect({ holes, passed: passed.filter((place) => place.endsWith('REST') || place.endsWith('read-only key')) }).toEqual({
      holes: [],
      passed: [],
    });
  });

  test('takes an error with the status 200 for no answer', async () => {
    const inFront = rest(
      (request) => noKey(request) && request.url !== '/',
      says(200, '{"result":null,"status":{"error":"unauthorized"}}'),
    );
    expect((await found(inFront, ['no-key', 'wrong-key', 'keyless-path', 'telemetry', 'web-ui'])).found).toEqual([]);
  });

  test.each(['scroll', 'query'])(
    'finds points that are open to a %s without a key, in a collection that does not exist',
    async (what) => {
      const inFront = {
        ...rest(({ url }) => url!.endsWith(`/points/${what}`), says(404, '{"status":{"error":"Not found: Collection"}}')),
        gRPC: (stream: any, headers: any) => {
          if (headers[':path'].toLowerCase() !== `/qdrant.points/${what}`) return false;
          answerGrpc(stream, 5);
          return true;
        },
      };
      expect((await found(inFront, ['keyless-path'])).found).toEqual(['keyless-path, REST', 'keyless-path, gRPC']);
    },
  );

  test('repeats no key that a server echoes, nor what moves a cursor', async () => {
    const inFront = rest(
      ({ url, headers }) => url !== '/' && headers['api-key'] !== undefined,
      ({ headers }, response) => response.writeHead(500).end(`\u001b[2J${'x'.repeat(125)} key ${headers['api-key']}`),
    );
    const report = await attack({ inFront, title: 'qdrant', version: `1.19.0\n${ADMIN_KEY}\u001b` });
    const text = [textReport(report), jsonReport(report, 0), junitReport(report)].join('');
    expect(text).toContain('***');
    expect(text).not.toContain('\u001b');
    // Not the first half of one either.
    for (const key of [ADMIN_KEY, READ_ONLY_KEY]) expect(text).not.toContain(key.slice(0, 16));
  });

  test('names the collection that a slow server may yet make', async () => {
    const inFront = rest(
      ({ url }) => url!.endsWith('/recover'),
      () => {},
    );
    const report = await attack({ inFront }, { only: ['snapshot-from-url'], timeoutSeconds: 1 });
    expect(report.checks[0]).toMatchObject({
      outcome: Outcome.NOT_TRIED,
      what: expect.stringMatching(/cdktf-qdrant-verify-[0-9a-f]{16}/),
    });
  });

  test('tells peers apart whose ids are as large as those of Qdrant', async () => {
    const ids = ['11532566549086892528', '11532566549086892529'];
    const shard = (id: string) => `{"shard_id":0,"peer_id":${id},"state":"Active"}`;
    const answers: { [path: string]: string } = {
      '/cluster': `{"status":"enabled","peer_id":${ids[0]},"peers":{${ids.map((id) => `"${id}":{"uri":"https://node:6335"}`)}}}`,
      '/collections/documents/cluster': `{"peer_id":${ids[0]},"local_shards":[${shard(ids[0])}],"remote_shards":[${shard(ids[1])}]}`,
    };
    const inFront = rest(
      (request) => !noKey(request) && answers[request.url!] !== undefined,
      ({ url }, response) => response.writeHead(200).end(`{"result":${answers[url!]}}`),
    );
    expect((await found(inFront, ['copies-share-a-host'])).found).toEqual(['copies-share-a-host, collections']);
  });
});

describe('verify, of a name of several addresses', () => {
  test('attacks each of them, by the name', async () => {
    const identity = makeCertificate(
      { commonName: 'node', from: inDays(-1), to: inDays(200), hosts: ['vectors.internal'], usages: ['serverAuth'] },
      CA,
    );
    await start({ identity });
    const open = await OpenServer.start({ identity, restKey: false }, '127.0.0.2', server!.ports);
    const closed = '127.0.0.3';
    const addresses = ['127.0.0.1', '127.0.0.2', closed].map((address) => ({ address, family: 4 }));
    const lookup: any = dns.lookup;
    const known = (name: string, options: any, tell: any) =>
      name === 'vectors.internal' ? tell(null, addresses) : lookup(name, options, tell);
    jest.spyOn(dns, 'lookup').mockImplementation(known as any);
    const report = await attackOn(server!, { only: ['no-key', 'certificate-name'] }, { host: 'vectors.internal' }).finally(
      async () => {
        jest.restoreAllMocks();
        await open.stop();
      },
    );
    const said = (outcome: Outcome) =>
      report.checks.filter((check) => check.outcome === outcome).map(({ probe, host }) => `${probe.id}, ${host}`);
    expect(said(Outcome.FINDING)).toEqual(['no-key, vectors.internal (127.0.0.2)']);
    expect(new Set(said(Outcome.PASSED))).toContain('certificate-name, vectors.internal (127.0.0.1)');
    expect(said(Outcome.NOT_TRIED)).toEqual(['no-key', 'certificate-name'].map((id) => `${id}, vectors.internal (${closed})`));
  });
});

describe('verify, where TLS is of long ago', () => {
  const only = ['old-tls', 'broken-ciphers', 'no-forward-secrecy'];
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const identity = makeCertificate(
    { commonName: 'node', from: inDays(-1), to: inDays(200), hosts: ['127.0.0.1'], usages: ['serverAuth'], privateKey: rsa },
    CA,
  );
  const ciphers = 'ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0';
  test.each<[string, Partial<ServerSettings>, string]>([
    ['TLS 1.0 beside 1.2 by CBC', { tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.2', ciphers } }, 'old-tls'],
    ['TLS 1.0 alone', { tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers } }, 'old-tls'],
    [
      'RSA key exchange alone',
      { identity, tls: { maxVersion: 'TLSv1.2', ciphers: 'AES128-GCM-SHA256' } },
      'no-forward-secrecy',
    ],
  ])('finds %s, which no handshake of today is accepted beside', async (_, holes, id) => {
    const report = await attack(holes, { only });
    expect(placesOf(report, Outcome.FINDING)).toEqual([`${id}, REST`, `${id}, gRPC`]);
    expect(placesOf(report, Outcome.PASSED)).toEqual([]);
  });

  test('keeps what a version proved where another is not answered', async () => {
    const { ports } = await start({ tls: { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } });
    const firewall = await dropping(ports.rest, (first) => (first[0] === 0x16 && first[2] === 0 ? 'swallow' : 'pass'));
    stop = firewall.stop;
    const report = await attackOn(server!, { only: ['old-tls'], timeoutSeconds: 1 }, { rest: firewall.port });
    expect(placesOf(report, Outcome.FINDING)).toContain('old-tls, REST');
  });
});

describe('verify, and why connections end', () => {
  const only = ['no-client-certificate', 'client-certificate-of-another-ca'];

  test.each([0, 1, 2, 3])('takes one that was cut by chance for no refusal: %i of 4', async (offset) => {
    const { ports } = await start({ rest: 'none', grpc: 'none' });
    const network = await dropping(ports.rest, (_, number) => (number % 4 === offset ? 'close' : 'pass'));
    stop = network.stop;
    const report = await attackOn(server!, { only: ['no-client-certificate'] }, { rest: network.port });
    expect(placesOf(report, Outcome.FINDING)).toContain('no-client-certificate, REST');
  });

  test('takes requests that are cut for no sign that a certificate is asked for', async () => {
    const inFront = rest(
      () => true,
      ({ socket }) => socket.destroy(),
    );
    const report = await attack({ rest: 'none', inFront }, { only });
    expect(placesOf(report, Outcome.PASSED)).toEqual(['no-client-certificate, gRPC', 'client-certificate-of-another-ca, gRPC']);
  });

  test('says what is lacking where requests without a certificate are cut', async () => {
    const inFront = {
      ...rest(
        () => true,
        ({ socket }) => socket.destroy(),
      ),
      gRPC: (stream: any) => stream.session.destroy() === undefined,
    };
    const ended = attack({ rest: 'optional', grpc: 'optional', inFront }, { only, material: { ca: material.ca } });
    await expect(ended).rejects.toThrow(/asks for a client certificate, and none was given/);
  });

  test('takes 403 without a certificate, and an answer with it, for a refusal', async () => {
    const inFront = {
      ...rest(({ socket }) => !(socket as TLSSocket).authorized, says(403, FORBIDDEN)),
      gRPC: (stream: any) => {
        if (stream.session.socket.authorized) return false;
        stream.respond({ ':status': 403 }, { endStream: true });
        return true;
      },
    };
    const report = await attack({ rest: 'optional', grpc: 'optional', inFront }, { only });
    expect(placesOf(report, Outcome.PASSED)).toEqual(only.flatMap((id) => [`${id}, REST`, `${id}, gRPC`]));
  });

  test('sees that a certificate is asked for, though not needed, by whoever has none', async () => {
    const report = await attack(
      { rest: 'optional', grpc: 'none' },
      { only: ['no-client-certificate'], material: { ca: material.ca } },
    );
    expect(placesOf(report, Outcome.FINDING)).toEqual(['no-client-certificate, REST', 'no-client-certificate, gRPC']);
  });
});
