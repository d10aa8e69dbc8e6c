import { basename } from 'node:path';
import { rules } from '../../lib/posture/rules';
import { allPages, linksOf } from '../support/markdown';

const pages = allPages();
const page = (path: string) => pages.find((one) => one.path === path)!;
const guides = pages.filter(({ path }) => path.startsWith('docs/guides/'));

describe('the guides', () => {
  test('are linked to from the README, each of them', () => {
    const linked = linksOf(page('README.md')).filter((link) => link.startsWith('docs/guides/'));
    expect([...new Set(linked.map((link) => link.split('#')[0]))].sort()).toEqual(guides.map(({ path }) => path).sort());
  });

  test('fit two screens or so', () => {
    const long = guides.filter(({ text }) => text.split('\n').length > 150);
    expect(long.map(({ path }) => basename(path))).toEqual([]);
  });

  test('name every rule of the posture, with its severity', () => {
    const rows = [...page('docs/guides/posture.md').text.matchAll(/^\| (QDR\d+) \| (\w+) \|/gm)];
    expect(rows.map(([, id, severity]) => ({ id, severity }))).toEqual(rules.map(({ id, severity }) => ({ id, severity })));
  });
});
