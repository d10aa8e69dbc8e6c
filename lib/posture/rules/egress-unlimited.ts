import { FindingSeverity, Rule } from './rule';

export const egressUnlimited: Rule = {
  id: 'QDR006',
  severity: FindingSeverity.WARNING,
  title: 'The nodes may connect to any address, on every port',
  reason:
    'A server that is made to fetch from a URL of an attacker, or is taken over, can reach the internet and every machine of the network.',
  fix: 'let the nodes out to each other, to DNS, and to what they need by name: QDR022 tells whether snapshots may come from any URL.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ setup }) =>
    setup?.unlimitedEgress === undefined
      ? []
      : [`the nodes may connect to any address on every port, ${setup.unlimitedEgress}`],
};
