import { PostureFacts } from '../facts';

/** What a finding does to the synthesis. */
export enum FindingSeverity {
  /** Stops the synthesis. */
  ERROR = 'error',
  /** Is shown with the synthesis. */
  WARNING = 'warning',
}

/** What a rule found. */
export interface Finding {
  /** The rule, for example `QDR001`. */
  readonly ruleId: string;
  /** What it does to the synthesis. */
  readonly severity: FindingSeverity;
  /** What was found. */
  readonly what: string;
  /** Why it matters. */
  readonly reason: string;
  /** What to do about it. */
  readonly fix: string;
  /**
   * Why the user accepted it.
   *
   * @default - it was not accepted
   */
  readonly acknowledgedBecause?: string;
}

/** That the findings of a rule were accepted, and why. */
export interface Acknowledgement {
  /** The rule, for example `QDR001`. */
  readonly ruleId: string;
  /** Why its findings are acceptable. */
  readonly reason: string;
}

/** One thing that every posture is judged by. @internal */
export interface Rule {
  readonly id: string;
  readonly severity: FindingSeverity;
  readonly reason: string;
  readonly fix: string;
  /** What it found, one sentence each, without a full stop. */
  check(facts: PostureFacts): string[];
}
