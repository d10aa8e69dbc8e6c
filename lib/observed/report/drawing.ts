import { Laid, MARK, PlacedMark, PlacedText, TEXT } from './box-layout';
import { LaidPicture, PlacedArrow, PlacedBox, Point } from './layout';
import { toneOf } from './marks';
import { element, Markup } from './markup';
import { Row } from './picture-parts';

/** How round corners of lines are, and how long the head of an arrow. */
const BEND = 8;
const HEAD = { length: 9, half: 5 };

/** A picture: lines go over the boxes at which they end, and what is said of them over all lines. */
export function drawn({ boxes, arrows }: LaidPicture): Markup[] {
  return [...boxes.map(drawnBox), ...arrows.map(drawnArrow), ...arrows.flatMap(({ marks }) => marks.map(drawnMark))];
}

/** A text, or a mark, moved. */
export function at({ x, y }: Point, ...content: Markup[]): Markup {
  return element('g', { transform: `translate(${Math.round(x)} ${Math.round(y)})` }, content);
}

function drawnBox(placed: PlacedBox): Markup {
  const { box, width, height, rows } = placed;
  const { kind, names } = box;
  return at(
    placed,
    element('title', {}, [kind, ...names].join('\n')),
    element('rect', { class: 'box', width, height, rx: 10 }),
    ...inside(placed),
    ...rows.map((laid) => at(laid, ...rowOf(laid.row, laid))),
  );
}

function rowOf({ name, detail }: Row, laid: Laid): Markup[] {
  const { width, height } = laid;
  return [element('title', {}, `${name}\n${detail}`), element('rect', { class: 'row', width, height, rx: 6 }), ...inside(laid)];
}

function inside({ texts, marks }: Laid): Markup[] {
  return [...texts.map(drawnText), ...marks.map(drawnMark)];
}

/** A text in lines. */
export function drawnText({ lines, x, y, style }: PlacedText): Markup {
  const { line } = TEXT[style];
  return element(
    'g',
    {},
    lines.map((text, index) => element('text', { class: style, x, y: y + index * line }, text)),
  );
}

/** A mark. */
export function drawnMark({ mark, x, y, width }: PlacedMark): Markup {
  const { text, tone, says } = mark;
  return element(
    'g',
    { class: `mark ${tone}` },
    ...(says === undefined ? [] : [element('title', {}, says)]),
    element('rect', { x, y, width, height: MARK.height, rx: MARK.height / 2 }),
    element('text', { x: x + width / 2, y: y + MARK.height - 6, 'text-anchor': 'middle' }, text),
  );
}

function drawnArrow({ arrow, corners }: PlacedArrow): Markup {
  const { severity, meaning } = arrow;
  const tone = severity === undefined ? '' : toneOf(severity);
  return lineOf(corners, [tone, meaning === 'reads' ? 'reads' : ''].filter((word) => word !== '').join(' '));
}

/** A line with a head, as legends show it, too. */
export function lineOf(corners: Point[], kind: string): Markup {
  const { x, y } = corners[corners.length - 1];
  const head = [`${x},${y}`, `${x - HEAD.length},${y - HEAD.half}`, `${x - HEAD.length},${y + HEAD.half}`];
  const line = [...corners.slice(0, -1), { x: x - HEAD.length + 1, y }];
  return element(
    'g',
    {},
    element('path', { class: `line ${kind}`.trim(), d: pathOf(line) }),
    element('polygon', { class: `head ${kind}`.trim(), points: head.join(' ') }),
  );
}

/** Straight lines with round corners. */
function pathOf(corners: Point[]): string {
  const steps = corners.slice(1).map((corner, index) => {
    const after = corners[index + 2];
    if (!after) return `L${corner.x} ${corner.y}`;
    const [from, to] = [towards(corner, corners[index]), towards(corner, after)];
    return `L${from.x} ${from.y}Q${corner.x} ${corner.y} ${to.x} ${to.y}`;
  });
  return `M${corners[0].x} ${corners[0].y}${steps.join('')}`;
}

/** A point on the way from a corner to the next: at most half of it, as that has a corner, too. */
function towards(corner: Point, other: Point): Point {
  const [across, down] = [other.x - corner.x, other.y - corner.y];
  const length = Math.hypot(across, down);
  const part = length === 0 ? 0 : Math.min(BEND, length / 2) / length;
  const hundredth = (value: number) => Math.round(value * 100) / 100;
  return { x: hundredth(corner.x + across * part), y: hundredth(corner.y + down * part) };
}
