import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { Member } from './network/bridge';
import { python, run } from './programs';

/** gRPC asks a DNS server by itself otherwise; there is none, and names are in a file. */
export const PLAIN_RESOLVER = { GRPC_DNS_RESOLVER: 'native' };

/** The answer to a request: the status, or 0 and why there was none. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Who asks, whom, and what is presented. */
export interface CallOptions {
  readonly from?: Member;
  readonly node?: number;
  readonly port?: number;
  readonly key?: string;
  /** Which client certificate is presented; empty for none. */
  readonly client?: string;
  readonly ca?: string;
}

export interface RestOptions extends CallOptions {
  readonly scheme?: string;
  readonly method?: string;
  readonly body?: string;
}

/** A cluster as its clients see it, from a network namespace that it lets in, and one that it does not. */
export abstract class ClusterClient {
  /** Where certificates of clients, keys and the cluster's CA lie. */
  public abstract readonly folder: string;
  public abstract readonly allowed: Member;
  public abstract readonly refused: Member;
  public abstract host(index: number): string;
  public abstract address(index: number): string;

  /** A file of the test's: a certificate of a client, a key, the cluster's CA. */
  public file(name: string): string {
    return join(this.folder, name);
  }

  /** A request to REST. */
  public rest(path: string, options: RestOptions = {}): Answer {
    const { from = this.allowed, node = 0, port = 6333, scheme = 'https', client = 'client', ca = 'ca.pem' } = options;
    const certificate = client ? ['--cert', this.file(`${client}.pem`), '--key', this.file(`${client}-key.pem`)] : [];
    const body = options.body === undefined ? [] : ['--header', 'content-type: application/json', '--data', options.body];
    const key = options.key === undefined ? [] : ['--header', `api-key: ${options.key}`];
    const result = spawnSync(
      'ip',
      [
        ...['netns', 'exec', from.namespace, 'curl', '--silent', '--show-error', '--max-time', '5'],
        ...['--resolve', `${this.host(node)}:${port}:${this.address(node)}`],
        ...['--cacert', this.file(ca), '--request', options.method ?? 'GET', '--write-out', '\n%{http_code}'],
        ...certificate,
        ...key,
        ...body,
        `${scheme}://${this.host(node)}:${port}${path}`,
      ],
      { encoding: 'utf8' },
    );
    const lines = result.stdout.split('\n');
    const status = Number(lines.pop());
    return { status, body: status === 0 ? result.stderr : lines.join('\n') };
  }

  /** Removes a peer that has lost what it stored, as an operator must: Qdrant keeps its address for the shards that it had. */
  public removePeer(index: number, options: CallOptions): void {
    const { peers } = JSON.parse(this.rest('/cluster', options).body).result;
    const [id] = Object.entries<any>(peers).find(([, { uri }]) => uri.includes(this.host(index)))!;
    const { status, body } = this.rest(`/cluster/peer/${id}?force=true`, { ...options, method: 'DELETE' });
    if (status !== 200) throw new Error(`DELETE /cluster/peer/${id}: ${status} ${body}`);
  }

  /** The status of a call to gRPC. */
  public grpc(options: CallOptions = {}): string {
    const { from = this.allowed, node = 0, client = 'client', ca = 'ca.pem', key, port = 6334 } = options;
    const certificate = client ? [this.file(`${client}.pem`), this.file(`${client}-key.pem`)] : [];
    const probe = [python(), join(__dirname, 'probe-grpc.py'), `${this.host(node)}:${port}`, this.file(ca), ...certificate];
    return run('ip', ['netns', 'exec', from.namespace, ...probe], {
      env: { ...process.env, ...PLAIN_RESOLVER, ...(key !== undefined && { QDRANT_API_KEY: key }) },
    }).trim();
  }

  /** Those of some ports that can be connected to. What is refused answers nothing, so that all are tried at once. */
  public openPorts(from: Member, node: number, ports: number[]): number[] {
    const attempt = `timeout 2 bash -c "</dev/tcp/${this.address(node)}/$port" 2>/dev/null && echo "$port" &`;
    const script = `for port in ${ports.join(' ')}; do ${attempt} done; wait`;
    const open = run('ip', ['netns', 'exec', from.namespace, 'bash', '-c', script]).split('\n').filter(Boolean).map(Number);
    return ports.filter((port) => open.includes(port));
  }

  /** Whether a port can be connected to. */
  public connects(from: Member, node: number, port: number): boolean {
    return this.openPorts(from, node, [port]).length > 0;
  }
}
