import { FindingSeverity, Rule } from './rule';

export const accountTokenMounted: Rule = {
  id: 'QDR037',
  severity: FindingSeverity.WARNING,
  title: 'The pods have a token for the API server of Kubernetes',
  reason:
    'Qdrant does not use it; whoever reads files of the pod, as by a flaw in the handling of snapshots, speaks to the API server with it.',
  fix: 'set automountServiceAccountToken to false.',
  source:
    'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting',
  check: ({ setup }) => (setup?.hasAccountToken === true ? ['the pods have the token of their service account'] : []),
};
