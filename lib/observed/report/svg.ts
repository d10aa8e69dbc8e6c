import { AlikeClusters, groupedByLikeness, nameOf } from './alike';
import { MARK, PlacedText, TEXT, widthOfMark } from './box-layout';
import { PICTURE_STYLE } from './colours';
import { at, drawn, drawnMark, drawnText, lineOf } from './drawing';
import { laidOut, LaidPicture } from './layout';
import { counted, foundByRule, toneOf } from './marks';
import { element, Markup } from './markup';
import { pictureOf } from './picture';
import { ListenerReport, ObservedReport } from './report';
import { linesOf, widthOf } from './text-width';
import { listenerName, NOTHING_FOUND, secretText } from './words';

const MARGIN = 24;
const GAP = 20;
/** Below this, sentences get too many lines. */
const LEAST_WIDTH = 620;
const TITLE = { size: 20, line: 26 };

/** The picture of all that was read, as a file of its own. */
export async function svgReport({ clusters, unread }: ObservedReport): Promise<string> {
  const groups = groupedByLikeness(clusters);
  const pictures = await Promise.all(groups.map((alike) => laidOut(pictureOf(alike))));
  const width = Math.max(LEAST_WIDTH, ...pictures.map((picture) => picture.width));
  const page = new Page(width);
  groups.forEach((alike, index) => clusterOnto(page, alike, pictures[index]));
  if (groups.length === 0) page.paragraph(NOTHING_FOUND);
  if (unread.length > 0) page.paragraph('Not read', 'name');
  unread.forEach((line) => page.paragraph(line));
  page.add(legend(), MARK.height);
  const title = groups.length === 0 ? 'No Qdrant' : `Who reaches ${groups.map(nameOf).join(', ')}`;
  const description = groups.map(described).join('\n') || NOTHING_FOUND;
  const size = { width: width + 2 * MARGIN, height: page.y + 2 * MARGIN };
  const style = element('style', {}, new Markup(PICTURE_STYLE));
  const ground = element('rect', { class: 'ground', ...size, rx: 12 });
  return `${picture(size, { title, description }, style, ground, at({ x: MARGIN, y: MARGIN }, ...page.parts))}\n`;
}

/** The picture of one cluster, or of several that are alike, within a page that has the rest. */
export async function figureOf(alike: AlikeClusters, suffix: string): Promise<Markup> {
  const laid = await laidOut(pictureOf(alike));
  const size = { width: laid.width + 4, height: laid.height + GAP + MARK.height + 4 };
  const texts = { title: `Who reaches ${nameOf(alike)}`, description: described(alike), suffix };
  const keys = at({ x: 0, y: laid.height + GAP }, legend());
  return picture({ ...size, width: Math.max(size.width, LEGEND_WIDTH) }, texts, at({ x: 2, y: 2 }, ...drawn(laid), keys));
}

function picture(
  { width, height }: { width: number; height: number },
  { title, description, suffix = '' }: { title: string; description: string; suffix?: string },
  ...content: Markup[]
): Markup {
  const [whole, high] = [Math.ceil(width), Math.ceil(height)];
  const size = { width: whole, height: high, viewBox: `0 0 ${whole} ${high}` };
  const labels = { 'aria-labelledby': `title${suffix}`, 'aria-describedby': `description${suffix}` };
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', class: 'picture', role: 'img', ...size, ...labels },
    element('title', { id: `title${suffix}` }, title),
    element('desc', { id: `description${suffix}` }, description),
    ...content,
  );
}

/** What is below each other on a page. */
class Page {
  public y = 0;
  public readonly parts: Markup[] = [];

  public constructor(private readonly width: number) {}

  public add(part: Markup, height: number): void {
    this.parts.push(at({ x: 0, y: this.y }, part));
    this.y += height;
  }

  public paragraph(text: string, style: PlacedText['style'] = 'detail'): void {
    const { size, line, isBold } = TEXT[style];
    const lines = linesOf(text, this.width, size, { isBold });
    this.add(drawnText({ lines, x: 0, y: size, style }), lines.length * line + 4);
  }

