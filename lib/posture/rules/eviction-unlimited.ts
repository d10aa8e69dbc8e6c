import { FindingSeverity, Rule } from './rule';

export const evictionUnlimited: Rule = {
  id: 'QDR045',
  severity: FindingSeverity.WARNING,
  title: 'No disruption budget keeps several pods from being evicted at once',
  reason: 'A drain of machines, as for their upgrade, takes the majority, or all copies of a shard.',
  fix: 'give the pods a PodDisruptionBudget with maxUnavailable 1.',
  source: 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
  check: ({ setup }) =>
    setup?.hasDisruptionBudget === false ? ['no disruption budget keeps more than one pod from being evicted at once'] : [],
};
