import { ClientHttp2Session, connect as connectHttp2, IncomingHttpHeaders } from 'node:http2';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Connection, destinationOf, Failure, failureOf, tlsOptionsOf } from './connection';

export interface GrpcAnswer {
  readonly kind: 'answer';
  /** The code of gRPC, 0 for success; undefined where what answered is not gRPC. */
  readonly status?: number;
  readonly message: string;
  /** The status of HTTP. */
  readonly httpStatus?: number;
  readonly body: Buffer;
}

export interface GrpcCall {
  /** For example `/qdrant.Collections/List`. */
  readonly path: string;
  readonly message: Buffer;
  readonly headers?: { [name: string]: string };
}

/** Calls once, on a connection of its own: HTTP/2 over TLS, or in clear text. */
export function callGrpc(connection: Connection, call: GrpcCall): Promise<GrpcAnswer | Failure> {
  return new Promise((resolve) => {
    const session = sessionOf(connection);
    let connected = false;
    const end = (answer: GrpcAnswer | Failure) => {
      clearTimeout(timer);
      resolve(answer);
      session.destroy();
    };
    const timer = setTimeout(
      () => end({ kind: 'failure', stage: connected ? 'silent' : 'connecting', code: 'no answer' }),
      connection.timeoutSeconds * 1000,
    );
    session.on('connect', () => (connected = true));
    session.on('error', (error) => end(failureOf(error)));
    session.on('close', () => end({ kind: 'failure', stage: 'ended', code: 'the connection was closed' }));
    ask(session, call, end);
  });
}

function sessionOf(connection: Connection): ClientHttp2Session {
  const { host, port, tls } = connection;
  // The name in the address is for the request alone: the connection is made here.
  const authority = `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return connectHttp2(authority, {
    createConnection: () =>
      tls
        ? connectTls({ ...destinationOf(connection), ...tlsOptionsOf(host, tls), ALPNProtocols: ['h2'] })
        : connectPlain(destinationOf(connection)),
  });
}

function ask(session: ClientHttp2Session, { path, message, headers }: GrpcCall, end: (answer: GrpcAnswer | Failure) => void) {
  const stream = session.request({
    ...{ ':method': 'POST', ':path': path, te: 'trailers', 'content-type': 'application/grpc' },
    ...headers,
  });
  const parts: Buffer[] = [];
  let seen: IncomingHttpHeaders & { ':status'?: number } = {};
  const note = (more: IncomingHttpHeaders) => (seen = { ...seen, ...more });
  stream.on('response', note).on('trailers', note);
  stream.on('data', (part: Buffer) => parts.push(part));
  stream.on('error', (error) => end(failureOf(error)));
  stream.on('end', () => {
    // It also ends where the connection does.
    if (seen[':status'] === undefined) return end({ kind: 'failure', stage: 'ended', code: 'the connection was closed' });
    const status = seen['grpc-status'];
    end({
      kind: 'answer',
      status: status === undefined ? undefined : Number(status),
      message: decodeURIComponentOrNot(String(seen['grpc-message'] ?? '')),
      httpStatus: seen[':status'],
      // Without the flag and the length that stand before a message.
      body: Buffer.concat(parts).subarray(5),
    });
  });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([prefix, message]));
}

function decodeURIComponentOrNot(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A message of protocol buffers with one member of text. */
export function textMessage(field: number, value: string): Buffer {
  const bytes = Buffer.from(value);
  if (bytes.length > 0x7f) throw new Error('no message of a probe is that long');
  return Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length]), bytes]);
}

/** The members of text of a message of protocol buffers, by their numbers. What else it has is passed over. */
export function textsOf(message: Buffer): { [field: number]: string } {
  const found: { [field: number]: string } = {};
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; at < message.length; shift += 7) {
      const byte = message[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < message.length) {
    const tag = varint();
    if ((tag & 7) === 0) varint();
    else if ((tag & 7) === 1) at += 8;
    else if ((tag & 7) === 5) at += 4;
    else if ((tag & 7) === 2) {
      const length = varint();
      found[tag >> 3] = message.subarray(at, at + length).toString('utf8');
      at += length;
    } else break;
  }
  return found;
}
