import { ChildProcess, spawn } from 'node:child_process';

/** Waits until no other run of the tests uses a network of that name on this machine, and keeps it until the process that it returns ends. */
export async function reserve(name: string): Promise<ChildProcess> {
  const command = ['--no-fork', `/run/lock/${name}-test-network`, 'sh', '-c', 'echo reserved; exec cat'];
  const keeper = spawn('flock', command, { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    keeper.stdout!.once('data', () => resolve());
    keeper.once('exit', (code) => reject(new Error(`flock ended with ${code}`)));
  });
  return keeper;
}
