import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERIFY_HELP } from '../../lib/cli/verify';
import { rules } from '../../lib/posture/rules';
import { probes } from '../../lib/verify';
import { ROOT } from '../support/programs';

const guide = readFileSync(join(ROOT, 'docs/guides/verify.md'), 'utf8');

describe('the probes', () => {
  test('are listed in the guide as they are', () => {
    const listed = [...guide.matchAll(/^\| `([\w-]+)` \| (.*) \| (error|warning) \| (.*) \|$/gm)].map(([, ...row]) => row);
    expect(listed).toEqual(probes.map(({ id, rule = '', severity, title }) => [id, rule, severity, title]));
  });

  test('have ids of their own, and rules that exist, of the same severity', () => {
    expect(new Set(probes.map(({ id }) => id)).size).toBe(probes.length);
    const severities = new Map(rules.map(({ id, severity }) => [id, severity]));
    expect(probes.filter(({ rule, severity }) => rule && severities.get(rule) !== severity).map(({ id }) => id)).toEqual([]);
  });

  test('say what they find, send and change in a sentence without a full stop', () => {
    const texts = probes.flatMap(({ title, sends, setting, construct }) => [title, sends, setting, construct]);
    expect(texts.filter((text) => text.trim() === '' || text.endsWith('.'))).toEqual([]);
  });

  test('are all in the list that runs', () => {
    const folder = join(ROOT, 'lib/verify/probes');
    const files = readdirSync(folder).filter((file) => /(?<!\.d)\.ts$/.test(file));
    const made = files.flatMap((file) => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(/^export const (\w+)(?:: Probe = | = outOfTime)/gm),
    ]);
    expect(made).toHaveLength(probes.length);
  });
});

test('the options that the guide names are options', () => {
  const named = [...new Set(guide.match(/(?<=[ `])--[a-z][a-z-]+/g))];
  const foreign = ['--help', '--outputs-file', '--raw-output', '--tail', '--prefix'];
  expect(named.filter((option) => !VERIFY_HELP.includes(`${option}`) && !foreign.includes(option))).toEqual([]);
  expect(named).toContain('--callback-address');
});
