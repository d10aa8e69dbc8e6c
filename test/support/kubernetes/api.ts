import { ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { freePort } from '../network/free-port';
import { CACHE, findProgram, run } from '../programs';
import { ApiClient } from './client';

const TOKEN = 'the-token-of-the-tests';

/** The API servers that `install.sh` builds, by the folders of their Go modules. */
export const API_SERVERS = { apiserver: 'kube-apiserver', oldest: 'kube-apiserver-oldest' };

export type ApiServer = keyof typeof API_SERVERS;

/** The minor release of Kubernetes that the module of an API server requires, as `1.36`. */
export function releaseOf(server: ApiServer): string {
  const [, release] = readFileSync(join(__dirname, server, 'go.mod'), 'utf8').match(/k8s\.io\/kubernetes v(\d+\.\d+)\./)!;
  return release;
}

/** A real Kubernetes API: an API server with an etcd of its own, and no controllers. */
export class KubernetesApi extends ApiClient {
  /** What it needs, to be named where it is skipped. */
  public static readonly PROGRAMS = KubernetesApi.programsOf('apiserver');

  public static programsOf(server: ApiServer): string[] {
    return ['etcd', API_SERVERS[server], 'openssl'];
  }

  public static async start(server: ApiServer = 'apiserver'): Promise<KubernetesApi> {
    const api = new KubernetesApi();
    await api.launch(API_SERVERS[server]);
    return api;
  }

  private readonly folder = mkdtempSync(join(tmpdir(), 'kubernetes-api-'));
  private readonly processes: ChildProcess[] = [];
  private port = 0;
  protected readonly token = TOKEN;

  protected get place() {
    return { host: '127.0.0.1', port: this.port };
  }

  protected get authorityFile(): string {
    return join(this.folder, 'apiserver.crt');
  }

  private async launch(server: string): Promise<void> {
    const [client, peer, port] = await Promise.all([freePort(), freePort(), freePort()]);
    this.port = port;
    const etcd = `http://127.0.0.1:${client}`;
    this.spawn(findProgram('etcd')!, [
      ...['--data-dir', join(this.folder, 'etcd'), '--listen-client-urls', etcd, '--advertise-client-urls', etcd],
      ...['--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`],
      ...['--initial-cluster', `default=http://127.0.0.1:${peer}`, '--unsafe-no-fsync'],
    ]);
    const key = join(this.folder, 'service-accounts.pem');
    run('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key]);
    writeFileSync(join(this.folder, 'tokens.csv'), `${TOKEN},tester,tester,system:masters\n`);
    this.spawn(findProgram(server)!, [
      ...['--etcd-servers', etcd, '--cert-dir', this.folder, '--bind-address', '127.0.0.1', '--secure-port', String(port)],
      ...['--service-account-issuer', 'https://kubernetes.test', '--service-account-key-file', key],
      ...['--service-account-signing-key-file', key, '--token-auth-file', join(this.folder, 'tokens.csv')],
      ...['--authorization-mode', 'RBAC', '--service-cluster-ip-range', '10.96.0.0/16', '--profiling=false'],
    ]);
    await this.until('the API server is ready', async () => (await this.call('GET', '/readyz')).status === 200);
  }

  /** How Terraform's provider reaches it. */
  public get provider(): { [argument: string]: string } {
    const authority = readFileSync(join(this.folder, 'apiserver.crt'), 'utf8');
    return { host: `https://127.0.0.1:${this.port}`, token: TOKEN, cluster_ca_certificate: authority };
  }

  /** Makes the custom resources known, and waits until they are served. */
  public async addDefinitions(): Promise<void> {
    const files = readdirSync(join(CACHE, 'crds')).map((file) => readFileSync(join(CACHE, 'crds', file), 'utf8'));
    const definitions: any[] = files.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS()));
    for (const definition of definitions.filter((one) => one?.kind === 'CustomResourceDefinition')) {
      const { status, body } = await this.apply(definition);
      if (status >= 300) throw new Error(`${definition.metadata.name}: ${JSON.stringify(body)}`);
      for (const version of definition.spec.versions.filter(({ served }: any) => served)) {
        const { group, names } = definition.spec;
        this.plurals.set(`${group}/${version.name}/${names.kind}`, names.plural);
        await this.until(`${names.plural} are served`, async () => {
          const list = await this.call('GET', `/apis/${group}/${version.name}/${names.plural}`);
          return list.status === 200;
        });
      }
    }
  }

  /** Has what is asked for become ready, as controllers would; `controllers.js` beside this file says how. */
  public startControllers(): void {
    const { host, token } = this.provider;
    this.spawn(process.execPath, [join(__dirname, 'controllers.js'), host, token, join(this.folder, 'apiserver.crt')]);
  }

  public stop(): void {
    this.processes.forEach((process) => process.kill('SIGKILL'));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private spawn(program: string, args: string[]): void {
    const log = openSync(join(this.folder, `${basename(program)}.log`), 'w');
    this.processes.push(spawn(program, args, { stdio: ['ignore', log, log] }));
  }

  private logOf({ spawnfile }: ChildProcess): string {
    return readFileSync(join(this.folder, `${basename(spawnfile)}.log`), 'utf8').slice(-2000);
  }

  private async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 480; attempt++) {
      if (await holds().catch(() => false)) return;
      const ended = this.processes.find(({ exitCode }) => exitCode !== null);
      if (ended) throw new Error(`${ended.spawnfile} ended with ${ended.exitCode}:\n${this.logOf(ended)}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`not within two minutes: ${what}`);
  }
}
