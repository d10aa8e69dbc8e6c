import { FindingSeverity, Rule } from './rule';

export const probeFailing: Rule = {
  id: 'QDR048',
  severity: FindingSeverity.WARNING,
  title: 'No probe can tell whether a node is ready: there is none, or the server refuses it',
  reason:
    'A rolling update goes on to the next node while this one recovers, so that all copies of a shard are away; or a node that is well is ended again and again.',
  fix: 'ask /readyz in the way that the server speaks; where it verifies client certificates, by a command or a TCP probe.',
  source: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/',
  check: ({ setup }) => setup?.failingProbes ?? [],
};
