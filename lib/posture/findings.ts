import { Acknowledgement } from './acknowledgement';
import { PostureFacts } from './facts';
import { Finding, Rule } from './rules/rule';

/**
 * What a rule finds, and whether that is accepted.
 *
 * @param acknowledgements what applies, the nearest first
 */
export function findingsOf(rule: Rule, facts: PostureFacts, acknowledgements: Acknowledgement[], today: string): Finding[] {
  const applying = acknowledgements.filter(({ ruleId }) => ruleId === rule.id);
  const acknowledgement = applying.find(({ until }) => !hasEnded(until, today));
  const ended = acknowledgement ? undefined : applying[0];
  return rule.check(facts).map((what) => ({
    ruleId: rule.id,
    severity: rule.severity,
    what: ended ? `${what}; it was accepted until ${ended.until} ("${ended.reason}")` : what,
    reason: rule.reason,
    fix: rule.fix,
    acknowledgedBecause: acknowledgement?.reason,
    acknowledgedUntil: acknowledgement?.until,
    acknowledgedAtPath: acknowledgement?.path,
  }));
}

/** What users are shown of findings: those that nobody accepts. */
export function openOf(findings: Finding[]): string[] {
  return findings
    .filter((finding) => finding.acknowledgedBecause === undefined)
    .map(({ ruleId, what, reason, fix }) => `${ruleId}: ${what}. ${reason} Fix: ${fix}`);
}

/** Days as ISO writes them are in the order of their texts. */
function hasEnded(until: string | undefined, today: string): boolean {
  return until !== undefined && until < today;
}
