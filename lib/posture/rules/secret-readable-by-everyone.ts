import { ReaderScope } from '../secret';
import { secretsReadableBy } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const secretReadableByEveryone: Rule = {
  id: 'QDR030',
  severity: FindingSeverity.ERROR,
  title: 'Everyone who reaches the API server may read a secret of the cluster',
  reason: 'Everyone who reaches the API server has it; on some clouds that is everyone with an account of theirs.',
  fix: 'grant it to the service account, user or group that needs it.',
  source: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
  check: (facts) => secretsReadableBy(ReaderScope.EVERYONE, facts),
};
