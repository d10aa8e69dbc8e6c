/** Whether something holds; undefined where that is not known. */
export type Verdict = boolean | undefined;

/** Whether one of several holds. */
export function anyOf(verdicts: Verdict[]): Verdict {
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

/** Whether each of several holds. */
export function allOf(verdicts: Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

/** The opposite, as far as it is known. */
export function not(verdict: Verdict): Verdict {
  return verdict === undefined ? undefined : !verdict;
}
