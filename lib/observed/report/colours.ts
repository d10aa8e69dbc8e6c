/** Colours by what they are for. Each text has a contrast of at least 4.5 on what is behind it. */
interface Colours {
  readonly ground: string;
  readonly box: string;
  readonly row: string;
  readonly border: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly good: Pair;
  readonly error: Pair;
  readonly warning: Pair;
}

/** Of a text, or a line, and of what is behind it. */
interface Pair {
  readonly on: string;
  readonly behind: string;
}

const LIGHT: Colours = {
  ground: '#ffffff',
  box: '#f6f8fa',
  row: '#ffffff',
  border: '#c4ccd6',
  text: '#1f2328',
  muted: '#515a65',
  line: '#6b7580',
  good: { on: '#0b5a24', behind: '#d6f5de' },
  error: { on: '#b3141f', behind: '#ffe5e3' },
  warning: { on: '#7a4b00', behind: '#fff1c2' },
};

const DARK: Colours = {
  ground: '#0d1117',
  box: '#161b22',
  row: '#0d1117',
  border: '#444c56',
  text: '#e6edf3',
  muted: '#a3abb5',
  line: '#8b949e',
  good: { on: '#6fdd8b', behind: '#0f3019' },
  error: { on: '#ff938a', behind: '#45151a' },
  warning: { on: '#f0c14b', behind: '#3d2c00' },
};

const TONES = ['good', 'error', 'warning'] as const;

/** None is loaded from anywhere. */
export const FONTS = `"Helvetica Neue", Helvetica, Arial, "Liberation Sans", "DejaVu Sans", sans-serif`;

/** How a picture is coloured, by the scheme that its reader prefers. Without variables, which programs that are no browsers do not know. */
export const PICTURE_STYLE = `
.picture text { font-family: ${FONTS}; }
.picture .title { font-size: 20px; font-weight: 700; }
.picture .name { font-size: 14px; font-weight: 700; }
.picture .kind { font-size: 12px; }
.picture .detail { font-size: 12.5px; }
.picture .mark text { font-size: 12px; font-weight: 700; }
.picture .line { fill: none; stroke-width: 1.5; }
.picture .line.error { stroke-width: 2.5; }
.picture .line.warning { stroke-width: 2; stroke-dasharray: 7 3; }
.picture .line.reads { stroke-dasharray: 2 4; }
${inBoth(pictureColours)}`;

/** Rules for the light scheme, and for the dark one where a reader prefers it. */
export function inBoth(rules: (colours: Colours) => string): string {
  return `${rules(LIGHT)}@media (prefers-color-scheme: dark) {\n${rules(DARK)}}\n`;
}

function pictureColours({ ground, box, row, border, text, muted, line, ...tones }: Colours): string {
  const ofTones = TONES.map((tone) => {
    const { on, behind } = tones[tone];
    return `.picture .mark.${tone} rect { fill: ${behind}; stroke: ${on}; }
.picture .mark.${tone} text { fill: ${on}; }
.picture .line.${tone} { stroke: ${on}; }
.picture .head.${tone} { fill: ${on}; }
`;
  });
  return `.picture .ground { fill: ${ground}; }
.picture .box { fill: ${box}; stroke: ${border}; }
.picture .row { fill: ${row}; stroke: ${border}; }
.picture text { fill: ${text}; }
.picture .kind, .picture .detail { fill: ${muted}; }
.picture .line { stroke: ${line}; }
.picture .head { fill: ${line}; }
${ofTones.join('')}`;
}
