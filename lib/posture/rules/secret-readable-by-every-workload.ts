import { ReaderScope } from '../secret';
import { secretsReadableBy } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const secretReadableByEveryWorkload: Rule = {
  id: 'QDR031',
  severity: FindingSeverity.WARNING,
  title: 'Every workload of a namespace, or of all of them, may read a secret of the cluster',
  reason: 'Every pod there has it, also one that runs for another purpose, and those to come.',
  fix: 'grant it to the service account that needs it.',
  source: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
  check: (facts) => secretsReadableBy(ReaderScope.EVERY_WORKLOAD, facts),
};
