import { DifferenceKind } from '../difference';
import { differencesOf } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const serverUndeclared: Rule = {
  id: 'QDR078',
  severity: FindingSeverity.ERROR,
  title: 'What is synthesized runs or sets the server otherwise than was declared',
  reason: 'The rules judge what a cluster was told; what another resource, an override or an Aspect changes goes past them.',
  fix: 'say it by an option of the cluster, which the posture shows, or remove the resource or override that changes it.',
  source: 'https://github.com/cdktf-qdrant/cdktf-qdrant/blob/main/docs/guides/judge-resources.md',
  check: (facts) => differencesOf(facts, DifferenceKind.SERVER),
};
