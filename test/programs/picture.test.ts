import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Page } from 'playwright-core';
import { readFiles } from '../../lib/observed/readers/read';
import { htmlReport } from '../../lib/observed/report/html';
import { ObservedReport, reportOf } from '../../lib/observed/report/report';
import { svgReport } from '../../lib/observed/report/svg';
import { synthesizeExample } from '../../scripts/draw-picture';
import { blemishesOf, openWindow, watched } from '../support/browser';
import { CHART, HOSTILE, machinesOfOthers, PLAN } from '../support/pictures';
import { describeWith } from '../support/programs';

const LONG = 'arn:aws:ec2:eu-west-1:123456789012:security-group/sg-0a1b2c3d4e5f60718aVeryLongNameThatNobodyBreaks';

/** The example of the README. */
function synthesized(nodeCount: number): ObservedReport {
  const outdir = join(directory, `nodes-${nodeCount}`);
  if (!existsSync(outdir)) synthesizeExample(outdir, nodeCount);
  return reportOf(readFiles(outdir).resources);
}

let directory: string;
let window: Page;

describeWith(['chromium'], 'a picture and a page, in a browser', () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'browser-'));
    window = await openWindow();
  });
  afterAll(async () => {
    await window.context().browser()?.close();
    rmSync(directory, { recursive: true });
  });

  /** Looks at both in both schemes; nothing but the file may be asked for, and nothing be complained of. */
  async function look(report: ObservedReport, judge: (page: Page, seen: string) => Promise<void>): Promise<void> {
    const files = { 'posture.svg': await svgReport(report), 'posture.html': await htmlReport(report) };
    for (const [name, text] of Object.entries(files)) {
      const path = join(directory, name);
      writeFileSync(path, text);
      const seen = await watched(window, path, async () => {
        for (const colorScheme of ['light', 'dark'] as const) {
          await window.emulateMedia({ colorScheme });
          await judge(window, `${name}, ${colorScheme}`);
        }
      });
      expect(seen).toEqual({ requests: [`file://${path}`], complaints: [] });
    }
  }

  const reports: Array<[string, () => ObservedReport, string[]]> = [
    ['one node', () => synthesized(1), ['QDR001', 'QDR004']],
    ['twelve nodes', () => synthesized(12), ['QDR001', 'QDR004']],
    [
      'twelve of others, of which one differs',
      () => machinesOfOthers([...Array(11).fill('10.0.0.0/8'), '0.0.0.0/0']),
      ['QDR003'],
    ],
    ['a chart', () => reportOf(readFiles(CHART).resources), ['QDR001', 'QDR002', 'QDR032']],
    ['a plan of others', () => reportOf(readFiles(PLAN).resources), ['QDR001', 'QDR013', 'QDR022']],
    [
      'names that do not fit',
      () => machinesOfOthers([LONG, `${'W'.repeat(200)}`, '節'.repeat(90)], (index) => `${LONG}${index}`),
      [],
    ],
  ];
  test.each(reports)(
    '%s: nothing is cut off, lies over another or is hard to read, and findings are seen',
    async (_, make, rules) => {
      await look(make(), async (page, seen) => {
        expect([seen, await blemishesOf(page)]).toEqual([seen, []]);
        for (const rule of rules) await expect(page.getByText(rule).first().isVisible()).resolves.toBe(true);
      });
    },
  );

  test('lines have the colour of what was found in them, another one in the dark', async () => {
    const seen = new Map<string, Set<string>>();
    await look(synthesized(12), async (page) => {
      for (const tone of ['error', 'warning']) {
        // Nothing but the legend's own, and one each.
        expect(await page.locator(`svg .line.${tone}`).count()).toBe(2);
        const [line, head] = await Promise.all(
          [`.line.${tone}`, `.head.${tone}`].map((part) =>
            page
              .locator(`svg ${part}`)
              .first()
              .evaluate((element: any) => {
                const { stroke, fill } = (globalThis as any).getComputedStyle(element);
                return stroke === 'none' ? fill : stroke;
              }),
          ),
        );
        expect(head).toBe(line);
        seen.set(tone, (seen.get(tone) ?? new Set()).add(line));
      }
    });
    const colours = [...seen.values()].map((of) => [...of]);
    expect(colours.map((of) => of.length)).toEqual([2, 2]);
    expect(new Set(colours.flat()).size).toBe(4);
  });

  test('names that an attacker chose run nothing and load nothing', async () => {
    await look(
      machinesOfOthers(HOSTILE, (index) => HOSTILE[index]),
      async (page) => {
        expect(await page.locator('script, img, parsererror').count()).toBe(0);
        expect(await page.title()).not.toBe('run');
        expect(await page.locator('svg text', { hasText: '<script>' }).first().isVisible()).toBe(true);
      },
    );
  });

  test('in a narrow window what is wider is scrolled, and the page is not', async () => {
    await look(reportOf(readFiles(PLAN).resources), async (page) => {
      if ((await page.locator('main').count()) === 0) return;
      await page.setViewportSize({ width: 420, height: 800 });
      expect(await blemishesOf(page)).toEqual([]);
      const widths = await page
        .getByRole('region', { name: /^Picture of/ })
        .evaluate(({ scrollWidth, clientWidth }: any) => ({ scrollWidth, clientWidth }));
      expect(widths.scrollWidth).toBeGreaterThan(widths.clientWidth);
    });
  });

  test('a reader who does not see is told who reaches what, and of which column a cell is', async () => {
    await look(synthesized(1), async (page) => {
      const picture = page.getByRole('img');
      expect(await picture.count()).toBe(1);
      const description = await picture.getAttribute('aria-describedby');
      const told = await page.locator(`#${description}`).textContent();
      expect(told).toContain('peer (port 6335) of nodes: reached by 198.51.100.7/32');
      if (await page.locator('main').count()) {
        expect(await page.getByRole('table').count()).toBe(2);
        expect(await page.getByRole('columnheader', { name: 'Exposed to' }).count()).toBe(1);
        expect(await page.getByRole('rowheader', { name: '6335' }).count()).toBe(1);
      }
    });
  });
});
