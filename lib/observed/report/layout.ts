import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api';
import { LaidBox, laidBox, marksInLines, PADDING, PlacedMark } from './box-layout';
import { toneOf } from './marks';
import { Arrow, Picture } from './picture-parts';

/** A point of the picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A box at its place. */
export interface PlacedBox extends LaidBox, Point {}

/** An arrow by its corners, and its marks. */
export interface PlacedArrow {
  readonly arrow: Arrow;
  readonly corners: Point[];
  readonly marks: PlacedMark[];
}

/** A picture of which everything has its place. */
export interface LaidPicture {
  readonly boxes: PlacedBox[];
  readonly arrows: PlacedArrow[];
  readonly width: number;
  readonly height: number;
}

/** Of marks of an arrow, so many are beside each other. */
const MARKS_WIDTH = 170;

const OPTIONS = {
  'elk.algorithm': 'layered',
  'elk.direction': 'RIGHT',
  'elk.edgeRouting': 'ORTHOGONAL',
  // A secret that nobody reads belongs to the picture, too.
  'elk.separateConnectedComponents': 'false',
  // The same clusters make the same picture, however little changed.
  // The cluster above its secrets, and who comes in above who reads, unless lines would cross for it.
  'elk.layered.considerModelOrder.strategy': 'PREFER_NODES',
  'elk.layered.considerModelOrder.crossingCounterNodeInfluence': '0.1',
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeEdge': '14',
  'elk.spacing.edgeNode': '22',
  'elk.spacing.edgeLabel': '6',
  'elk.layered.spacing.nodeNodeBetweenLayers': '36',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '14',
  'elk.layered.spacing.edgeNodeBetweenLayers': '22',
  'elk.padding': '[top=0,left=0,bottom=0,right=0]',
};

/** Gives everything in a picture its place. */
export async function laidOut(picture: Picture): Promise<LaidPicture> {
  const boxes = picture.boxes.map(laidBox);
  const graph: ElkNode = {
    id: 'picture',
    layoutOptions: OPTIONS,
    children: boxes.map(nodeOf),
    edges: picture.arrows.map((arrow) => edgeOf(arrow, boxes)),
  };
  const layout = await (await engine()).layout(graph);
  const nodes = new Map(layout.children?.map((node) => [node.id, node]));
  const rowIds = boxes.flatMap(({ rows }) => rows.map(({ row }) => row.id));
  const edges = new Map(layout.edges?.map((edge) => [edge.id, edge]));
  return {
    boxes: boxes.map((box) => ({ ...box, ...pointOf(nodes.get(box.box.id)) })),
    arrows: picture.arrows.map((arrow) => placedArrow(arrow, edges.get(arrow.id), rowIds)),
    width: layout.width ?? 0,
    height: layout.height ?? 0,
  };
}

/** Loaded once a picture is asked for, as it is large, and installed where it may be left out. */
async function engine(): Promise<ELK> {
  try {
    const { default: Engine } = await import('elkjs/lib/elk.bundled.js');
    return new Engine();
  } catch (error: any) {
    if (error?.code !== 'MODULE_NOT_FOUND') throw error;
    throw new LayoutMissing(
      'pictures need elkjs, an optional dependency of cdktf-qdrant, which was left out: npm install elkjs',
    );
  }
}

/** What lays out pictures is not installed. */
export class LayoutMissing extends Error {}

/** What is read from left to right: who comes in, what stands before the cluster, the cluster. */
const COLUMNS = ['FIRST', 'NONE', 'LAST'] as const;

/** Arrows end at rows, whose places in a box are settled. */
function nodeOf({ box, rows, width, height }: LaidBox): ElkNode {
  const ports = [
    ...rows.flatMap(({ row, y, height: rowHeight }) => portsOf(row.id, width, y, rowHeight)),
    ...(rows.length > 0 ? portsOf(box.id, width, 0, rows[0].y) : []),
  ];
  return {
    id: box.id,
    width,
    height,
    ports,
    layoutOptions: {
      'elk.layered.layering.layerConstraint': COLUMNS[box.column],
      'elk.portConstraints': rows.length > 0 ? 'FIXED_POS' : 'FREE',
    },
  };
}

/** Arrows of one kind may meet before they end; those of others end beside them, or they would be taken for the same. */
const KINDS = ['error', 'warning', 'reaches', 'reads'] as const;
const PORT_GAP = 13;

const kindOf = ({ severity, meaning }: Arrow) => (severity === undefined ? meaning : toneOf(severity));
const inOf = (id: string, kind: string) => `${kind} into ${id}`;
const outOf = (id: string) => `out of ${id}`;

function portsOf(id: string, width: number, y: number, height: number): Array<{ id: string } & Point> {
  const middle = y + height / 2;
  const first = middle - (PORT_GAP * (KINDS.length - 1)) / 2;
  return [
    ...KINDS.map((kind, index) => ({ id: inOf(id, kind), x: 0, y: first + index * PORT_GAP })),
    { id: outOf(id), x: width, y: middle },
  ];
}

function edgeOf(arrow: Arrow, boxes: LaidBox[]): ElkExtendedEdge {
  const { id, from, to, marks } = arrow;
  const isWhole = boxes.some(({ box, rows }) => box.id === from && rows.length === 0);
  const { width, height } = marksInLines(marks, MARKS_WIDTH);
  const labels = marks.length === 0 ? [] : [{ id: `marks of ${id}`, text: id, width, height }];
  const inline = { 'elk.edgeLabels.inline': 'true' };
  return {
    id,
    sources: [isWhole ? from : outOf(from)],
    targets: [inOf(to, kindOf(arrow))],
    labels: labels.map((label) => ({ ...label, layoutOptions: inline })),
  };
}

function pointOf(node: { x?: number; y?: number } | undefined): Point {
  return { x: node?.x ?? 0, y: node?.y ?? 0 };
}

function placedArrow(arrow: Arrow, edge: ElkExtendedEdge | undefined, rowIds: string[]): PlacedArrow {
  const [section] = edge?.sections ?? [];
  const [label] = edge?.labels ?? [];
  const corner = pointOf(label);
  const { marks } = marksInLines(arrow.marks, MARKS_WIDTH);
  const corners = section ? [section.startPoint, ...(section.bendPoints ?? []), section.endPoint] : [];
  return {
    arrow,
    corners: upToRows(corners, rowIds.includes(arrow.from), rowIds.includes(arrow.to)),
    marks: marks.map((mark) => ({ ...mark, x: mark.x + corner.x, y: mark.y + corner.y })),
  };
}

/** The layout knows boxes, at whose sides its lines end: rows are a little farther in. */
function upToRows(corners: Point[], fromRow: boolean, toRow: boolean): Point[] {
  return corners.map(({ x, y }, index) => {
    const before = fromRow && index === 0 ? PADDING : 0;
    const after = toRow && index === corners.length - 1 ? PADDING : 0;
    return { x: x - before + after, y };
  });
}