  public title(text: string): void {
    const lines = linesOf(text, this.width, TITLE.size, { most: 2, isBold: true });
    lines.forEach((line) => this.add(element('text', { class: 'title', y: TITLE.size }, line), TITLE.line));
  }

  /** Sentences with a mark before the first. */
  public marked(mark: Markup, indent: number, sentences: string[]): void {
    const { size, line } = TEXT.detail;
    const lines = sentences.flatMap((sentence) => linesOf(sentence, this.width - indent, size));
    const height = Math.max(MARK.height, lines.length * line) + 7;
    this.add(element('g', {}, mark, drawnText({ lines, x: indent, y: size + 2, style: 'detail' })), height);
  }
}

function clusterOnto(page: Page, alike: AlikeClusters, laid: LaidPicture): void {
  const [{ name, address, findings, unknown }] = alike.clusters;
  page.title(nameOf(alike));
  const place = address === name ? '' : `${address}${alike.clusters.length === 1 ? '' : ' and others'}: `;
  page.paragraph(`${place}${counted(findings)}`);
  page.y += GAP;
  page.add(element('g', {}, ...drawn(laid)), laid.height + GAP);
  for (const { ruleId, severity, findings: found } of foundByRule(findings)) {
    const width = widthOfMark(ruleId);
    const mark = drawnMark({ mark: { text: ruleId, tone: toneOf(severity) }, x: 0, y: 0, width });
    page.marked(
      mark,
      width + 10,
      found.map(({ what }) => what),
    );
  }
  if (unknown.length > 0) page.paragraph(`Unknown, and not taken for safe: ${unknown.join('; ')}`);
  page.y += GAP;
}

/** The picture in words, for those who do not see it. */
function described({ clusters }: AlikeClusters): string {
  const [{ listeners, secrets, findings, unknown }] = clusters;
  const reach = listeners.map((listener) => `${listenerName(listener)}: ${reachOf(listener)}.`);
  const read = secrets.map((secret) => `${secretText(secret)}.`);
  const alike = clusters.length === 1 ? [] : [`${clusters.map(({ name }) => name).join(', ')} are alike:`];
  const open = unknown.map((line) => `Unknown, and not taken for safe: ${line}.`);
  return [...alike, ...reach, ...read, ...open, `Found: ${counted(findings)}.`].join('\n');
}

function reachOf({ sources, tls, apiKey, clientCertificate }: ListenerReport): string {
  const said = (name: string, value?: boolean) => (value === undefined ? `${name} unknown` : value ? name : `no ${name}`);
  const asked = [said('TLS', tls), said('API key', apiKey), ...(clientCertificate === undefined ? [] : ['client certificate'])];
  return `reached by ${sources.map(({ name }) => name).join(', ') || 'nobody yet'}; ${asked.join(', ')}`;
}

const LEGEND = [
  ['', 'reaches'],
  ['warning', 'with a warning'],
  ['error', 'with an error'],
  ['reads', 'may read'],
] as const;
const SAMPLE = 40;
const LEGEND_STEPS = LEGEND.map(([, text]) => SAMPLE + 8 + widthOf(text, TEXT.detail.size) + 22);
const LEGEND_WIDTH = LEGEND_STEPS.reduce((sum, step) => sum + step, 0);

function legend(): Markup {
  const { size } = TEXT.detail;
  const samples = LEGEND.map(([kind, text], index) => {
    const x = LEGEND_STEPS.slice(0, index).reduce((sum, step) => sum + step, 0);
    const [from, to] = [
      { x, y: MARK.height / 2 },
      { x: x + SAMPLE, y: MARK.height / 2 },
    ];
    const words = { lines: [text], x: x + SAMPLE + 8, y: MARK.height / 2 + size / 3, style: 'detail' as const };
    return element('g', {}, lineOf([from, to], kind), drawnText(words));
  });
  return element('g', {}, ...samples);
}
