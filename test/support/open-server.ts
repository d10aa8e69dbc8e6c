import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createPlain, get, IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createPlainHttp2, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { createServer as createSecure } from 'node:https';
import { AddressInfo, connect, createServer as createRaw, Server as RawServer, Socket } from 'node:net';
import { createServer as createTls, TlsOptions, TLSSocket } from 'node:tls';
import { Identity, makeCertificate } from '../../lib/verify/x509/make-certificate';
import { textMessage, textsOf } from '../../lib/verify/wire/grpc';
import { takesToken } from './tokens';

const DAY = 24 * 60 * 60 * 1000;
export const inDays = (days: number) => new Date(Date.now() + days * DAY);
const validity = { from: inDays(-1), to: inDays(200) };

export const CA = makeCertificate({ ...validity, commonName: 'nodes CA', isCa: true });
export const CLIENT_CA = makeCertificate({ ...validity, commonName: 'client CA', isCa: true });
export const CLIENT = makeCertificate({ ...validity, commonName: 'client', usages: ['clientAuth'] }, CLIENT_CA);
export const NODE = makeCertificate(
  { ...validity, commonName: 'node', hosts: ['127.0.0.1'], usages: ['serverAuth', 'clientAuth'] },
  CA,
);

export const ADMIN_KEY = 'admin-key-of-the-tests-that-is-long-enough';
export const READ_ONLY_KEY = 'read-only-key-of-the-tests';

/** How Qdrant says it, over both protocols. */
const NO_KEY = 'Must provide an API key or an Authorization bearer token';
const NOTHING = Buffer.alloc(0);

interface Collection {
  readonly replicationFactor: number;
  readonly writeConsistencyFactor: number;
  /** By shard, the peer of each copy and its state. */
  readonly shards: Array<Array<[peer: number, state: string]>>;
}

const HEALTHY: Collection = {
  replicationFactor: 2,
  writeConsistencyFactor: 2,
  shards: [
    [
      [1, 'Active'],
      [2, 'Active'],
    ],
  ],
};

/** How a client's certificate is looked at. */
export type ClientCheck = 'right' | 'any' | 'expired too' | 'early too' | 'optional' | 'none';

/** What stands in front of the server: it answers a request by itself, or passes it on. */
export interface InFront {
  readonly REST?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly gRPC?: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;
}

/** A server as one would have it. */
const SECURED = {
  version: '1.19.0',
  title: 'qdrant - vector search engine',
  adminKey: ADMIN_KEY,
  /** Whether a key is asked for. */
  restKey: true,
  grpcKey: true,
  /** Keys that are taken besides. */
  takes: [] as Array<'any' | 'empty' | 'unsigned' | 'empty-signed' | 'tokens'>,
  keyless: [] as string[],
  readOnlyWrites: [] as Array<'REST' | 'gRPC'>,
  restTls: true,
  grpcTls: true,
  inFront: {} as InFront,
  /** What speaks clear text on the port of TLS, too. */
  plainBeside: undefined as 'Qdrant' | 'a proxy that fails' | undefined,
  tls: {} as TlsOptions,
  identity: NODE,
  rest: 'right' as ClientCheck,
  grpc: 'right' as ClientCheck,
  /** The port of metrics, by how it looks at clients. */
  metrics: undefined as ClientCheck | 'plain' | undefined,
  peer: 'closed' as 'closed' | 'secured' | 'keyless' | 'unverified' | 'unverified and old' | 'plain',
  behindGuard: false,
  webUi: false,
  cors: false,
  snapshotUrls: false,
  auditLog: 'on' as 'on' | 'off' | 'unknown',
  peers: ['https://node-0:6335', 'https://node-1:6335', 'https://node-2:6335'],
  collections: { documents: HEALTHY } as { [name: string]: Collection },
};

export type ServerSettings = typeof SECURED;

/** A STAND-IN for Qdrant in the process of the test, secured but for the holes that it is started with. It keeps nothing. */
export class OpenServer {
  public static async start(
    holes: Partial<ServerSettings> = {},
    address = '127.0.0.1',
    /** The ports of another one, to be the same on another address. */
    like: { [name: string]: number } = {},
  ): Promise<OpenServer> {
    const server = new OpenServer({ ...SECURED, ...holes }, address, like);
    await server.listen();
    return server;
  }

  public readonly ports: { [name: string]: number } = {};
  /** The requests that would have changed something. */
  public readonly writes: string[] = [];
  /** The keys that came in, over what. */
  public readonly keysSeen: Array<{ key: string; secure: boolean }> = [];
  private readonly servers: RawServer[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly settings: ServerSettings,
    private readonly address: string,
    private readonly like: { [name: string]: number },
  ) {}

