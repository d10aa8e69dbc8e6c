import { FindingSeverity, Rule } from './rule';

export const reachUndeclared: Rule = {
  id: 'QDR005',
  severity: FindingSeverity.ERROR,
  title: 'What is synthesized lets in others than was declared',
  reason: 'The rules judge what a cluster was told; what another resource, an override or an Aspect opens goes past them.',
  fix: 'allow it through connections, which the posture shows, or remove the resource or override that opens it.',
  source: 'https://github.com/cdktf-qdrant/cdktf-qdrant/blob/main/docs/guides/judge-resources.md',
  check: ({ undeclaredReach }) =>
    (undeclaredReach ?? []).map(
      ({ listener, source, by }) => `the ${listener} is open to ${source} by ${by}, which was not declared`,
    ),
};
