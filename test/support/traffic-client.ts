import { ChildProcess, spawn } from 'node:child_process';
import { ClusterClient } from './cluster-client';
import { findProgram, ROOT } from './programs';
import { Counts } from './proof';
import { until } from './until';

/** What a client saw. */
export interface Seen extends Counts {
  readonly written: number;
}

/** How a client writes and reads. */
export interface TrafficOptions {
  /** It goes on until it has made so many. */
  readonly minRequests?: number;
  readonly requestsPerSecond?: number;
  /** How often it asks until it takes a request for failed. */
  readonly attempts?: number;
  /** How many nodes it asks, the first ones. */
  readonly nodes?: number;
  /** Where it writes; its own, so that it may begin while that of another is still being deleted. */
  readonly collection?: string;
}

/** A client in a network namespace that writes and reads while something happens to a cluster. */
export class Traffic {
  public static async start(cluster: ClusterClient, nodes: number, options: TrafficOptions = {}): Promise<Traffic> {
    const { minRequests = 0, requestsPerSecond = 120, attempts = 12, collection = 'traffic' } = options;
    const program = [findProgram('node')!, `${ROOT}/test/support/traffic.js`, cluster.folder];
    const hosts = Array.from({ length: nodes }, (_, node) => cluster.host(node));
    const rate = { MIN_REQUESTS: minRequests, REQUESTS_PER_SECOND: requestsPerSecond };
    const settings = { ...rate, ATTEMPTS: attempts, COLLECTION: collection };
    const traffic = new Traffic(
      minRequests,
      spawn('ip', ['netns', 'exec', cluster.allowed.namespace, ...program, ...hosts], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])) },
      }),
    );
    await until('the client has started', 60, () => traffic.printed.includes('started'));
    return traffic;
  }

  private printed = '';

  private constructor(
    private readonly minRequests: number,
    private readonly client: ChildProcess,
  ) {
    client.stdout!.on('data', (part) => (this.printed += part));
  }

  /** Ends it, and has it read back all that it wrote. */
  public async stop(): Promise<Seen> {
    this.client.kill('SIGTERM');
    // A busy machine makes few requests in a second.
    await until('the client has counted', 300 + this.minRequests / 10, () => this.printed.includes('written'));
    const seen = JSON.parse(this.printed.split('\n').find((line) => line.startsWith('{'))!);
    process.stderr.write(`traffic through all of it: ${JSON.stringify(seen)}\n`);
    return seen;
  }

  public kill(): void {
    this.client.kill('SIGKILL');
  }
}
