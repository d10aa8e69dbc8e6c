import { PostureFacts } from '../facts';

/** The severity of a finding. */
export enum FindingSeverity {
  /** Fails the synthesis. */
  ERROR = 'error',
  /** Is printed during synthesis. */
  WARNING = 'warning',
}

/** A finding of a rule. */
export interface Finding {
  /** The id of the rule, for example `QDR001`. */
  readonly ruleId: string;
  /** The severity. */
  readonly severity: FindingSeverity;
  /** What was found. */
  readonly what: string;
  /** Why it matters. */
  readonly reason: string;
  /** How to fix it. */
  readonly fix: string;
  /**
   * The reason for which it was accepted.
   *
   * @default - it was not accepted
   */
  readonly acknowledgedBecause?: string;
  /**
   * The last day on which it is accepted, in UTC.
   *
   * @default - it is accepted without an end, or not at all
   */
  readonly acknowledgedUntil?: string;
  /**
   * The path of the construct that it was accepted on, `App` for the app.
   *
   * @default - it was accepted on the cluster, or not at all
   */
  readonly acknowledgedAtPath?: string;
}

/** One thing that every posture is judged by. @internal */
export interface Rule {
  readonly id: string;
  readonly severity: FindingSeverity;
  /** What it finds in any cluster, one sentence, without a full stop: the page of the rules says so. */
  readonly title: string;
  readonly reason: string;
  readonly fix: string;
  /** The page that says so: of Qdrant, of the target, or of this library where it is about what only this library does. */
  readonly source: string;
  /** What it found, one sentence each, without a full stop. */
  check(facts: PostureFacts): string[];
}
