import { FindingSeverity, Rule } from './rule';

export const nodesInterchangeable: Rule = {
  id: 'QDR029',
  severity: FindingSeverity.WARNING,
  title: 'What runs the nodes gives them neither a name nor a disk that stays',
  reason:
    'A node that is replaced comes back as another, empty one: the cluster counts the lost one for ever, and the shards on it are gone.',
  fix: 'run a StatefulSet with a claim for each pod, or a machine for each node with a volume of its own.',
  source: 'https://qdrant.tech/documentation/scaling/distributed_deployment/',
  check: ({ setup }) =>
    setup?.interchangeableBy === undefined
      ? []
      : [`the nodes are made and ended by ${setup.interchangeableBy}, without names or disks of their own`],
};