  public async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  private async listen(): Promise<void> {
    const { settings } = this;
    const rest: RequestListener = (request, response) => void this.serveRest(request, response);
    await this.open('rest', this.httpServer(rest, settings.restTls, settings.rest));
    await this.open(
      'grpc',
      this.grpcServer(settings.grpcTls, settings.grpc, (stream, headers) => this.serveGrpc(stream, headers)),
    );
    const metrics: RequestListener = (_, response) => response.end('collections_total 1\n');
    if (settings.metrics) await this.open('metrics', this.httpServer(metrics, settings.metrics !== 'plain', settings.metrics));
    if (settings.peer !== 'closed') await this.open('peer', this.peerServer());
    if (settings.behindGuard) await this.open('behindGuard', this.httpServer(rest, true, 'none'));
  }

  private async open(name: string, server: RawServer): Promise<void> {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket)).on('error', () => {});
    });
    server.on('tlsClientError', () => {});
    server.listen(this.like[name] ?? 0, this.address);
    await once(server, 'listening');
    this.servers.push(server);
    this.ports[name] = (server.address() as AddressInfo).port;
  }

  private tlsOptions(check: ClientCheck | 'plain', ca = CLIENT_CA): TlsOptions {
    const { identity, tls } = this.settings;
    const verified = { requestCert: check !== 'none', rejectUnauthorized: check === 'right', ca: ca.certificate };
    return { cert: identity.certificate, key: identity.key, ...verified, ...tls };
  }

  private httpServer(serve: RequestListener, tls: boolean, check: ClientCheck | 'plain'): RawServer {
    const plain = createPlain(serve);
    if (!tls) return plain;
    const secure = createSecure(this.tlsOptions(check), serve).on('secureConnection', (socket) => endUnless(check, socket));
    if (this.settings.plainBeside === undefined) return secure;
    const failing = createPlain((_, response) => response.writeHead(502).end('bad gateway'));
    return this.both(secure, this.settings.plainBeside === 'Qdrant' ? plain : failing);
  }

  /** By the first byte of a connection. */
  private both(secure: Server, plain: Server): RawServer {
    for (const server of [secure, plain]) this.servers.push(server.listen(0, this.address).on('tlsClientError', () => {}));
    return createRaw((socket) => {
      socket.once('data', (first) => {
        const { port } = (first[0] === 0x16 ? secure : plain).address() as AddressInfo;
        const behind = connect(port, this.address).on('error', () => socket.destroy());
        behind.write(first);
        socket.pipe(behind).pipe(socket);
        behind.on('close', () => socket.destroy());
        socket.on('close', () => behind.destroy());
      });
    });
  }

  private grpcServer(
    tls: boolean,
    check: ClientCheck,
    serve: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
    ca = CLIENT_CA,
  ): RawServer {
    const http2 = createPlainHttp2()
      .on('stream', (stream, headers) => serve(stream, headers))
      .on('sessionError', () => {});
    if (!tls) return http2;
    return createTls({ ...this.tlsOptions(check, ca), ALPNProtocols: ['h2'] }, (socket) => {
      socket.on('error', () => {});
      if (endUnless(check, socket)) http2.emit('connection', socket);
    });
  }

  /** The port of the nodes, which presents the certificate of a node and asks for another one. */
  private peerServer(): RawServer {
    const { peer } = this.settings;
    const asks = peer === 'secured' || peer === 'unverified';
    const isOpen = peer === 'unverified' || peer === 'unverified and old';
    const serve = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
      // Old ones do not know what they are asked.
      peer === 'unverified and old'
        ? answerGrpc(stream, 12)
        : asks && headers['api-key'] !== ADMIN_KEY
          ? answerGrpc(stream, 16, NOTHING, NO_KEY)
          : answerGrpc(stream, 0);
    return this.grpcServer(peer !== 'plain', isOpen ? 'none' : 'right', serve, CA);
  }

  /** What the holder of a key may do. */
  private accessOf(headers: IncomingHttpHeaders, secure: boolean): 'admin' | 'reader' | 'nobody' {
    const { adminKey, takes } = this.settings;
    const key = headers['api-key'] ?? /^Bearer ?(.*)$/.exec(headers.authorization ?? '')?.[1];
    if (key === undefined) return 'nobody';
    this.keysSeen.push({ key: String(key), secure });
    if (key === adminKey || takes.includes('any') || (takes.includes('empty') && key === '')) return 'admin';
    if (key === READ_ONLY_KEY) return 'reader';
    return takesToken(String(key), takes, adminKey) ? 'admin' : 'nobody';
  }

  private async serveRest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { settings } = this;
    if (settings.inFront.REST?.(request, response)) return;
    const path = request.url!.split('?')[0];
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (settings.cors) response.setHeader('access-control-allow-origin', '*');
    if (settings.cors && request.method === 'OPTIONS') return void response.end();
    if (path === '/') return void json(200, { title: settings.title, version: settings.version });
    if (path.startsWith('/dashboard') && settings.webUi) return void response.end('<!doctype html><title>Qdrant</title>');
    const access = this.accessOf(request.headers, request.socket instanceof TLSSocket);
    if (settings.restKey && access === 'nobody' && !settings.keyless.includes(path)) {
      return void json(401, { status: { error: NO_KEY } });
    }
    const isReader = settings.restKey && access === 'reader' && !settings.readOnlyWrites.includes('REST');
    if (isReader && (request.method !== 'GET' || path === '/audit/logs'))
      return void json(403, { status: { error: 'Forbidden' } });
    let text = '';
    for await (const part of request) text += part;
    const [status, body] = await this.answer(request.method!, path, text);
    json(status, body);
  }

  private async answer(method: string, path: string, text: string): Promise<[number, unknown]> {
    const { settings } = this;
    const ok = (result: unknown): [number, unknown] => [200, { result, status: 'ok', time: 0 }];
    const error = (status: number, message: string): [number, unknown] => [status, { status: { error: message } }];
    if (method === 'DELETE' || method === 'PUT') this.writes.push(`${method} ${path}`);
    const [, name, more] = /^\/collections\/([^/]+)(\/.*)?$/.exec(path) ?? [];
    if (method === 'DELETE') return ok(false);
    if (method === 'PUT' && more === '/snapshots/recover') {
      if (!settings.snapshotUrls) return error(403, 'Snapshot recovery from URL is disabled');
      await new Promise((resolve) => get(JSON.parse(text).location, (answer) => resolve(answer.resume())).on('error', resolve));
      return error(500, 'Failed to download snapshot');
    }
    if (path === '/audit/logs') {
      if (settings.auditLog === 'off') return error(400, 'Audit logging is not configured');
      return settings.auditLog === 'on' && method === 'POST' ? ok({ entries: [] }) : error(404, 'Not found');
    }
    if (path === '/collections') {
      return ok({ collections: Object.keys(settings.collections).map((known) => ({ name: known })) });
    }
    if (path === '/cluster') {
      const peers = Object.fromEntries(settings.peers.map((uri, index) => [index + 1, { uri }]));
      return ok({ status: settings.peers.length > 0 ? 'enabled' : 'disabled', peer_id: 1, peers });
    }
    if (['/telemetry', '/metrics', '/locks', '/snapshots', '/aliases', '/issues'].includes(path)) return ok({ app: {} });
    const collection = name && settings.collections[name];
    if (!collection) return error(404, "Not found: Collection doesn't exist!");
    return ok(more === '/cluster' ? shardsOf(collection) : { config: { params: paramsOf(collection) } });
  }

  private serveGrpc(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const { settings } = this;
    if (settings.inFront.gRPC?.(stream, headers)) return;
    const path = headers[':path'] as string;
    if (path.endsWith('/HealthCheck')) {
      return answerGrpc(stream, 0, Buffer.concat([textMessage(1, settings.title), textMessage(2, settings.version)]));
    }
    const access = this.accessOf(headers, stream.session!.socket instanceof TLSSocket);
    if (settings.grpcKey && access === 'nobody') return answerGrpc(stream, 16, NOTHING, NO_KEY);
    if (path.endsWith('/List')) return answerGrpc(stream, 0);
    const isReader = settings.grpcKey && access === 'reader' && !settings.readOnlyWrites.includes('gRPC');
    if (path.endsWith('/Delete')) {
      if (isReader) return answerGrpc(stream, 7, NOTHING, 'Forbidden: Global manage access is required');
      stream.once('data', (part: Buffer) => this.writes.push(`gRPC Delete ${textsOf(part.subarray(5))[1]}`));
      return answerGrpc(stream, 0);
    }
    answerGrpc(stream, 5);
  }
}

