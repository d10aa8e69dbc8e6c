import { FindingSeverity, Rule } from './rule';

export const addressPublic: Rule = {
  id: 'QDR007',
  severity: FindingSeverity.WARNING,
  title: 'A node has an address of the internet',
  reason: 'A single rule of a firewall is then all that stands between the internet and the data.',
  fix: 'leave the node without one, in a subnet that leads out by a NAT gateway alone, and put a load balancer before it where clients come from outside.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ setup }) => (setup?.publicAddresses ?? []).map((one) => `a node has an address of the internet, by ${one}`),
};
