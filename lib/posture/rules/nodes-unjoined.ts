import { FindingSeverity, Rule } from './rule';

export const nodesUnjoined: Rule = {
  id: 'QDR075',
  severity: FindingSeverity.WARNING,
  title: 'No node is told of another',
  reason: 'Each founds a cluster of its own, and a write reaches one of them; once they hold data they cannot be joined.',
  fix: 'start every node with --bootstrap and the address of the first one: to a node that is the first itself it does nothing.',
  source: 'https://qdrant.tech/documentation/scaling/distributed_deployment/',
  check: ({ setup, settings }) =>
    setup?.namesNoOther === true && settings?.value('cluster.enabled') === true
      ? ['no node is started with the address of another (--bootstrap)']
      : [],
};