const paramsOf = ({ replicationFactor, writeConsistencyFactor }: Collection) => ({
  replication_factor: replicationFactor,
  write_consistency_factor: writeConsistencyFactor,
});

function shardsOf({ shards }: Collection) {
  const all = shards.flatMap((copies, shard) => copies.map(([peer, state]) => ({ shard_id: shard, peer_id: peer, state })));
  const local = all.filter(({ peer_id: peer }) => peer === 1);
  return { peer_id: 1, local_shards: local, remote_shards: all.filter((one) => !local.includes(one)) };
}

export function answerGrpc(stream: ServerHttp2Stream, status: number, message = NOTHING, words = ''): void {
  stream.on('error', () => {});
  stream.resume();
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status), 'grpc-message': words }));
  stream.end(Buffer.concat([prefix, message]));
}

/** Ends the connection of a client whose certificate will not do; whether it will. */
function endUnless(check: ClientCheck | 'plain', socket: TLSSocket): boolean {
  if (check === 'none' || check === 'plain' || check === 'right' || check === 'optional') return true;
  const { raw } = socket.getPeerCertificate();
  const isGood = raw !== undefined && (check === 'any' || isOfCa(new X509Certificate(raw), CLIENT_CA, check));
  if (!isGood) socket.destroy();
  return isGood;
}

function isOfCa(certificate: X509Certificate, ca: Identity, check: ClientCheck): boolean {
  const [from, to] = [certificate.validFrom, certificate.validTo].map((time) => Date.parse(time));
  return (
    certificate.verify(new X509Certificate(ca.certificate).publicKey) &&
    (from <= Date.now() || check === 'early too') &&
    (to >= Date.now() || check === 'expired too')
  );
}
