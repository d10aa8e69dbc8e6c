import { Agent as PlainAgent, ClientRequest, IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { isIP } from 'node:net';
import { TlsSettings, tlsOptionsOf } from '../verify/wire/connection';
import { jsonOf } from '../verify/wire/rest-wire';

/** Where a node serves REST. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export function isSame(one: Address, other: Address): boolean {
  return one.host === other.host && one.port === other.port;
}

export interface RestClientSettings {
  /** Left out for clear text. */
  readonly tls?: Pick<TlsSettings, 'ca' | 'client'>;
  readonly apiKey?: string;
  /** Whether the key may go in clear text to another machine. */
  readonly sendsKeyAnyway?: boolean;
  readonly timeoutSeconds: number;
}

/** A node that gave no answer, or none that could be read. */
export class Unreachable extends Error {
  /** @param isThere whether something took a connection there all the same */
  constructor(
    message: string,
    public readonly isThere = false,
  ) {
    super(message);
  }
}

/** A key that would be read by whoever listens. */
export class KeyInClearText extends Error {}

/** A node that said no. */
export class Refused extends Error {
  constructor(
    public readonly status: number,
    message: string,
  ) {
    super(message);
  }

  /** Whether it takes no such key. */
  public get isDenial(): boolean {
    return [401, 403].includes(this.status);
  }
}

/** A node that answered something that no node of Qdrant does. */
export class Odd extends Error {
  constructor({ host }: Address, path: string) {
    super(`${host} gives no answer of Qdrant to ${path}`);
  }
}

/** Longer than this nobody takes to let connect, who is there: what is sent to a host that is gone may be swallowed. */
const CONNECT_SECONDS = 5;

/** More than this is no answer of Qdrant. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Speaks REST with nodes. The official client (`@qdrant/js-client-rest` 1.19) is not used: it makes its own undici agent and lets nobody give it a CA or
 * a client certificate (`createDispatcher` takes a number of connections only), it wants Node 22, and on Node 20 it rounds the ids of peers, which have
 * 64 bits, so that a shard would be sent to a peer that does not exist. Its types are what the tests hold the answers against.
 */
export class RestClient {
  private readonly agent: PlainAgent | SecureAgent;

  constructor(private readonly settings: RestClientSettings) {
    const options = { keepAlive: true, maxSockets: 8 };
    this.agent = settings.tls ? new SecureAgent(options) : new PlainAgent(options);
  }

  /** The result of a request, with ids as texts; throws where there is none. */
  public async call(address: Address, method: string, path: string, body?: object): Promise<any> {
    const { status, text } = await this.send(address, method, path, body);
    const answer = jsonOf(text);
    if (status === 200 && !isObject(answer)) throw new Odd(address, path);
    if (status === 200) return 'result' in answer ? answer.result : answer;
    const said = typeof answer?.status?.error === 'string' ? answer.status.error : text.slice(0, 200).trim();
    throw new Refused(status, `HTTP ${status}${said === '' ? '' : `: ${said}`}`);
  }

  /** The status of an answer, whatever it says. */
  public async statusOf(address: Address, path: string): Promise<number> {
    return (await this.send(address, 'GET', path)).status;
  }

  /** Whether a host may be asked: a key is sent to nobody whom others could listen to. */
  public mayAsk(host: string): boolean {
    const { tls, apiKey, sendsKeyAnyway } = this.settings;
    return tls !== undefined || apiKey === undefined || sendsKeyAnyway === true || isLoopback(host);
  }

  /** Ends the connections that it kept. */
  public close(): void {
    this.agent.destroy();
  }

  private send(address: Address, method: string, path: string, body?: object): Promise<{ status: number; text: string }> {
    const { tls, apiKey, timeoutSeconds } = this.settings;
    const { host, port } = address;
    if (!this.mayAsk(host)) return Promise.reject(new KeyInClearText(`the key would go to ${host} in clear text`));
    const content = body === undefined ? undefined : withIds(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      let isConnected = false;
      const fail = (why: string) => reject(new Unreachable(`${host}:${port}: ${why}`, isConnected));
      const call = (tls ? secureRequest : plainRequest)(
        {
          ...{ host, port, method, path, agent: this.agent },
          headers: {
            'user-agent': 'cdktf-qdrant-ops',
            ...(apiKey === undefined ? {} : { 'api-key': apiKey }),
            ...(content === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) }),
          },
          ...(tls && tlsOptionsOf(host, { ...tls, strict: true })),
        },
        (response) => read(response, resolve, fail),
      );
      // Of the whole answer: who trickles is as good as silent.
      const timer = setTimeout(() => call.destroy(new Error(`no answer within ${timeoutSeconds} s`)), timeoutSeconds * 1000);
      watchConnecting(call, host, Math.min(CONNECT_SECONDS, timeoutSeconds), () => (isConnected = true));
      call.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
      call.on('close', () => {
        clearTimeout(timer);
        fail('the connection was closed');
      });
      call.end(content);
    });
  }
}

/** Ends a call whose connection does not come about in time. */
function watchConnecting(call: ClientRequest, host: string, seconds: number, whenConnected: () => void): void {
  call.on('socket', (socket) => {
    if (!socket.connecting) return whenConnected();
    const limit = () => {
      const timer = setTimeout(() => call.destroy(new Error(`no connection within ${seconds} s`)), seconds * 1000);
      socket.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
    };
    socket.once('connect', whenConnected);
    // A resolver may take its own time.
    if (isIP(host)) limit();
    else socket.once('lookup', limit);
  });
}

function read(
  response: IncomingMessage,
  resolve: (answer: { status: number; text: string }) => void,
  fail: (why: string) => void,
): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  response.on('data', (part: Buffer) => {
    parts.push(part);
    bytes += part.length;
    if (bytes > MOST_BYTES) response.destroy(new Error('the answer has no end'));
  });
  response.on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(parts).toString('utf8') }));
  response.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
}

export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}

/** Ids of peers have 64 bits: they are texts here, and numbers to Qdrant. */
function withIds(text: string): string {
  return text.replace(/"((?:from_|to_)?peer_id)":"(\d+)"/g, '"$1":$2');
}
