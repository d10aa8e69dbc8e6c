import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { allPages, anchorsOf, linksOf, Page } from '../support/markdown';
import { ROOT } from '../support/programs';

const pages = allPages();

describe('the pages of the documentation', () => {
  test('link to files and headings that exist', () => {
    expect(pages.flatMap((page) => brokenLinksOf(page, pages))).toEqual([]);
  });
});

describe('brokenLinksOf', () => {
  const there = { path: 'docs/there.md', text: '# There\n## Twice, `so`\n## Twice, so\n```sh\n# no heading\n```\n' };
  test.each([
    ['[a](there.md) [b](there.md#there) [c](there.md#twice-so-1) [d](https://example.com/#x) [e](../README.md)', []],
    ['[a](gone.md)', ['gone.md']],
    ['[a](there.md#no-heading) [b](#twice-so)', ['there.md#no-heading', '#twice-so']],
    ['## Here\n[a](#here) `[b](gone.md)`\n```ts\n[c](gone.md)\n```\n', []],
  ])('of %j', (text, broken) => {
    expect(brokenLinksOf({ path: 'docs/page.md', text }, [there])).toEqual(broken.map((link) => `docs/page.md: ${link}`));
  });
});

/** The links of a page that lead nowhere within the repository. Those to other sites are not followed. */
function brokenLinksOf(page: Page, all: Page[]): string[] {
  const leads = (link: string): boolean => {
    const [file, anchor] = link.split('#');
    const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file);
    const target = file === '' ? page : all.find((other) => other.path === path);
    if (!target && !existsSync(join(ROOT, path))) return false;
    return anchor === undefined || (target !== undefined && anchorsOf(target).includes(anchor));
  };
  return linksOf(page)
    .filter((link) => !/^[a-z]+:/.test(link) && !leads(link))
    .map((link) => `${page.path}: ${link}`);
}
