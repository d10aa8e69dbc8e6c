import { PostureFacts } from '../facts';
import { ReaderScope } from '../secret';
import { FindingSeverity, Rule } from './rule';

const readableBy = (scope: ReaderScope) => (facts: PostureFacts) =>
  facts.secrets.flatMap((secret) =>
    secret.readersOf(scope).map((reader) => `the ${secret.purpose} (${secret.keptIn}) may be read by ${reader}`),
  );

/** Who may read which secret. */
export const secretRules: Rule[] = [
  {
    id: 'QDR030',
    severity: FindingSeverity.ERROR,
    reason: 'Everyone who reaches the API server has it; on some clouds that is everyone with an account of theirs.',
    fix: 'grant it to the service account, user or group that needs it.',
    check: readableBy(ReaderScope.EVERYONE),
  },
  {
    id: 'QDR031',
    severity: FindingSeverity.WARNING,
    reason: 'Every pod there has it, also one that runs for another purpose, and those to come.',
    fix: 'grant it to the service account that needs it.',
    check: readableBy(ReaderScope.EVERY_WORKLOAD),
  },
];
