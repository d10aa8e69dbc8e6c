import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseOf } from '../support/kubernetes/api';
import { ROOT } from '../support/programs';

test('the README names the oldest Kubernetes whose API judges the objects', () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  expect(readme.match(/^- On Kubernetes: version (.*?) or later,/m)?.[1]).toBe(releaseOf('oldest'));
});
