import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './programs';

const PROGRAMS = join(ROOT, 'lib', 'cluster', 'programs');

/** How a script ended, and what it printed. */
export interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a script that has sourced programs which know no cloud, as the programs of a node do. What is set before they are sourced comes first. */
export function runWith(programs: string[], settings: string, script: string, input = ''): Ran {
  const sourced = programs.map((name) => `source ${join(PROGRAMS, `${name}.sh`)}`);
  const all = ['set -euo pipefail', settings, ...sourced, script].join('\n');
  const { status, stdout, stderr } = spawnSync('bash', ['-c', all], { encoding: 'utf8', input, timeout: 60000 });
  return { code: status, output: stdout.trimEnd(), errors: stderr.trimEnd() };
}
