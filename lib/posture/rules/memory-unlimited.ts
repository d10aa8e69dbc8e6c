import { FindingSeverity, Rule } from './rule';

export const memoryUnlimited: Rule = {
  id: 'QDR047',
  severity: FindingSeverity.WARNING,
  title: 'The memory of a pod has no limit',
  reason:
    'A search or an indexing that needs more than there is then has the machine end pods, of this cluster or another; and Qdrant plans with what the machine has.',
  fix: 'set the request and the limit of memory to the same.',
  source: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
  check: ({ setup }) => (setup?.hasMemoryLimit === false ? ['the memory of the pods has no limit'] : []),
};
