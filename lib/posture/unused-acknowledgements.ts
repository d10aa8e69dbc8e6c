import { IConstruct } from 'constructs';
import { daysAfter } from '../input/day';
import { acceptedFor, acceptedOn } from './accepted';
import { Acknowledgement } from './acknowledgement';
import { findingsOf, openOf } from './findings';
import { acknowledgementUnused } from './rules/acknowledgement-unused';
import { todayOf } from './today';

/** How long before its end an acknowledgement is spoken of: what it accepts may then stop a synthesis. */
const DAYS_OF_NOTICE = 14;

/** Whether a rule finds something in a cluster, or may, as it is not known well enough. */
type Judge = (ruleId: string, mayBeKnown: boolean) => boolean;

/** Of the clusters in each construct: so what is asked of a construct costs no more than its own clusters. */
const judges = new WeakMap<IConstruct, Judge[]>();

/** Has a cluster asked whether it needs the acknowledgements on it and around it. */
export function judgeAcknowledgements(cluster: IConstruct, judge: Judge): void {
  for (const scope of cluster.node.scopes) {
    const known = judges.get(scope);
    if (known) known.push(judge);
    else judges.set(scope, [judge]);
  }
}

/**
 * The acknowledgements on a construct that silence nothing in any of its clusters.
 *
 * One of the rule that says so is never among them: it would silence the very finding that it is unused.
 */
export function unusedAcknowledgements(scope: IConstruct, mayBeKnown: boolean): Acknowledgement[] {
  const isUsed = (ruleId: string) => (judges.get(scope) ?? []).some((finds) => finds(ruleId, mayBeKnown));
  return acceptedOn(scope).filter(({ ruleId }) => ruleId !== acknowledgementUnused.id && !isUsed(ruleId));
}

/** What there is to say of the acknowledgements on a construct, once all that they could silence is known. */
export function reviewAcknowledgements(scope: IConstruct): string[] {
  const today = todayOf(scope);
  const unused = unusedAcknowledgements(scope, true);
  const facts = { listeners: [], outbound: [], secrets: [], unprotectedNodes: [], unusedAcknowledgements: unused };
  const ending = acceptedOn(scope).filter(
    (one) => !unused.includes(one) && one.until && today <= one.until && one.until <= daysAfter(today, DAYS_OF_NOTICE),
  );
  return [
    ...openOf(findingsOf(acknowledgementUnused, facts, acceptedFor(scope), today)),
    ...ending.map(
      ({ ruleId, reason, until }) =>
        `${ruleId} is accepted until ${until} only ("${reason}"): mend what it finds, or acknowledge it anew`,
    ),
  ];
}
