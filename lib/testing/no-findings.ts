import { badInput } from '../input/input';
import { rules } from '../posture/rules';
import { exposureOf, judgedClusters } from './exposure';
import { TestInput } from './input';
import { Verdict, verdictOn } from './verdict';

/** Which findings are expected. */
export interface ExpectedFindings {
  /**
   * The ids of rules whose findings are accepted, for example `QDR024`.
   *
   * @default - none
   */
  readonly except?: readonly string[];
  /**
   * The cluster that is meant, by its name or address in the report.
   *
   * @default - every cluster that is found
   */
  readonly cluster?: string;
}

/** Whether the rules find nothing, neither errors nor warnings, that was not acknowledged. */
export function hasNoFindings(input: TestInput, { except = [], cluster }: ExpectedFindings = {}): Verdict {
  for (const id of except) requireRule(id);
  const clusters = judgedClusters(exposureOf(input), cluster);
  const problems = clusters.flatMap(({ name, findings }) =>
    findings
      .filter(({ ruleId, acknowledgedBecause }) => acknowledgedBecause === undefined && !except.includes(ruleId))
      .map(
        ({ ruleId, severity, what, reason, fix, address }) =>
          `${name}: ${ruleId} (${severity}) ${what}, by ${address}. ${reason} Fix: ${fix}`,
      ),
  );
  const names = clusters.map(({ name }) => name).join(', ');
  const beside = except.length === 0 ? '' : ` beside ${except.join(', ')}`;
  return verdictOn(problems, {
    wrong: `${names}: the rules find what was neither acknowledged nor expected${beside}:`,
    right: `${names}: the rules find nothing${beside} that was not acknowledged`,
  });
}

function requireRule(id: string): void {
  if (rules.some((rule) => rule.id === id)) return;
  throw badInput('toHaveNoFindings', {
    given: `except has "${id}", which is no rule`,
    allowed: rules.map((rule) => rule.id).join(', '),
    instead: 'the id that stands in the finding',
  });
}
