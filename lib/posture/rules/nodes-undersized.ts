import { FindingSeverity, Rule } from './rule';

export const nodesUndersized: Rule = {
  id: 'QDR077',
  severity: FindingSeverity.WARNING,
  title: 'The nodes are smaller than what the cluster is sized for',
  reason:
    'Without the memory a search waits for the disk, or the server is killed; without the disk nothing more can be written, nor a snapshot restored.',
  fix: 'take the instanceType, resources and volumes that the sizing gives, raise nodeCount, or change what it is sized for.',
  source: 'https://qdrant.tech/documentation/capacity-planning/',
  check: ({ shortfalls = [] }) => shortfalls.map((shortfall) => `each node has ${shortfall}`),
};
