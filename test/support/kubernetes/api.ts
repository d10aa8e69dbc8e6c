import { ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { freePort } from '../network/free-port';
import { CACHE, findProgram, run } from '../programs';
import { KubernetesObject } from './objects';

const TOKEN = 'the-token-of-the-tests';

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: any;
}

/** A real Kubernetes API: an API server with an etcd of its own, and no controllers. */
export class KubernetesApi {
  /** What it needs, to be named where it is skipped. */
  public static readonly PROGRAMS = ['etcd', 'kube-apiserver', 'openssl'];

  public static async start(): Promise<KubernetesApi> {
    const api = new KubernetesApi();
    await api.launch();
    return api;
  }

  private readonly folder = mkdtempSync(join(tmpdir(), 'kubernetes-api-'));
  private readonly processes: ChildProcess[] = [];
  private readonly plurals = new Map<string, string>();
  private port = 0;

  private async launch(): Promise<void> {
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
    this.spawn(findProgram('kube-apiserver')!, [
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

  /** Applies an object as `kubectl apply --server-side --validate=strict` does. */
  public apply(object: KubernetesObject): Promise<ApiAnswer> {
    const query = 'fieldManager=tests&force=true&fieldValidation=Strict';
    return this.call(
      'PATCH',
      `${this.pathOf(object)}/${object.metadata.name}?${query}`,
      object,
      'application/apply-patch+yaml',
    );
  }

  /** Makes an object, which must not be there; `dryRun` has it admitted and then forgotten. */
  public create(object: KubernetesObject, dryRun = false): Promise<ApiAnswer> {
    const query = `fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`;
    return this.call('POST', `${this.pathOf(object)}?${query}`, object);
  }

  /** Whether a service account may do something to an object by its name. */
  public async may(account: { namespace: string; name: string }, attributes: { [name: string]: string }): Promise<boolean> {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: {
        user: `system:serviceaccount:${account.namespace}:${account.name}`,
        groups: ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`],
        resourceAttributes: attributes,
      },
    };
    return (await this.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review)).body.status.allowed;
  }

  public stop(): void {
    this.processes.forEach((process) => process.kill('SIGKILL'));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private pathOf({ apiVersion, kind, metadata }: KubernetesObject): string {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const plural =
      this.plurals.get(`${apiVersion}/${kind}`) ?? `${kind.toLowerCase().replace(/y$/, 'ie')}s`.replace(/ss$/, 'sses');
    return `${root}${metadata.namespace ? `/namespaces/${metadata.namespace}` : ''}/${plural}`;
  }

  /** A call of the API by its path. */
  public call(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<ApiAnswer> {
    const certificate = join(this.folder, 'apiserver.crt');
    return new Promise((resolve, reject) => {
      const call = request(
        {
          ...{
            host: '127.0.0.1',
            port: this.port,
            method,
            path,
            ca: existsSync(certificate) ? readFileSync(certificate) : undefined,
          },
          headers: { authorization: `Bearer ${TOKEN}`, 'content-type': contentType, accept: 'application/json' },
        },
        (response) => {
          let text = '';
          response.on('data', (part) => (text += part));
          response.on('end', () =>
            resolve({ status: response.statusCode!, body: text.startsWith('{') ? JSON.parse(text) : text }),
          );
        },
      );
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
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
