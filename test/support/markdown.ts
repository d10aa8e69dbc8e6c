import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './programs';

/** A page of the documentation, by its path from the root of the repository. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Code in a page, as it stands between two fences. */
export interface CodeBlock {
  /** The path of the page, and the line of its first fence. */
  readonly at: string;
  readonly language: string;
  readonly code: string;
}

const FENCED = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** The pages at the root, and those in `docs`. */
export function allPages(): Page[] {
  const among = (folder: string) =>
    readdirSync(join(ROOT, folder), { recursive: folder !== '', encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name));
  return [...among(''), ...among('docs')].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

export function codeBlocksOf({ path, text }: Page): CodeBlock[] {
  return [...text.matchAll(FENCED)].map(({ index, 1: language, 2: code }) => {
    return { at: `${path}:${text.slice(0, index).split('\n').length}`, language, code };
  });
}

/** What a reader reads of a page, without its code. */
function proseOf({ text }: Page): string {
  return text.replace(FENCED, '').replace(/`[^`\n]+`/g, (code) => code.replace(/[[\]()]/g, ''));
}

/** The targets of the links in a page. */
export function linksOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
}

/** What the headings of a page are called in links, as GitHub has it: of those that are alike, the second ends in `-1`. */
export function anchorsOf(page: Page): string[] {
  const seen = new Map<string, number>();
  return [...page.text.replace(FENCED, '').matchAll(/^#+ +(.+)$/gm)].map(([, heading]) => {
    const words = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(words) ?? 0;
    seen.set(words, before + 1);
    return before === 0 ? words : `${words}-${before}`;
  });
}
