import { FindingSeverity, Rule } from './rule';

export const startInOrder: Rule = {
  id: 'QDR049',
  severity: FindingSeverity.WARNING,
  title: 'The pods of a cluster start one after the other',
  reason:
    'A pod is ready once it reaches a majority, and the next one is not started before that: a cluster that was stopped as a whole waits for itself.',
  fix: 'set podManagementPolicy to Parallel; a StatefulSet that exists is made anew for it, without its pods (--cascade=orphan).',
  source: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-management-policies',
  check: ({ setup }) => (setup?.startsInOrder === true ? ['the pods start one after the other (OrderedReady)'] : []),
};
