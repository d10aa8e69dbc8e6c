import { generateKeyPairSync } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { Outcome } from '../../../lib/verify';
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
