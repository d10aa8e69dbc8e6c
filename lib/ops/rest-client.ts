import { randomUUID } from 'node:crypto';
import { Agent as PlainAgent, ClientRequest, IncomingMessage, OutgoingHttpHeaders, request as plainRequest } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isLoopback } from '../verify/wire/loopback';
import { TlsSettings, tlsOptionsOf } from '../verify/wire/connection';
import { jsonOf } from '../verify/wire/rest-wire';
import { withLargeMarked, withLargeNumbers } from './large-numbers';

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

/** What a node sends as it is. */
export interface Download {
  readonly stream: Readable;
  /** How much it says that will be. */
  readonly bytes?: number;
}

/** A file that is sent to a node. */
export interface Upload {
  readonly name: string;
  readonly bytes: number;
  readonly open: () => Promise<Readable>;
}

interface Answer {
  readonly status: number;
  readonly text: string;
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
  public async call(address: Address, method: string, path: string, body?: object, seconds?: number): Promise<any> {
    return resultOf(address, path, await this.send(address, method, path, body, seconds));
  }

  /** What a node sends as it is, and how much it says that will be. It ends in an error where it stops, or is silent for so long. */
  public async download(address: Address, path: string, silenceSeconds: number): Promise<Download> {
    const response = await this.answered(address, 'GET', path, {}, silenceSeconds);
    if (response.statusCode !== 200) throw refusalOf(await wholeOf(response));
    const told = response.headers['content-length'];
    return { stream: response, ...(told === undefined ? {} : { bytes: Number(told) }) };
  }

  /** Sends a file in the form of a browser's, and waits for what comes of it. */
  public async upload(address: Address, path: string, file: Upload, silenceSeconds: number): Promise<any> {
    const boundary = `cdktf-qdrant-${randomUUID()}`;
    const [head, tail] = [
      `--${boundary}\r\ncontent-disposition: form-data; name="snapshot"; filename="${file.name}"\r\n` +
        'content-type: application/octet-stream\r\n\r\n',
      `\r\n--${boundary}--\r\n`,
    ];
    const headers = {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': Buffer.byteLength(head) + file.bytes + Buffer.byteLength(tail),
    };
    const write = async (call: ClientRequest, fail: (error: Error) => void) => {
      const source = await file.open();
      source.on('error', fail);
      call.write(head);
      await pipeline(source, call, { end: false });
      call.end(tail);
    };
    return resultOf(address, path, await wholeOf(await this.answered(address, 'POST', path, headers, silenceSeconds, write)));
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

  private send(
    address: Address,
    method: string,
    path: string,
    body?: object,
    seconds = this.settings.timeoutSeconds,
  ): Promise<Answer> {
    const content = body === undefined ? undefined : contentOf(path, body);
    const headers =
      content === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) };
    return new Promise((resolve, reject) => {
      const begun = this.begin(address, method, path, headers, (response, fail) => read(response, resolve, fail), reject);
      if (!begun) return;
      const { call, fail } = begun;
      // Of the whole answer: who trickles is as good as silent.
      const timer = setTimeout(() => call.destroy(new Error(`no answer within ${seconds} s`)), seconds * 1000);
      call.on('close', () => {
        clearTimeout(timer);
        fail('the connection was closed');
      });
      call.end(content);
    });
  }

  /** The answer as it begins, with as much time for all of it as it takes while there is no silence. */
  private answered(
    address: Address,
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    silenceSeconds: number,
    write: (call: ClientRequest, fail: (error: Error) => void) => Promise<void> = async (call) => void call.end(),
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const begun = this.begin(address, method, path, headers, resolve, reject);
      if (!begun) return;
      const { call, fail } = begun;
      call.setTimeout(silenceSeconds * 1000, () => call.destroy(new Error(`silent for ${silenceSeconds} s`)));
      call.on('close', () => fail('the connection was closed'));
      write(call, reject).catch((error) => {
        // A node that says no need not read all: what it says counts, or that it is gone.
        if (!call.destroyed) call.destroy(error);
      });
    });
  }

  private begin(
    address: Address,
    method: string,
    path: string,
    headers: OutgoingHttpHeaders,
    whenAnswered: (response: IncomingMessage, fail: (why: string) => void) => void,
    reject: (error: Error) => void,
  ): { call: ClientRequest; fail: (why: string) => void } | undefined {
    const { tls, apiKey, timeoutSeconds } = this.settings;
    const { host, port } = address;
    if (!this.mayAsk(host)) {
      reject(new KeyInClearText(`the key would go to ${host} in clear text`));
      return undefined;
    }
    let isConnected = false;
    const fail = (why: string) => reject(new Unreachable(`${host}:${port}: ${why}`, isConnected));
    const call = (tls ? secureRequest : plainRequest)(
      {
        ...{ host, port, method, path, agent: this.agent },
        headers: { 'user-agent': 'cdktf-qdrant-ops', ...(apiKey === undefined ? {} : { 'api-key': apiKey }), ...headers },
        ...(tls && tlsOptionsOf(host, { ...tls, strict: true })),
      },
      (response) => whenAnswered(response, fail),
    );
    watchConnecting(call, host, Math.min(CONNECT_SECONDS, timeoutSeconds), () => (isConnected = true));
    call.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    return { call, fail };
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

function read(response: IncomingMessage, resolve: (answer: Answer) => void, fail: (why: string) => void): void {
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

function wholeOf(response: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => read(response, resolve, (why) => reject(new Unreachable(why, true))));
}

function resultOf(address: Address, path: string, { status, text }: Answer): any {
  const answer = jsonOf(withLargeMarked(path, text));
  if (status === 200 && !isObject(answer)) throw new Odd(address, path);
  if (status === 200) return 'result' in answer ? answer.result : answer;
  throw refusalOf({ status, text });
}

function refusalOf({ status, text }: Answer): Refused {
  const told = jsonOf(text)?.status?.error;
  const said = typeof told === 'string' ? told : text.slice(0, 200).trim();
  return new Refused(status, `HTTP ${status}${said === '' ? '' : `: ${said}`}`);
}

export function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject);
}

/** Ids have 64 bits: those of peers, and large ones of points, are texts here, and numbers to Qdrant. What else has such a name stays as it is. */
function contentOf(path: string, body: object): string {
  const text = JSON.stringify(body);
  if (/\/cluster$/.test(path)) return text.replace(/"((?:from_|to_)?peer_id)":"(\d+)"/g, '"$1":$2');
  if (!/\/points(\/\w+)?$/.test(path)) return withLargeNumbers(text);
  const numbers = (list: string) => list.replace(/"(\d+)"/g, '$1');
  return text.replace(/"offset":"(\d+)"/g, '"offset":$1').replace(/"ids":\[[^\]]*\]/g, numbers);
}
