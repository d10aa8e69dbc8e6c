import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KubernetesApi } from './kubernetes/api';
import { TerraformRun } from './terraform';

export const ROOT = join(__dirname, '..', '..');

/** Where `.ci/run` and the README's command install the Python programs. */
const VENV_BIN = join(ROOT, '.venv', 'bin');

/** How to tell whether a program is there, by its name. */
const present: { [name: string]: () => boolean } = {
  moto: () => spawnSync(python(), ['-c', 'import moto.server'], { stdio: 'ignore' }).status === 0,
  root: () => process.getuid?.() === 0,
  "Terraform's Kubernetes provider": () => TerraformRun.canGet('hashicorp/kubernetes', 'hashicorp/random'),
  'kube-apiserver': () => KubernetesApi.findServer() !== undefined,
  QDRANT_BIN: () => existsSync(process.env.QDRANT_BIN ?? ''),
};

export function python(): string {
  const own = join(VENV_BIN, 'python');
  return existsSync(own) ? own : 'python3';
}

/** The path of a program, or undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  const own = join(VENV_BIN, name);
  if (existsSync(own)) return own;
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** The tests, where every program that they need is there; otherwise they are skipped, with a line that names what is missing. */
export function describeWith(programs: string[], name: string, tests: () => void): void {
  const missing = missingOf(programs, name);
  if (missing.length === 0) describe(name, tests);
  else describe.skip(`${name} (needs ${missing.join(', ')})`, tests);
}

/** One test, likewise. */
export function testWith(programs: string[], name: string, body: () => void): void {
  const missing = missingOf(programs, name);
  if (missing.length === 0) test(name, body);
  else test.skip(`${name} (needs ${missing.join(', ')})`, body);
}

function missingOf(programs: string[], name: string): string[] {
  const missing = programs.filter((program) => !(present[program]?.() ?? findProgram(program) !== undefined));
  if (missing.length > 0) process.stderr.write(`SKIPPED: ${name}: needs ${missing.join(', ')}, which is not installed here\n`);
  return missing;
}

/** What a program prints, or an error with all that it printed. */
export function run(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): string {
  return execFileSync(findProgram(program) ?? program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...options,
  });
}
