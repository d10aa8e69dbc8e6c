import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { objectOf } from '../support/kubernetes/objects';
import { synthCluster } from '../support/kubernetes/synth';
import { describeWith, ROOT, run } from '../support/programs';

const FILES = join(ROOT, 'lib', 'kubernetes', 'pod', 'files');
const SHARED = join(ROOT, 'lib', 'cluster', 'programs');
/** What others source, and that therefore sets nothing. */
const SOURCED = ['common.sh', 'recovery.sh'];
const programs = readdirSync(FILES).filter((name) => name.endsWith('.sh'));

describeWith(['shellcheck'], 'the programs of a pod', () => {
  test('are clean by shellcheck', () => {
    expect(programs.length).toBeGreaterThan(4);
    const options = ['--external-sources', '--source-path', FILES];
    expect(run('shellcheck', [...options, ...programs.map((name) => join(FILES, name))])).toBe('');
    const shared = readdirSync(SHARED).filter((name) => name.endsWith('.sh'));
    expect(shared.length).toBeGreaterThan(5);
    expect(
      run(
        'shellcheck',
        shared.map((name) => join(SHARED, name)),
      ),
    ).toBe('');
    expect(run('shellcheck', [join(ROOT, 'test/support/kubernetes/install.sh')])).toBe('');
  });
});

describe('the programs of a pod', () => {
  test('stop at the first error', () => {
    for (const name of programs.filter((file) => !SOURCED.includes(file))) {
      expect(`${name}: ${readFileSync(join(FILES, name), 'utf8')}`).toContain('\nset -euo pipefail\n');
    }
  });

  test('reach the pods as they stand in their files', () => {
    const { data } = objectOf(synthCluster().objects, 'ConfigMap', '-programs-');
    for (const name of readdirSync(FILES)) expect(data[name]).toBe(readFileSync(join(FILES, name), 'utf8'));
    for (const name of readdirSync(SHARED)) expect(data[name]).toBe(readFileSync(join(SHARED, name), 'utf8'));
  });

  test('use no program that the server’s image has not', () => {
    const shared = readdirSync(SHARED).filter((name) => name.endsWith('.sh'));
    const paths = [...programs.map((name) => join(FILES, name)), ...shared.map((name) => join(SHARED, name))];
    for (const path of paths.filter((one) => !one.endsWith('run-guard.sh'))) {
      const missing = /\b(awk|curl|hostname|jq|nc|perl|pgrep|pkill|ps|python3?|wget)\b/;
      // Names in comments, and of options, are no calls.
      const calls = readFileSync(path, 'utf8')
        .replace(/^ *#.*$/gm, '')
        .replace(/-verify_hostname/g, '');
      expect(missing.exec(calls)?.[0]).toBeUndefined();
    }
  });
});
