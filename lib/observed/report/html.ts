import { createHash } from 'node:crypto';
import { yesNo } from '../../posture/report/table';
import { AlikeClusters, groupedByLikeness, nameOf } from './alike';
import { FONTS, inBoth, PICTURE_STYLE } from './colours';
import { counted, Found, foundByRule, toneOf } from './marks';
import { element, Markup } from './markup';
import { ListenerReport, ObservedReport } from './report';
import { figureOf } from './svg';
import { NOTHING_FOUND, pageOf, readersOf } from './words';

/** All that was read as one page, which loads nothing and runs nothing. */
export async function htmlReport({ clusters, unread }: ObservedReport): Promise<string> {
  const groups = groupedByLikeness(clusters);
  const sections = await Promise.all(groups.map((alike, index) => sectionOf(alike, index)));
  const none = element('p', {}, NOTHING_FOUND);
  const found = clusters.flatMap(({ findings }) => findings);
  const body = element(
    'body',
    {},
    element(
      'main',
      {},
      element('h1', {}, 'Who reaches Qdrant'),
      element(
        'p',
        { class: 'muted' },
        `${clusters.length} ${clusters.length === 1 ? 'cluster' : 'clusters'}, ${counted(found)}`,
      ),
      ...(sections.length === 0 ? [none] : sections),
      ...(unread.length === 0 ? [] : [element('h2', {}, 'Not read'), listOf(unread)]),
    ),
  );
  const head = element(
    'head',
    {},
    element('meta', { charset: 'utf-8' }),
    element('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    element('meta', { name: 'color-scheme', content: 'light dark' }),
    element('title', {}, 'Who reaches Qdrant'),
    element('style', {}, new Markup(STYLE)),
  );
  return `<!doctype html>\n${element('html', { lang: 'en' }, head, body)}\n`;
}

async function sectionOf(alike: AlikeClusters, index: number): Promise<Markup> {
  const [{ name, address, listeners, secrets, findings, unknown }] = alike.clusters;
  const others = alike.clusters.slice(1).map((cluster) => `${cluster.name} (${cluster.address})`);
  const secretRows = secrets.map((secret) => [secret.name, secret.keptIn, readersOf(secret)]);
  const id = `cluster${index}`;
  const figure = await figureOf(alike, String(index));
  return element(
    'section',
    { 'aria-labelledby': id },
    element('h2', { id }, nameOf(alike)),
    element('p', { class: 'muted' }, `${address === name ? '' : `${address}: `}${counted(findings)}`),
    ...(others.length === 0
      ? []
      : [
          element(
            'p',
            {},
            `${others.length} more are alike, each by resources of its own, and are not shown again: ${others.join(', ')}`,
          ),
        ]),
    scrolled(`Picture of ${name}`, figure),
    element('h3', {}, 'Ports'),
    tableOf(`Ports of ${name}`, PORT_COLUMNS, listeners.map(portCells)),
    element('h3', {}, 'Secrets'),
    secretRows.length === 0
      ? element('p', {}, 'none is known')
      : tableOf(`Secrets of ${name}`, ['Secret', 'Kept in', 'Readers'], secretRows),
    element('h3', {}, 'Findings'),
    findings.length === 0
      ? element('p', {}, 'none')
      : element('ul', { class: 'findings' }, foundByRule(findings).map(ruleItem)),
    ...(unknown.length === 0 ? [] : [element('h3', {}, 'Unknown, and not taken for safe'), listOf(unknown)]),
  );
}

const PORT_COLUMNS = ['Port', 'What', 'At', 'Exposed to', 'Let in by', 'TLS', 'API key', 'Client certificate'];

function portCells(listener: ListenerReport): string[] {
  const { port, purpose, at, sources, tls, apiKey, clientCertificate } = listener;
  const each = (values: string[]) => [...new Set(values)].join(', ');
  return [
    ...[String(port), purpose, at],
    each(sources.map(({ name }) => name)) || 'nobody yet',
    each(sources.map(({ address }) => address)),
    ...[yesNo(tls), yesNo(apiKey), clientCertificate === undefined ? 'not asked for' : `verified by ${clientCertificate}`],
  ];
}

/** Cells of fewer characters are not broken, so that the longer ones are narrower. */
const SHORT = 20;

/** The first cell of a row says what the row is of. */
function tableOf(caption: string, columns: string[], rows: string[][]): Markup {
  const head = element(
    'tr',
    {},
    columns.map((column) => element('th', { scope: 'col' }, column)),
  );
  const body = rows.map(([first, ...others]) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, first),
      others.map((cell) => element('td', { class: cell.length < SHORT ? 'short' : undefined }, cell)),
    ),
  );
  const table = element('table', {}, element('caption', {}, caption), element('thead', {}, head), element('tbody', {}, body));
  return scrolled(caption, table);
}

