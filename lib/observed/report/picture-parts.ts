import { FindingSeverity } from '../../posture/rules/rule';
import { Mark } from './marks';

/** A line of a box: a listener or a secret, at which arrows end. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  /** What protects it, and then the rules that found something in it. */
  readonly marks: Mark[];
  readonly found: Mark[];
  readonly note?: string;
}

/** What arrows begin and end at. */
export interface Box {
  readonly id: string;
  /** From the left: who comes in, what stands before the cluster, the cluster. */
  readonly column: 0 | 1 | 2;
  readonly kind: string;
  readonly names: string[];
  readonly marks: Mark[];
  readonly rows: Row[];
}

/** Somebody who reaches a listener or reads a secret; the ends are ids of boxes and rows. */
export interface Arrow {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly meaning: 'reaches' | 'reads';
  /** The rules that find something in it alone. */
  readonly marks: Mark[];
  readonly severity?: FindingSeverity;
}

/** What is drawn of a cluster. */
export interface Picture {
  readonly boxes: Box[];
  readonly arrows: Arrow[];
}
