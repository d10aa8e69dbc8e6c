import { ChildProcess, spawn } from 'node:child_process';
import { findProgram, ROOT } from '../../support/programs';
import { until } from '../../support/until';
import { PodCluster } from './cluster';

/** What a client saw. */
export interface Seen {
  readonly written: number;
  readonly retried: number;
  /** Requests that no retry mended. */
  readonly failed: number;
  /** Points that were written and cannot be read. */
  readonly lost: number;
  readonly notReadyAtOnce: number;
}

/** A client that writes and reads while something happens to a cluster. */
export class Traffic {
  public static async start(cluster: PodCluster): Promise<Traffic> {
    const program = [findProgram('node')!, `${ROOT}/test/support/traffic.js`, cluster.folder];
    const hosts = cluster.pods.map((_, node) => cluster.host(node));
    const traffic = new Traffic(
      spawn('ip', ['netns', 'exec', cluster.allowed.namespace, ...program, ...hosts], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    await until('the client has started', 30, () => traffic.printed.includes('started'));
    return traffic;
  }

  private printed = '';

  private constructor(private readonly client: ChildProcess) {
    client.stdout!.on('data', (part) => (this.printed += part));
  }

  /** Ends it, and has it read back all that it wrote. */
  public async stop(): Promise<Seen> {
    this.client.kill('SIGTERM');
    await until('the client has counted', 300, () => this.printed.includes('written'));
    const seen = JSON.parse(this.printed.split('\n').find((line) => line.startsWith('{'))!);
    process.stderr.write(`traffic through all of it: ${JSON.stringify(seen)}\n`);
    return seen;
  }

  public kill(): void {
    this.client.kill('SIGKILL');
  }
}
