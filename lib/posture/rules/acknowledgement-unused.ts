import { FindingSeverity, Rule } from './rule';

export const acknowledgementUnused: Rule = {
  id: 'QDR050',
  severity: FindingSeverity.WARNING,
  title: 'An acknowledgement silences nothing: no cluster that it is for has such a finding',
  reason: 'It would accept what is found later, for a reason that was given for something else.',
  fix: 'remove the acknowledgement, or give it on the cluster that has the finding.',
  source: 'https://github.com/cdktf-qdrant/cdktf-qdrant/blob/main/docs/guides/posture.md',
  check: ({ unusedAcknowledgements }) =>
    (unusedAcknowledgements ?? []).map(
      ({ ruleId, reason }) => `the acknowledgement of ${ruleId} ("${reason}") silences nothing`,
    ),
};
