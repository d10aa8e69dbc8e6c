import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** How a program ended in a sandbox. */
export interface Ended {
  readonly code: number | null;
  /** The signal that it had no hand in. */
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
  /** How often it waited. */
  readonly waits: number;
}

/** When a program is to get TERM. */
export interface Stop {
  /** The number of the wait, from 1 on. */
  readonly wait: number;
  /** Whether its children get it too, as of systemd; a container's other processes do not. */
  readonly group?: boolean;
}

/**
 * A folder in which the programs of a node run with nothing but fakes around them. They wait through `sleep`, which is faked as well: so every wait is
 * short, is counted, and is a place at which TERM can be sent.
 */
export class Sandbox {
  public readonly folder = mkdtempSync(join(tmpdir(), 'sandbox-'));

  public constructor() {
    this.fake('sleep', '[[ -z ${STOP_AT:-} ]] || wait_and_stop; exec /bin/sleep "${SANDBOX_SLEEP:-0.02}"', [
      'wait_and_stop() {',
      '  printf . >>"$SANDBOX/waits"',
      // Several may wait at a time, and none of them see the very number.
      '  [[ $STOP_AT -gt 0 && $(wc -c <"$SANDBOX/waits") -ge $STOP_AT ]] && mkdir "$SANDBOX/stopped" 2>/dev/null || return 0',
      '  kill -TERM -- "${STOP_GROUP:-}$(<"$SANDBOX/pid")"',
      '}',
    ]);
  }

  /** The path of a file in it. */
  public path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  public write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
    chmodSync(this.path(path), mode);
  }

  /** A program that is found before the machine's own. */
  public fake(name: string, body: string, before: string[] = []): void {
    this.write(`bin/${name}`, ['#!/usr/bin/env bash', 'set -euo pipefail', ...before, body, ''].join('\n'), 0o755);
  }

  public read(path: string): string | undefined {
    return existsSync(this.path(path)) ? readFileSync(this.path(path), 'utf8') : undefined;
  }

  /** Every file below a folder, by its path in it. */
  public files(folder: string): string[] {
    if (!existsSync(this.path(folder))) return [];
    return readdirSync(this.path(folder), { recursive: true, encoding: 'utf8' }).sort();
  }

  /** Runs a program; it must end within some seconds after it has got TERM, or by itself. */
  public async run(program: string[], environment: NodeJS.ProcessEnv, stop?: Stop, seconds = 20): Promise<Ended> {
    for (const name of ['waits', 'stopped']) rmSync(this.path(name), { force: true, recursive: true });
    // The process id is known before the program runs, and stays the program's.
    const command = ['-c', 'echo $$ >"$SANDBOX/pid"; exec "$@"', 'bash', ...program];
    const child = spawn('bash', command, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: this.folder,
      detached: true,
      env: {
        PATH: `${this.path('bin')}:${process.env.PATH}`,
        SANDBOX: this.folder,
        STOP_AT: String(stop?.wait ?? 0),
        STOP_GROUP: stop?.group ? '-' : '',
        ...environment,
      },
    });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (part) => (output += part));
    child.stderr.on('data', (part) => (errors += part));
    const late = setTimeout(() => send(child.pid!, 'SIGKILL'), seconds * 1000);
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
      child.once('exit', (...how) => resolve(how)),
    );
    clearTimeout(late);
    await this.endOthers(child.pid!, stop?.group ? 3 : 0);
    return { code, signal, output, errors, waits: this.read('waits')?.length ?? 0 };
  }

  /** Ends what a program has left running, as a container's kernel does at once, and systemd after a while in which they may end by themselves. */
  private async endOthers(group: number, seconds: number): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (send(group, 0) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    send(group, 'SIGKILL');
  }

  /** Removes a file, or all of it. */
  public remove(path = ''): void {
    rmSync(this.path(path), { recursive: true, force: true });
  }
}

/** Sends a signal to a group of processes; whether there is one. */
function send(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
