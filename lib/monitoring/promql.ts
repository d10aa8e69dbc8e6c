/** Conditions on labels, as PromQL writes them between braces. */
export type Matchers = readonly string[];

/** Of labels that have exactly these values. */
export function equals(labels: { readonly [name: string]: string }): Matchers {
  return Object.entries(labels).map(([name, value]) => `${name}=${quoted(value)}`);
}

/** Of a label that the whole of a regular expression matches. */
export function matches(name: string, pattern: string): Matchers {
  return [`${name}=~${quoted(pattern)}`];
}

/** The series of a metric. */
export function series(metric: string, ...matchers: Matchers[]): string {
  return `${metric}{${matchers.flat().join(',')}}`;
}

/** A value of one series, or zero where there is none. */
export function orZero(expression: string): string {
  return `(${expression} or vector(0))`;
}

function quoted(value: string): string {
  return `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}
