import { FindingSeverity } from '../../posture/rules/rule';
import { LocatedFinding } from '../judge';

/** How a mark, or a line, is coloured. */
export type Tone = 'good' | 'error' | 'warning';

/** A word in a coloured frame: what protects a listener, or the id of a rule that found something. */
export interface Mark {
  readonly text: string;
  readonly tone: Tone;
  /** What it stands for, where the text does not say it all. */
  readonly says?: string;
}

/** What a rule found, if it may be in several places. */
export interface Found {
  readonly ruleId: string;
  readonly severity: FindingSeverity;
  readonly findings: LocatedFinding[];
}

/** What was found, by rules: the graver before the less grave. */
export function foundByRule(findings: LocatedFinding[]): Found[] {
  const found = [...new Set(findings.map(({ ruleId }) => ruleId))].map((ruleId): Found => {
    const own = findings.filter((finding) => finding.ruleId === ruleId);
    return { ruleId, severity: own[0].severity, findings: own };
  });
  const isError = ({ severity }: Found) => severity === FindingSeverity.ERROR;
  return [...found.filter(isError), ...found.filter((one) => !isError(one))];
}

/** The rules that found something, each once. */
export function marksOf(findings: LocatedFinding[]): Mark[] {
  return foundByRule(findings).map(({ ruleId, severity, findings: own }) => ({
    text: ruleId,
    tone: toneOf(severity),
    says: own.map(({ what }) => what).join('\n'),
  }));
}

export function toneOf(severity: FindingSeverity): Tone {
  return severity === FindingSeverity.ERROR ? 'error' : 'warning';
}

/** The gravest of findings. */
export function severityOf(findings: LocatedFinding[]): FindingSeverity | undefined {
  const { ERROR, WARNING } = FindingSeverity;
  return [ERROR, WARNING].find((severity) => findings.some((finding) => finding.severity === severity));
}

/** How many there are, in words. */
export function counted(findings: LocatedFinding[]): string {
  const count = (severity: FindingSeverity) => {
    const { length } = findings.filter((finding) => finding.severity === severity);
    return length === 0 ? [] : [`${length} ${severity}${length === 1 ? '' : 's'}`];
  };
  return [...count(FindingSeverity.ERROR), ...count(FindingSeverity.WARNING)].join(', ') || 'no findings';
}
