import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './programs';
import { REAL_SERVER } from './server-image';

/** What a client counted: see traffic.js. */
export interface Counts {
  readonly requests: number;
  readonly retried: number;
  /** Requests that no retry mended. */
  readonly failed: number;
  /** Points that were written and cannot be read. */
  readonly lost: number;
  readonly longestGapSeconds: number;
  readonly notReadyAtOnce: number;
}

/** What the planned changes are measured by: the least number of requests that a client makes through each. */
export const REQUESTS_OF_A_CHANGE = 10000;

/** What a run of the tests has seen; `scripts/proof.js` makes `docs/proof.md` of it. */
export interface Seen extends Counts {
  readonly kind: 'change' | 'fault';
  readonly what: string;
  readonly recoverySeconds?: number;
}

/** Keeps what is seen on a target, in place of what a run before has seen. */
export class Proof {
  private readonly file: string;

  public constructor(private readonly target: 'AWS' | 'Kubernetes') {
    const folder = join(ROOT, '.cache/proof');
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, `${target.toLowerCase()}.jsonl`);
    rmSync(this.file, { force: true });
  }

  public keep(seen: Seen): void {
    const server = REAL_SERVER === undefined ? 'stand-in' : 'Qdrant';
    const line = JSON.stringify({ target: this.target, server, at: new Date().toISOString(), ...seen });
    appendFileSync(this.file, `${line}\n`);
    process.stderr.write(`${line}\n`);
  }
}
