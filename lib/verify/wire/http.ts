import { IncomingHttpHeaders, IncomingMessage, request as plainRequest, RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import { Connection, destinationOf, Failure, failureOf, MOST_BYTES, tlsOptionsOf } from './connection';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: { [name: string]: string };
  readonly body?: unknown;
}

export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as it may be repeated: without the keys of the user. */
  readonly shown?: string;
}

/** Asks once, on a connection of its own. */
export function askHttp(connection: Connection, { method, path, headers, body }: HttpRequest): Promise<HttpAnswer | Failure> {
  return new Promise((resolve) => {
    const { host, port, tls, timeoutSeconds } = connection;
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const options: RequestOptions = {
      ...destinationOf(connection),
      ...{ method, path, agent: false },
      // Firewalls turn away who has no name.
      headers: {
        ...{ host: authority, 'user-agent': 'cdktf-qdrant-verify' },
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(tls && tlsOptionsOf(host, tls)),
    };
    const call = (tls ? secureRequest : plainRequest)(options, (response) => read(response, resolve));
    // Whoever switches protocols unasked would never get to an end.
    call.on('upgrade', ({ statusCode, headers: seen }, socket) => {
      resolve({ kind: 'answer', status: statusCode!, headers: seen, text: '' });
      socket.destroy();
    });
    const timer = setTimeout(() => {
      resolve({ kind: 'failure', stage: call.socket?.connecting === false ? 'silent' : 'connecting', code: 'no answer' });
      call.destroy();
    }, timeoutSeconds * 1000);
    call.on('error', (error) => resolve(failureOf(error)));
    call.on('close', () => {
      clearTimeout(timer);
      resolve({ kind: 'failure', stage: 'ended', code: 'the connection was closed' });
    });
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function read(response: IncomingMessage, resolve: (answer: HttpAnswer | Failure) => void): void {
  let text = '';
  const end = () =>
    resolve({ kind: 'answer', status: response.statusCode!, headers: response.headers, text: text.slice(0, MOST_BYTES) });
  response.setEncoding('utf8');
  response.on('data', (part: string) => {
    text += part;
    if (text.length <= MOST_BYTES) return;
    end();
    response.destroy();
  });
  response.on('end', end).on('error', (error) => resolve(failureOf(error)));
}
