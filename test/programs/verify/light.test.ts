import { join } from 'node:path';
import { ROOT, run } from '../../support/programs';

test('the program loads nothing of CDK for Terraform, which need not be there where it runs', () => {
  const program = `require(${JSON.stringify(join(ROOT, 'lib/cli/main'))})
    .main(['verify', '--help'], { environment: {}, out() {}, err() {} })
    .then(() => console.log(JSON.stringify(Object.keys(require.cache))))`;
  const loaded: string[] = JSON.parse(run('node', ['--import', 'tsx', '--eval', program], { cwd: ROOT }));
  expect(loaded.filter((file) => /node_modules.(cdktf|constructs|@cdktf)/.test(file))).toEqual([]);
  // The sources, or what was compiled of them.
  expect(loaded.some((file) => /lib.verify.probes.no-key\.[jt]s$/.test(file))).toBe(true);
});
