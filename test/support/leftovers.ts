import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { run } from './programs';

/** Takes down what runs of the tests that were cut off have mounted below folders whose paths begin so, and the folders. None of them may be in use. */
export function removeLeftovers(path: string): void {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((target) => target.startsWith(path));
  const folders = new Set(mounts.map((target) => `${path}${target.slice(path.length).split('/')[0]}`));
  // While the paths of their files still tell whose they are.
  const { loopdevices } = JSON.parse(run('losetup', ['--json', '--output', 'NAME,BACK-FILE']) || '{"loopdevices":[]}');
  for (const device of loopdevices) {
    if (device['back-file'].startsWith(path)) spawnSync('losetup', ['--detach', device.name]);
  }
  for (const target of mounts.reverse()) spawnSync('umount', ['--lazy', target]);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