/** What may be wider than the window can be scrolled by keys, too. */
function scrolled(label: string, content: Markup): Markup {
  return element('div', { class: 'scrolled', role: 'region', tabindex: '0', 'aria-label': label }, content);
}

function ruleItem({ ruleId, severity, findings }: Found): Markup {
  const [{ reason, fix }] = findings;
  const rule = element('a', { href: pageOf(ruleId), rel: 'noreferrer' }, ruleId);
  const found = findings.map(({ what, address }) =>
    element('li', {}, element('strong', {}, what), ', by ', element('code', {}, address)),
  );
  return element(
    'li',
    { class: toneOf(severity) },
    element('p', {}, element('strong', { class: 'tag' }, severity), ' ', rule),
    element('ul', {}, found),
    element('p', {}, reason),
    element('p', {}, `Fix: ${fix}`),
  );
}

function listOf(lines: string[]): Markup {
  return element(
    'ul',
    {},
    lines.map((line) => element('li', {}, line)),
  );
}

const PAGE_STYLE = `
body { margin: 0; font: 15px/1.5 ${FONTS}; }
main { max-width: 1180px; margin: 0 auto; padding: 24px; }
h1 { margin: 0; font-size: 26px; }
h2 { margin: 40px 0 0; font-size: 21px; overflow-wrap: anywhere; }
h3 { margin: 28px 0 8px; font-size: 16px; }
p { margin: 4px 0; overflow-wrap: anywhere; }
li { overflow-wrap: anywhere; }
.scrolled { overflow-x: auto; margin: 12px 0; }
.picture { display: block; max-width: none; height: auto; }
table { border-collapse: collapse; width: 100%; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { border: 1px solid; padding: 6px 10px; text-align: left; vertical-align: top; overflow-wrap: anywhere; min-width: 44px; }
thead th { white-space: nowrap; }
.short, tbody th { white-space: nowrap; }
.findings { list-style: none; padding: 0; }
.findings > li { border: 1px solid; border-left-width: 5px; border-radius: 6px; padding: 8px 14px; margin: 8px 0; }
.findings ul { margin: 4px 0; padding-left: 20px; }
.tag { border-radius: 10px; padding: 1px 9px; font-size: 12px; }
code { overflow-wrap: anywhere; }
`;

const STYLE = `${PAGE_STYLE}${inBoth(({ ground, box, border, text, muted, error, warning }) => {
  const tones = { error, warning };
  const ofTones = Object.entries(tones).map(
    ([tone, { on, behind }]) =>
      `.findings .${tone} { border-left-color: ${on}; }\n.${tone} .tag { color: ${on}; background: ${behind}; }\n`,
  );
  return `body { color: ${text}; background: ${ground}; }
.muted { color: ${muted}; }
a { color: ${text}; }
th, td, .findings > li { border-color: ${border}; }
thead th { background: ${box}; }
${ofTones.join('')}`;
})}${PICTURE_STYLE}`;

/** Nothing is loaded and no program runs; of styles, only this page's own counts. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
