import { AddressInfo } from 'node:net';
import { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, Server } from 'node:https';
import { makeCertificate } from '../../../lib/verify/x509/make-certificate';
import { CA, inDays } from '../open-server';

const IDENTITY = makeCertificate({ commonName: 'kubernetes', from: inDays(-1), to: inDays(9), hosts: ['127.0.0.1'] }, CA);
const PATH = /^\/api\/v1\/namespaces\/search\/secrets\/([^/]+)$/;

/** A Secret, as the API has it. */
export interface KeptSecret {
  revision?: string;
  token?: string;
  version: number;
}

/** A stand-in for the API server of Kubernetes, as far as a Secret is read and patched by a service account that may do so with some. */
export class SecretServer {
  public static async start(bearer: string): Promise<SecretServer> {
    const server = new SecretServer(bearer);
    await new Promise<void>((resolve) => server.server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  /** The Secrets that the account may read and write. */
  public readonly secrets = new Map<string, KeptSecret>();
  /** What happens between a read and what follows it. */
  public afterRead: (secret: string) => void = () => {};
  /** What is answered in place of anything else. */
  public broken?: { status: number; text: string };
  public writes = 0;

  private readonly server: Server;

  private constructor(private readonly bearer: string) {
    this.server = createServer({ cert: IDENTITY.certificate, key: IDENTITY.key }, (asked, answer) => {
      let text = '';
      asked.on('data', (part) => (text += part));
      asked.on('end', () => this.serve(asked, text, answer));
    });
  }

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  public stop(): Promise<unknown> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  private serve({ method, url, headers }: IncomingMessage, text: string, answer: ServerResponse): void {
    const reply = (code: number, body: object) => answer.writeHead(code).end(JSON.stringify(body));
    const refuse = (code: number, reason: string) => reply(code, { kind: 'Status', reason, message: `${reason}: ${text}` });
    if (this.broken) return void answer.writeHead(this.broken.status).end(this.broken.text);
    if (headers.authorization !== `Bearer ${this.bearer}`) return void refuse(401, 'Unauthorized');
    const [, name] = PATH.exec(url!) ?? [];
    if (!name?.startsWith('vectors-token-')) return void refuse(403, 'Forbidden');
    const secret = this.secrets.get(name);
    if (!secret) return void refuse(404, 'NotFound');
    if (method === 'PATCH') {
      if (headers['content-type'] !== 'application/merge-patch+json') return void refuse(415, 'UnsupportedMediaType');
      const { metadata, data } = JSON.parse(text);
      if (metadata.resourceVersion !== String(secret.version)) return void refuse(409, 'Conflict');
      secret.token = Buffer.from(data.token, 'base64').toString();
      secret.version++;
      this.writes++;
    }
    const { version, revision, token } = secret;
    reply(200, {
      metadata: { resourceVersion: String(version), annotations: { 'cdktf-qdrant/grants': revision } },
      ...(token !== undefined && { data: { token: Buffer.from(token).toString('base64') } }),
    });
    if (method === 'GET') this.afterRead(name);
  }
}
