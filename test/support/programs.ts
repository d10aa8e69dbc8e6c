import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** Where `.ci/run` and the README's command install the Python programs. */
const VENV_BIN = join(ROOT, '.venv', 'bin');

/** Where `.ci/run` installs checkov, which wants other versions of what moto needs too. */
const CHECKOV_BIN = join(ROOT, '.venv-checkov', 'bin');

/** Where `kubernetes/install.sh` puts the API server and the definitions of custom resources. */
export const CACHE =
  process.env.KUBERNETES_TEST_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'cdktf-qdrant');

/** What `kubernetes/install.sh` keeps locked while it is at work. */
const INSTALLING = join(CACHE, 'install.lock');

/** How to tell whether a program is there, by its name. */
const present: { [name: string]: () => boolean } = {
  moto: () => spawnSync(python(), ['-c', 'import moto.server'], { stdio: 'ignore' }).status === 0,
  root: () => process.getuid?.() === 0,
  QDRANT_BIN: () => existsSync(process.env.QDRANT_BIN ?? ''),
};

export function python(): string {
  const own = join(VENV_BIN, 'python');
  return existsSync(own) ? own : 'python3';
}

/** The path of a program, or undefined where it is not installed. One that is being built is waited for. */
export function findProgram(name: string): string | undefined {
  const found = lookFor(name);
  if (found !== undefined || !existsSync(INSTALLING)) return found;
  spawnSync('flock', ['--shared', INSTALLING, 'true']);
  return lookFor(name);
}

function lookFor(name: string): string | undefined {
  const own = [VENV_BIN, CHECKOV_BIN, CACHE].map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (own !== undefined) return own;
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** What a test needs: a program by its name, or something else that tells by itself whether it is there. */
export type Requirement = string | { readonly name: string; readonly isThere: () => boolean };

/** The tests, where every program that they need is there; otherwise they are skipped, with a line that names what is missing. */
export function describeWith(programs: Requirement[], name: string, tests: () => void): void {
  const missing = missingOf(programs, name);
  if (missing.length === 0) describe(name, tests);
  else describe.skip(`${name} (needs ${missing.join(', ')})`, tests);
}

/** One test, likewise. */
export function testWith(programs: Requirement[], name: string, body: () => void): void {
  const missing = missingOf(programs, name);
  if (missing.length === 0) test(name, body);
  else test.skip(`${name} (needs ${missing.join(', ')})`, body);
}

function missingOf(programs: Requirement[], name: string): string[] {
  const missing = programs
    .map((one) =>
      typeof one === 'string' ? { name: one, isThere: present[one] ?? (() => findProgram(one) !== undefined) } : one,
    )
    .filter(({ isThere }) => !isThere())
    .map((one) => one.name);
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
