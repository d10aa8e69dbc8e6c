import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFiles } from '../../lib/observed/readers/read';
import { htmlReport } from '../../lib/observed/report/html';
import { laidOut } from '../../lib/observed/report/layout';
import { pictureOf } from '../../lib/observed/report/picture';
import { ObservedReport, reportOf } from '../../lib/observed/report/report';
import { svgReport } from '../../lib/observed/report/svg';
import { linesOf, widthOf } from '../../lib/observed/report/text-width';
import { groupedByLikeness } from '../../lib/observed/report/alike';
import { CHART, HOSTILE, machinesOfOthers, PLAN } from '../support/pictures';

/** What a reader sees of the arrows: from whom, to what, and what was found in that. */
function arrowsIn(report: ObservedReport): string[] {
  const [alike] = groupedByLikeness(report.clusters);
  const { boxes, arrows } = pictureOf(alike);
  const nameOf = (id: string) => {
    const box = boxes.find((one) => one.id === id || one.rows.some((row) => row.id === id))!;
    const row = box.rows.find((one) => one.id === id);
    return row ? `${row.name} ${row.detail} of ${box.kind}` : box.names.join(' and ');
  };
  return arrows.map(
    ({ from, to, severity, marks }) =>
      `${nameOf(from)} > ${nameOf(to)}: ${[severity ?? 'nothing', ...marks.map(({ text }) => text)].join(' ')}`,
  );
}

describe('a picture', () => {
  test('leads from those outside by what stands before a cluster to its ports, in the colour of what was found there', () => {
    expect(arrowsIn(reportOf(readFiles(PLAN).resources))).toEqual([
      '0.0.0.0/0 > REST port 6333 of Qdrant, 3 nodes: error QDR002',
      '0.0.0.0/0 > gRPC port 6334 of Qdrant, 3 nodes: error QDR002',
      '0.0.0.0/0 > REST port 80 of In front of the cluster: error QDR002',
      'aws_security_group.app.id > REST port 6333 of Qdrant, 3 nodes: error',
      'aws_security_group.app.id > gRPC port 6334 of Qdrant, 3 nodes: error',
      '198.51.100.7/32 > peer port 6335 of Qdrant, 3 nodes: error QDR001',
      'REST port 80 of In front of the cluster > REST port 6333 of Qdrant, 3 nodes: error',
    ]);
  });

  test('marks a secret that is written down, and its readers', () => {
    const report = reportOf(readFiles(CHART).resources);
    const [cluster] = report.clusters;
    const read = { ...cluster, secrets: cluster.secrets.map((secret) => ({ ...secret, readers: ['everybody', 'ops'] })) };
    const [alike] = groupedByLikeness([read]);
    const secrets = pictureOf(alike).boxes.find(({ kind }) => kind === 'Secrets')!;
    expect(secrets.rows.map(({ name, found }) => [name, found.map(({ text }) => text)])).toEqual([
      ['admin API key', ['QDR032']],
    ]);
    expect(arrowsIn({ clusters: [read], unread: [] })).toContain(
      'everybody and ops > admin API key Secret qdrant-apikey of Secrets: nothing',
    );
  });

  test('shows nodes that are alike once, and one that differs by itself', async () => {
    const report = machinesOfOthers([...Array(11).fill('10.0.0.0/8'), '0.0.0.0/0']);
    const kinds = groupedByLikeness(report.clusters).map((alike) =>
      pictureOf(alike).boxes.map(({ kind, names }) => [kind, ...names]),
    );
    expect(kinds).toEqual([
      [
        ['Addresses', '10.0.0.0/8'],
        ['Qdrant, 11 times, 1 node, all alike', ...Array.from({ length: 11 }, (_, index) => `qdrant-${index}`)],
      ],
      [
        ['The internet', '0.0.0.0/0'],
        ['Qdrant, 1 node', 'qdrant-11'],
      ],
    ]);
    const page = await htmlReport(report);
    expect(page.match(/<svg /g)).toHaveLength(2);
    for (const { name } of report.clusters) expect(page).toContain(name);
  });

  test('has those who reach the same in one box, but for those of another kind', () => {
    const [cluster] = machinesOfOthers(['10.0.0.0/8']).clusters;
    const [listener, ...others] = cluster.listeners;
    const [range] = listener.sources;
    const sources = [range, { ...range, name: '172.16.0.0/12' }, { ...range, name: '0.0.0.0/0', anyAddress: true }];
    const [alike] = groupedByLikeness([{ ...cluster, listeners: [{ ...listener, sources }, ...others] }]);
    const outside = pictureOf(alike).boxes.filter(({ column }) => column === 0);
    expect(outside.map(({ names }) => names)).toEqual([['10.0.0.0/8', '172.16.0.0/12'], ['0.0.0.0/0']]);
  });

  test('has the cluster above its secrets, and what stands in front between it and those outside', async () => {
    const [cluster] = reportOf(readFiles(PLAN).resources).clusters;
    const secrets = ['admin API key', 'read-only API key'].map((name) => ({ name, keptIn: 'a vault', readers: ['ops', name] }));
    const [alike] = groupedByLikeness([{ ...cluster, secrets }]);
    const { boxes } = await laidOut(pictureOf(alike));
    const of = (kind: RegExp) => boxes.filter(({ box }) => kind.test(box.kind));
    const [[front], [nodes], [kept]] = [of(/^In front/), of(/^Qdrant/), of(/^Secrets/)];
    expect(kept.y).toBeGreaterThan(nodes.y + nodes.height);
    expect(kept.x).toBe(nodes.x);
    expect(nodes.x).toBeGreaterThan(front.x + front.width);
    const outside = boxes.filter(({ box }) => box.column === 0);
    expect(outside.length).toBeGreaterThan(4);
    for (const { x, width } of outside) expect(x + width).toBeLessThan(front.x);
  });

  test('says so where there is nothing to show', async () => {
    const nothing = { clusters: [], unread: ['helm_release.qdrant'] };
    for (const text of [await svgReport(nothing), await htmlReport(nothing)]) {
      expect(text).toContain('No Qdrant was found');
      expect(text).toContain('helm_release.qdrant');
    }
  });
});

