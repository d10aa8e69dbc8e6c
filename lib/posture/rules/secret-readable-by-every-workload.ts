import { ReaderScope } from '../secret';
import { secretsReadableBy } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const secretReadableByEveryWorkload: Rule = {
  id: 'QDR031',
  severity: FindingSeverity.WARNING,
  reason: 'Every pod there has it, also one that runs for another purpose, and those to come.',
  fix: 'grant it to the service account that needs it.',
  check: (facts) => secretsReadableBy(ReaderScope.EVERY_WORKLOAD, facts),
};
