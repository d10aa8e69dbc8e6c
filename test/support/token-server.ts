import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { makeCertificate } from '../../lib/verify/x509/make-certificate';
import { freePort } from './network/free-port';
import { CA, inDays } from './open-server';
import { findProgram, ROOT } from './programs';
import { configurationOf, REAL_SERVER } from './server-image';
import { pause } from './until';

const NODE = makeCertificate({ commonName: 'node', from: inDays(-1), to: inDays(9), hosts: ['127.0.0.1'] }, CA);

/** The keys that a node is started with. */
export interface NodeKeys {
  readonly admin: string;
  readonly alternate?: string;
}

/** A node that takes tokens: of the real server where `QDRANT_BIN` names one, and otherwise of the stand-in. */
export class TokenServer {
  public static async start(keys: NodeKeys, service: object = { jwt_rbac: true }): Promise<TokenServer> {
    const server = new TokenServer(await freePort());
    await server.launch(keys, service, await freePort());
    return server;
  }

  private readonly folder = mkdtempSync(join(tmpdir(), 'token-server-'));
  private process?: ChildProcess;
  private log = '';

  private constructor(private readonly port: number) {}

  /** The status of the answer to a request with a key or a token. */
  public async ask(key: string | undefined, method: string, path: string, body?: object): Promise<number> {
    return (await this.answer(key, method, path, body)).status;
  }

  /** The same, with the key in the header that Qdrant names first. */
  public async askByKey(key: string, method: string, path: string, body?: object): Promise<number> {
    return (await this.answer(undefined, method, path, body, { 'api-key': key })).status;
  }

  /** What the answer to it says. */
  public async answer(key: string | undefined, method: string, path: string, body?: object, more: object = {}) {
    return new Promise<{ status: number; body: any }>((resolve, reject) => {
      const headers = {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        'content-type': 'application/json',
        ...more,
      };
      const place = { host: '127.0.0.1', port: this.port, ca: CA.certificate, agent: false };
      const asked = request({ ...place, method, path, headers }, (response) => {
        let text = '';
        response.on('data', (part) => (text += part));
        response.on('end', () => {
          resolve({ status: response.statusCode!, body: text.startsWith('{') ? JSON.parse(text) : text });
        });
      });
      asked.on('error', reject);
      asked.end(body && JSON.stringify(body));
    });
  }

  public async stop(): Promise<void> {
    if (this.process?.exitCode === null) {
      this.process.kill('SIGKILL');
      await once(this.process, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async launch({ admin, alternate }: NodeKeys, service: object, peerPort: number): Promise<void> {
    const file = (name: string, text: string) => {
      writeFileSync(join(this.folder, name), text);
      return join(this.folder, name);
    };
    const settings = {
      service: {
        ...{ host: '127.0.0.1', http_port: this.port, grpc_port: null, enable_tls: true, api_key: admin },
        ...(alternate !== undefined && { alt_api_key: alternate }),
        ...service,
      },
      cluster: { enabled: true, p2p: { port: peerPort, enable_tls: true } },
      tls: {
        cert: file('cert.pem', NODE.certificate),
        key: file('key.pem', NODE.key),
        ca_cert: file('ca.pem', CA.certificate),
      },
      storage: { storage_path: join(this.folder, 'storage'), snapshots_path: join(this.folder, 'snapshots') },
      telemetry_disabled: true,
    };
    const uri = `https://127.0.0.1:${peerPort}`;
    const args = ['--config-path', file('node.yaml', stringify(settings)), '--bootstrap', uri, '--uri', uri];
    const [program, ...before] = this.program();
    const child = spawn(program, [...before, ...args], { cwd: this.folder, env: { PATH: process.env.PATH } });
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (this.log += part));
    await this.untilReady();
  }

  private program(): string[] {
    if (REAL_SERVER) {
      cpSync(configurationOf(REAL_SERVER), join(this.folder, 'config'), { recursive: true });
      return [REAL_SERVER, '--disable-telemetry'];
    }
    mkdirSync(join(this.folder, 'config'));
    cpSync(join(__dirname, 'stand-in-server.js'), join(this.folder, 'qdrant.js'));
    symlinkSync(join(ROOT, 'node_modules/yaml'), join(this.folder, 'yaml'));
    return [findProgram('node')!, 'qdrant.js'];
  }

  private async untilReady(): Promise<void> {
    for (let attempt = 0; attempt < 300; attempt++) {
      if ((await this.ask(undefined, 'GET', '/readyz').catch(() => 0)) === 200) return;
      if (this.process!.exitCode !== null) break;
      await pause(0.2);
    }
    throw new Error(`the server is not ready: ${this.log}`);
  }
}