test('names of others are text in a picture and a page, whatever is in them', async () => {
  const report = machinesOfOthers(HOSTILE, (index) => HOSTILE[index]);
  for (const text of [await svgReport(report), await htmlReport(report)]) {
    expect(text).not.toMatch(/<(script|img|a href="[^"]*example)/i);
    expect(text.match(/<style>/g)).toHaveLength(1);
    expect(text).toContain('&lt;script&gt;');
    // Neither what no XML may hold, nor what turns a name around.
    expect(text).not.toMatch(/[\u0000\u0007\u202e]|\p{Surrogate}/u); // eslint-disable-line no-control-regex
    expect(text).toContain('\ufffdterces');
  }
});

test('a page loads nothing, runs nothing, and takes no style but its own', async () => {
  const page = await htmlReport(reportOf(readFiles(CHART).resources));
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page)!;
  expect(policy.split('; ')[0]).toBe('default-src &#39;none&#39;');
  expect(policy).not.toContain('unsafe');
  expect(page).not.toMatch(/<script|<link|<img|\ssrc=|\sstyle=|url\(|@import/i);
});

describe('names', () => {
  const text = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:vectors/production/admin-api-key-AbCdEf';

  test('are broken after their parts, and nothing of them is lost', () => {
    const lines = linesOf(text, 200, 14);
    expect(lines.join('')).toBe(text);
    for (const line of lines) expect(widthOf(line, 14)).toBeLessThanOrEqual(200);
    expect(lines[0]).toBe('arn:aws:secretsmanager:');
  });

  test('of more lines than there are end as they end', () => {
    const lines = linesOf(text, 200, 14, { most: 2 });
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^….*admin-api-key-AbCdEf$/);
    for (const line of lines) expect(widthOf(line, 14)).toBeLessThanOrEqual(200);
  });

  test('without parts are broken all the same', () => {
    const lines = linesOf('W'.repeat(50), 200, 14);
    expect(lines.join('')).toBe('W'.repeat(50));
    expect(lines.length).toBeGreaterThan(3);
  });
});

describe('the command', () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'picture-'))));
  afterEach(() => rmSync(directory, { recursive: true }));

  async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
    // Anew, so that a test may leave out what it loads.
    const { main } = await import('../../lib/cli/main');
    const written = { out: '', err: '' };
    const out = (text: string) => void (written.out += text);
    const err = (text: string) => void (written.err += text);
    const status = await main(['posture', ...args], { environment: {}, out, err });
    return { status, ...written };
  }

  test('writes both beside its report, and ends as without them', async () => {
    const [svg, html] = ['posture.svg', 'posture.html'].map((name) => join(directory, name));
    const { status, out } = await run(CHART, '--svg', svg, '--html', html);
    expect({ status, out }).toEqual({ status: 1, out: (await run(CHART)).out });
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" [^]*<\/svg>\n$/);
    expect(readFileSync(html, 'utf8')).toMatch(/^<!doctype html>\n[^]*<\/html>\n$/);
  });

  test.each([
    [['--svg', '/nowhere/posture.svg'], /^error: \/nowhere\/posture.svg could not be written: ENOENT/],
    [['--html', 'posture.html', '--compare', CHART], /^error: give --svg and --html without --compare\n$/],
  ])('refuses %j', async (options, message) => {
    const { status, err } = await run(CHART, ...options);
    expect(status).toBe(2);
    expect(err).toMatch(message);
  });

  test('reads without what lays out pictures, and says what to install for one', async () => {
    await jest.isolateModulesAsync(async () => {
      jest.doMock('elkjs/lib/elk.bundled.js', () => {
        throw Object.assign(new Error(), { code: 'MODULE_NOT_FOUND' });
      });
      const { status, err } = await run(CHART, '--svg', join(directory, 'posture.svg'));
      expect(err).toMatch(/^error: pictures need elkjs, .*: npm install elkjs\n$/);
      expect(status).toBe(2);
      expect(existsSync(join(directory, 'posture.svg'))).toBe(false);
      expect((await run(CHART)).status).toBe(1);
    });
  });
});
