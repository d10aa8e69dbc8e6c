import { FindingSeverity, Rule } from './rule';

export const podRightsWide: Rule = {
  id: 'QDR036',
  severity: FindingSeverity.WARNING,
  title: 'The service account of the pods has rights that no server needs',
  reason: 'Whoever takes over one pod has them: every Secret of the namespace, or the cluster.',
  fix: 'bind no role to the service account of the pods.',
  source: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/',
  check: ({ setup }) => (setup?.rightsOfPods ?? []).map((one) => `the service account of the pods has ${one}`),
};
