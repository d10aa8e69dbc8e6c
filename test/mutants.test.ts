import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './support/programs';

/** Each with its file and its test, as scripts/mutants.js reads them. */
const mutants = [...readFileSync(join(ROOT, 'scripts/mutants.txt'), 'utf8').matchAll(/^(\S+)\n- (.*)\n\+.*\njest (\S+)/gm)].map(
  ([, file, line, test]) => ({ file, line, test }),
);

test('the lines that must not break unnoticed are where scripts/mutants.txt says', () => {
  expect(mutants.length).toBeGreaterThanOrEqual(20);
  for (const { file, line, test } of mutants) {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
    expect([file, line, lines.filter((one) => one.trim() === line.trim()).length]).toEqual([file, line, 1]);
    expect([test, existsSync(join(ROOT, test))]).toEqual([test, true]);
  }
});
