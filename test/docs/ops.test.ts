import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPS_HELP } from '../../lib/cli/ops-help';
import { ROOT } from '../support/programs';

const guide = ['operate', 'backups'].map((name) => readFileSync(join(ROOT, `docs/guides/${name}.md`), 'utf8')).join('\n');

test('the options that the guides on operating name are options', () => {
  const named = [...new Set(guide.match(/(?<=[ `])--[a-z][a-z-]+/g))];
  // Of Docker.
  const others = ['--rm', '--detach', '--publish', '--env', '--uri'];
  expect(named.filter((option) => !OPS_HELP.includes(option) && ![...others, '--help'].includes(option))).toEqual([]);
  expect(named).toEqual(expect.arrayContaining(['--no-replacement', '--sample-above']));
});

test('the commands that it shows are commands, each of them', () => {
  const shown = [...guide.matchAll(/cdktf-qdrant ops ([\w-]+)/g)].map(([, command]) => command);
  const commands = [...OPS_HELP.matchAll(/^ {2}([a-z][a-z-]*)(?: \[?[A-Z]+\]?)? {3,}/gm)].map(([, command]) => command);
  expect([...new Set(shown)].sort()).toEqual(commands.sort());
});
