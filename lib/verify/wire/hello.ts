import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { destinationOf, failureOf, Place, serverNameOf } from './connection';

/** How a server answers the first message of a handshake. */
export type HelloAnswer =
  | { readonly kind: 'accepted'; readonly version: number; readonly suite: number }
  | { readonly kind: 'refused'; readonly why: string }
  /** Something else listens there. */
  | { readonly kind: 'no TLS'; readonly why: string }
  | { readonly kind: 'unreachable'; readonly why: string }
  | { readonly kind: 'silent'; readonly why: string };

/** What a handshake offers. */
export interface Hello {
  /** The newest version, as it is written: 0x0304 for TLS 1.3. */
  readonly version: number;
  readonly suites: number[];
  /** For example `h2`. */
  readonly protocol: string;
}

export const TLS_1_3 = 0x0304;
export const TLS_1_2 = 0x0303;

const VERSION_NAMES: { [version: number]: string } = {
  [TLS_1_3]: 'TLS 1.3',
  [TLS_1_2]: 'TLS 1.2',
  0x0302: 'TLS 1.1',
  0x0301: 'TLS 1.0',
  0x0300: 'SSL 3.0',
};

/** What any server with TLS of today accepts: the control of every other hello. */
export const MODERN_SUITES = [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9];

/** Whether an answer is TLS: an alert is, too. */
export function speaksTls(answer: HelloAnswer): boolean {
  return answer.kind === 'accepted' || (answer.kind === 'refused' && answer.why.startsWith('alert'));
}

export function versionName(version: number): string {
  return VERSION_NAMES[version] ?? `version 0x${version.toString(16)}`;
}

/**
 * Sends the first message of a handshake, written by hand, and reads the answer. Node's own TLS could not: which versions and ciphers it speaks hangs
 * on how it was built, and one that it cannot offer would look as if the server had refused it.
 */
export function sayHello(place: Place, hello: Hello, timeoutSeconds: number): Promise<HelloAnswer> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    let connected = false;
    const socket = connect(destinationOf(place));
    const end = (answer: HelloAnswer) => {
      clearTimeout(timer);
      resolve(answer);
      socket.destroy();
    };
    const timer = setTimeout(
      () => end(connected ? { kind: 'silent', why: 'no answer' } : { kind: 'unreachable', why: 'no answer' }),
      timeoutSeconds * 1000,
    );
    socket.on('connect', () => {
      connected = true;
      socket.write(recordOf(hello, serverNameOf(place.host)));
    });
    socket.on('data', (part) => {
      received = Buffer.concat([received, part]);
      const answer = answerOrOddity(received);
      if (answer) end(answer);
    });
    socket.on('error', (error) => {
      const { stage, code } = failureOf(error);
      end(stage === 'connecting' && !connected ? { kind: 'unreachable', why: code } : { kind: 'refused', why: code });
    });
    socket.on('close', () => end({ kind: 'refused', why: 'the connection was closed' }));
  });
}

/** As `answerOf`; what is cut short where it should not be is not TLS either. */
function answerOrOddity(received: Buffer): HelloAnswer | undefined {
  try {
    return answerOf(received);
  } catch (error) {
    return { kind: 'no TLS', why: (error as Error).message };
  }
}

/** What has come so far says, or undefined while more has to come. */
function answerOf(received: Buffer): HelloAnswer | undefined {
  if (received.length < 6) return undefined;
  const [type, major] = received;
  if (major !== 3 || (type !== 0x15 && type !== 0x16)) {
    return { kind: 'no TLS', why: JSON.stringify(received.subarray(0, 40).toString('latin1')) };
  }
  if (received.length < 5 + received.readUInt16BE(3)) return undefined;
  if (type === 0x15) return { kind: 'refused', why: `alert ${received[6]}` };
  if (received[5] !== 2) return { kind: 'no TLS', why: `a message of type ${received[5]}` };
  return acceptedOf(received.subarray(9));
}

/** What a ServerHello chose. */
function acceptedOf(body: Buffer): HelloAnswer {
  const afterSession = 35 + body[34];
  const suite = body.readUInt16BE(afterSession);
  let version = body.readUInt16BE(0);
  for (let at = afterSession + 5; at + 4 <= body.length; at += 4 + body.readUInt16BE(at + 2)) {
    if (body.readUInt16BE(at) === 43) version = body.readUInt16BE(at + 4);
  }
  return { kind: 'accepted', version, suite };
}

/** The first message of a handshake, in its record. */
export function recordOf(hello: Hello, serverName: string): Buffer {
  const body = Buffer.concat([
    uint16(Math.min(hello.version, TLS_1_2)),
    randomBytes(32),
    sized(1, randomBytes(32)),
    sized(2, ...hello.suites.map(uint16)),
    Buffer.from([1, 0]),
    sized(2, ...extensionsOf(hello, serverName)),
  ]);
  const message = Buffer.concat([Buffer.from([1]), Buffer.from([0, body.length >> 8, body.length & 0xff]), body]);
  return Buffer.concat([Buffer.from([0x16]), uint16(Math.min(hello.version, 0x0301)), sized(2, message)]);
}

function extensionsOf({ version, protocol }: Hello, serverName: string): Buffer[] {
  const extension = (type: number, ...content: Buffer[]) => Buffer.concat([uint16(type), sized(2, ...content)]);
  // Without extensions it was, before TLS 1.0.
  if (version < 0x0301) return [];
  const signatures = [0x0403, 0x0503, 0x0603, 0x0807, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201];
  return [
    ...(serverName === '' ? [] : [extension(0, sized(2, Buffer.from([0]), sized(2, Buffer.from(serverName))))]),
    // Curves: x25519, P-256, P-384, P-521.
    extension(10, sized(2, ...[29, 23, 24, 25].map(uint16))),
    extension(11, Buffer.from([1, 0])),
    extension(13, sized(2, ...signatures.map(uint16))),
    extension(16, sized(2, sized(1, Buffer.from(protocol)))),
    extension(0xff01, Buffer.from([0])),
    ...(version === TLS_1_3
      ? [
          extension(43, sized(1, uint16(TLS_1_3), uint16(TLS_1_2))),
          // Any 32 bytes are a key of x25519.
          extension(51, sized(2, uint16(29), sized(2, randomBytes(32)))),
        ]
      : []),
  ];
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

/** Bytes after their length, which is written in so many bytes. */
function sized(lengthBytes: 1 | 2, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([lengthBytes === 1 ? Buffer.from([content.length]) : uint16(content.length), content]);
}
