import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rules } from '../../lib/posture/rules';
import { PAGE, rulesPage } from '../../scripts/list-rules';
import { ROOT } from '../support/programs';

test('docs/rules.md is what `npm run rules` writes', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(rulesPage());
});

test('the list of rules has that of each file, in the order of their ids', () => {
  const folder = join(ROOT, 'lib', 'posture', 'rules');
  const ids = readdirSync(folder)
    .filter((file) => /(?<!\.d)\.ts$/.test(file))
    .flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(/^ {2}id: '(\w+)',$/gm)].map(([, id]) => id));
  expect(rules.map(({ id }) => id)).toEqual([...new Set(ids)].sort());
  expect(ids).toHaveLength(rules.length);
});
