import { FindingSeverity, Rule } from './rule';

export const peersWithoutKey: Rule = {
  id: 'QDR021',
  severity: FindingSeverity.WARNING,
  title: 'The nodes do not ask each other for the API key, as none did before Qdrant 1.18',
  reason: 'A client of 6335 then needs no key; only the firewall and mutual TLS between the nodes protect it.',
  fix: 'run 1.18 or later, and drop upgradingFrom once every node has been upgraded.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ settings, nodeCount }) =>
    settings && nodeCount !== 1 && settings.value('service.enforce_internal_auth') !== true
      ? ['the nodes do not ask each other for the API key']
      : [],
};
