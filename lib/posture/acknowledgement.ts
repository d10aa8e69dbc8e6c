/** The acknowledgement of the findings of a rule. */
export interface Acknowledgement {
  /** The id of the rule, for example `QDR001`. */
  readonly ruleId: string;
  /** The reason. */
  readonly reason: string;
  /**
   * The last day on which it applies, in UTC.
   *
   * @default - it has no end
   */
  readonly until?: string;
  /**
   * The path of the construct that it was given on, `App` for the app.
   *
   * @default - the cluster itself
   */
  readonly path?: string;
}
