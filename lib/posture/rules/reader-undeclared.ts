import { DifferenceKind } from '../difference';
import { differencesOf } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const readerUndeclared: Rule = {
  id: 'QDR039',
  severity: FindingSeverity.ERROR,
  title: 'What is synthesized lets others read a secret than was declared',
  reason:
    'Whoever reads a key has its rights; the posture shows those who were granted it, or written down. Where it is not certain who reads, this is silent.',
  fix: 'grant it by grantRead or grantAdmin, write the reader down (addReader of the secret in posture.secrets), or remove what lets them.',
  source: 'https://github.com/cdktf-qdrant/cdktf-qdrant/blob/main/docs/guides/judge-resources.md',
  check: (facts) => differencesOf(facts, DifferenceKind.READER),
};
