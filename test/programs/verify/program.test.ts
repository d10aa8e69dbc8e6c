import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../support/programs';

const folder = mkdtempSync(join(tmpdir(), 'program-'));
mkdirSync(join(folder, 'lib/cli'), { recursive: true });
cpSync(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });

test.each([
  ['what the command says', 'async () => 1', 1, ''],
  ['2 where the command never comes to an end', '() => new Promise(() => {})', 2, ''],
  ['2 where the command fails, in one line', "async () => { throw new Error('odd') }", 2, 'error: odd\n'],
])('the program ends with %s', (_, main, status, stderr) => {
  writeFileSync(join(folder, 'lib/cli/main.js'), `exports.main = ${main};`);
  const ended = spawnSync(process.execPath, [join(folder, 'bin/cdktf-qdrant.js')], { encoding: 'utf8' });
  expect(ended).toMatchObject({ status, stderr, stdout: '' });
});
