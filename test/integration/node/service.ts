import { ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { findProgram } from '../../support/programs';

/** Starts a program of this folder that answers nodes, by a command that it follows; ends once it listens. */
export async function startService(prefix: string[], args: string[], environment: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const [program, ...others] = args;
  const command = [...prefix, findProgram('node')!, join(__dirname, program), ...others];
  const service = spawn(command[0], command.slice(1), {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  await new Promise<void>((resolve, reject) => {
    service.stdout!.once('data', () => resolve());
    service.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  return service;
}
