import { FindingSeverity, Rule } from './rule';

export const serversApart: Rule = {
  id: 'QDR028',
  severity: FindingSeverity.WARNING,
  title: 'Several servers are no cluster',
  reason:
    'Each has data of its own, and a write reaches one of them: what stands before them answers one thing now and another then.',
  fix: 'set cluster.enabled to true, and start each node with the address of another (--bootstrap).',
  source: 'https://qdrant.tech/documentation/scaling/distributed_deployment/',
  check: ({ settings, nodeCount }) =>
    (nodeCount ?? 1) > 1 && settings?.value('cluster.enabled') === false
      ? [`the ${nodeCount} servers are no cluster: each keeps data of its own`]
      : [],
};
