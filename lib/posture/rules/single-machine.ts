import { FindingSeverity, Rule } from './rule';

export const singleMachine: Rule = {
  id: 'QDR046',
  severity: FindingSeverity.WARNING,
  title: 'All pods of a cluster may stand on one machine',
  reason: 'When that machine fails, so does the whole cluster, and with it all copies of a shard.',
  fix: 'add an anti-affinity, or a topology spread constraint, over kubernetes.io/hostname.',
  source: 'https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity',
  check: ({ setup }) => (setup?.spreadsOverMachines === false ? ['all pods may stand on one machine'] : []),
};
