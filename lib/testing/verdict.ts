/** Whether something holds, and the words for it. */
export interface Verdict {
  readonly pass: boolean;
  /** For who reads a failed test: what is wrong, or, where nothing is, that nothing is. */
  readonly message: string;
  /** What is wrong, one sentence each, with the address of the resource that causes it. Empty if it passes. */
  readonly problems: string[];
}

/** The verdict on what was found wrong. */
export function verdictOn(problems: string[], words: { readonly wrong: string; readonly right: string }): Verdict {
  if (problems.length === 0) return { pass: true, message: words.right, problems };
  return { pass: false, message: `${words.wrong}\n${problems.map((problem) => `  - ${problem}`).join('\n')}`, problems };
}
