import { request } from 'node:https';
import { isIPv6 } from 'node:net';
import { GRANTS_ANNOTATION, TOKEN_MEMBER } from './kubernetes-secret';
import { KeptToken, TokenStore } from './store';

const TIMEOUT_SECONDS = 10;

/** How the API server is reached, and who asks it. */
export interface ApiServerAccess {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  /** Of the service account. */
  readonly bearer: string;
  readonly namespace: string;
}

interface Reply {
  readonly status: number;
  readonly body: any;
}

/** Keeps tokens in Secrets of Kubernetes, which are there already. */
export class KubernetesStore implements TokenStore {
  public constructor(private readonly access: ApiServerAccess) {}

  public async read(secret: string): Promise<KeptToken | undefined> {
    const { status, body } = await this.ask('GET', secret);
    if (status === 404) return undefined;
    if (status !== 200 || !isSecret(body)) throw refusal('read', status, body);
    const { metadata, data } = body;
    const token = data?.[TOKEN_MEMBER];
    return {
      token: token === undefined ? undefined : Buffer.from(token, 'base64').toString(),
      revision: metadata.annotations?.[GRANTS_ANNOTATION],
      version: metadata.resourceVersion,
    };
  }

  public async write(secret: string, token: string, { version }: KeptToken): Promise<boolean> {
    const data = { [TOKEN_MEMBER]: Buffer.from(token).toString('base64') };
    const { status, body } = await this.ask('PATCH', secret, { metadata: { resourceVersion: version }, data });
    if (status === 409) return false;
    if (status !== 200 || !isSecret(body)) throw refusal('written', status, body);
    return true;
  }

  private ask(method: 'GET' | 'PATCH', secret: string, patch?: object): Promise<Reply> {
    const { host, port, ca, bearer, namespace } = this.access;
    const text = patch && JSON.stringify(patch);
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${bearer}`,
      ...(text !== undefined && {
        'content-type': 'application/merge-patch+json',
        'content-length': String(Buffer.byteLength(text)),
      }),
    };
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(secret)}`;
    return new Promise((resolve, reject) => {
      const asked = request({ host, port, ca, method, path, headers, timeout: TIMEOUT_SECONDS * 1000 }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(parts).toString()) });
        });
      });
      asked.on('timeout', () => asked.destroy(new Error(`no answer within ${TIMEOUT_SECONDS} s`)));
      asked.on('error', (error) =>
        reject(new Error(`the API server (${shown(host)}:${port}) cannot be asked: ${error.message}`)),
      );
      asked.end(text);
    });
  }
}

/** The reason, and not the message: that may repeat what was sent. */
function refusal(done: string, status: number, body: any): Error {
  if (status === 200)
    return new Error(`the Secret cannot be ${done}: the answer is 200 and no Secret: what answers is no API server`);
  return new Error(`the Secret cannot be ${done}: the API server answers ${status} ${body?.reason ?? ''}`.trimEnd());
}

/** A proxy, say, answers 200 with something else. */
function isSecret(body: any): boolean {
  return typeof body?.metadata?.resourceVersion === 'string';
}

/** What is no JSON is of no API server, and says nothing. */
function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shown(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
