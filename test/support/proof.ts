import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from './programs';
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

/** What a run of the tests has seen. */
export interface Seen extends Counts {
  readonly kind: 'change' | 'fault';
  readonly what: string;
  readonly recoverySeconds?: number;
  /** Where a fault is not over before a person does something: the command that a line of the log names. */
  readonly command?: string;
}

export type Target = 'AWS' | 'Kubernetes';

/** What is kept of it, a line of a file each; `scripts/proof.ts` makes `docs/proof.md` of these. */
export interface ProofRecord extends Seen {
  readonly target: Target;
  /** What the nodes ran on, with its version. */
  readonly on: string;
  readonly server: 'stand-in' | 'Qdrant';
  /** When it was over. */
  readonly at: string;
}

/** Where each target has its file. */
export const PROOF_FOLDER = join(ROOT, '.cache/proof');

/** Keeps what is seen on a target, in place of what a run before has seen. */
export class Proof {
  private readonly file: string;
  private readonly on: string;

  public constructor(private readonly target: Target) {
    mkdirSync(PROOF_FOLDER, { recursive: true });
    this.file = join(PROOF_FOLDER, `${target.toLowerCase()}.jsonl`);
    rmSync(this.file, { force: true });
    this.on = PLATFORMS[target]();
  }

  public keep(seen: Seen): void {
    const server = REAL_SERVER === undefined ? 'stand-in' : 'Qdrant';
    const record: ProofRecord = { target: this.target, on: this.on, server, at: new Date().toISOString(), ...seen };
    const line = JSON.stringify(record);
    appendFileSync(this.file, `${line}\n`);
    process.stderr.write(`${line}\n`);
  }
}

/** Each by the name and the version that its own program tells. */
const PLATFORMS: { [target in Target]: () => string } = {
  AWS: () => run('systemctl', ['--version']).match(/^systemd \d+/)![0],
  Kubernetes: () => run('kube-apiserver', ['--version']).trim().replace(' v', ' '),
};
