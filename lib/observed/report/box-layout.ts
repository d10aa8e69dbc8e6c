import { Mark } from './marks';
import { Box, Row } from './picture-parts';
import { linesOf, widthOf } from './text-width';

/** A text at its place: the left end of its baseline. */
export interface PlacedText {
  readonly lines: string[];
  readonly x: number;
  readonly y: number;
  readonly style: 'kind' | 'name' | 'detail';
}

/** A mark at its place: the upper left corner. */
export interface PlacedMark {
  readonly mark: Mark;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** What is in a box, or in a row of it, from its own upper left corner. */
export interface Laid {
  readonly texts: PlacedText[];
  readonly marks: PlacedMark[];
  readonly width: number;
  readonly height: number;
}

/** A row in its box. */
export interface LaidRow extends Laid {
  readonly row: Row;
  readonly x: number;
  readonly y: number;
}

/** A box, with its own texts, and its rows below them. */
export interface LaidBox extends Laid {
  readonly box: Box;
  readonly rows: LaidRow[];
}

/** Sizes of text, and how high a line of it is. */
export const TEXT = {
  kind: { size: 12, line: 16, isBold: false },
  name: { size: 14, line: 19, isBold: true },
  detail: { size: 12.5, line: 17, isBold: false },
} as const;
export const MARK = { size: 12, height: 20, padding: 7, gap: 6 } as const;

export const PADDING = 12;
const ROW_GAP = 8;
/** Of a box that has rows, and of one that has names only. */
const WIDTHS = { withRows: 300, withoutRows: 240 };
/** A box shows so many names, and each in so many lines. */
const MOST_NAMES = 6;
const MOST_LINES = 4;

/** What a box looks like by itself. */
export function laidBox(box: Box): LaidBox {
  const width = box.rows.length > 0 ? WIDTHS.withRows : WIDTHS.withoutRows;
  const column = new Column(width);
  column.text(box.kind, 'kind');
  const shown = box.names.length > MOST_NAMES ? box.names.slice(0, MOST_NAMES - 1) : box.names;
  shown.forEach((name) => column.text(name, 'name'));
  if (shown.length < box.names.length) column.text(`and ${box.names.length - shown.length} more`, 'detail');
  column.marks(box.marks);
  const rows: LaidRow[] = [];
  for (const row of box.rows) {
    column.gap(ROW_GAP);
    const laid = laidRow(row, width - 2 * PADDING);
    rows.push({ ...laid, row, x: PADDING, y: column.y });
    column.gap(laid.height);
  }
  return { ...column.laid(), box, rows };
}

function laidRow(row: Row, width: number): Laid {
  const column = new Column(width);
  column.text(row.name, 'name');
  column.text(row.detail, 'detail');
  column.marks(row.marks);
  column.marks(row.found);
  if (row.note !== undefined) column.text(row.note, 'detail');
  return column.laid();
}

/** Texts and marks below each other. */
class Column {
  public y = PADDING;
  private readonly texts: PlacedText[] = [];
  private readonly placed: PlacedMark[] = [];
  private readonly inner: number;

  public constructor(private readonly width: number) {
    this.inner = width - 2 * PADDING;
  }

  public text(text: string, style: PlacedText['style']): void {
    const { size, line, isBold } = TEXT[style];
    const lines = linesOf(text, this.inner, size, { most: MOST_LINES, isBold });
    this.texts.push({ lines, x: PADDING, y: this.y + size, style });
    this.gap(lines.length * line);
  }

  /** In lines, as words are. */
  public marks(marks: Mark[]): void {
    if (marks.length === 0) return;
    const placed = marksInLines(marks, this.inner);
    this.gap(MARK.gap - 1);
    this.placed.push(...placed.marks.map((mark) => ({ ...mark, x: mark.x + PADDING, y: mark.y + this.y })));
    this.gap(placed.height + MARK.gap / 2);
  }

  public gap(height: number): void {
    this.y += height;
  }

  public laid(): Laid {
    return { texts: this.texts, marks: this.placed, width: this.width, height: this.y + PADDING };
  }
}

/** Marks beside each other, and below where they are too many. */
export function marksInLines(marks: Mark[], within: number): { marks: PlacedMark[]; width: number; height: number } {
  const placed: PlacedMark[] = [];
  let [x, y, widest] = [0, 0, 0];
  for (const mark of marks) {
    const width = widthOfMark(mark.text);
    if (x > 0 && x + width > within) [x, y] = [0, y + MARK.height + MARK.gap];
    placed.push({ mark, x, y, width });
    widest = Math.max(widest, x + width);
    x += width + MARK.gap;
  }
  return { marks: placed, width: widest, height: y + MARK.height };
}

/** How wide the frame of a mark is. */
export function widthOfMark(text: string): number {
  return widthOf(text, MARK.size, true) + 2 * MARK.padding;
}
