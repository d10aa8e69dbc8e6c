import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPS_HELP } from '../../lib/cli/ops-help';
import { ROOT } from '../support/programs';

const guide = readFileSync(join(ROOT, 'docs/guides/operate.md'), 'utf8');

test('the options that the guide on operating names are options', () => {
  const named = [...new Set(guide.match(/(?<=[ `])--[a-z][a-z-]+/g))];
  expect(named.filter((option) => !OPS_HELP.includes(option) && option !== '--help')).toEqual([]);
  expect(named).toContain('--no-replacement');
});

test('the commands that it shows are commands, each of them', () => {
  const shown = [...guide.matchAll(/cdktf-qdrant ops (\w+)/g)].map(([, command]) => command);
  const commands = [...OPS_HELP.matchAll(/^ {2}([a-z]+)(?: \[?[A-Z]+\]?)? {3,}/gm)].map(([, command]) => command);
  expect([...new Set(shown)].sort()).toEqual(commands.sort());
});
