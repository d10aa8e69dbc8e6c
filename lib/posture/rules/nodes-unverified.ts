import { FindingSeverity, Rule } from './rule';

export const nodesUnverified: Rule = {
  id: 'QDR019',
  severity: FindingSeverity.WARNING,
  title: 'The nodes verify no certificate of each other on REST',
  reason: 'With no CA given, a node takes any certificate for that of another, and sends it the API key to fetch a shard.',
  fix: 'set tls.ca_cert.',
  source: 'https://qdrant.tech/documentation/ops-configuration/configuration/',
  check: ({ settings, nodeCount }) => {
    const isGiven = settings?.value('tls.ca_cert') !== null && settings?.value('tls.ca_cert') !== '';
    const isTold = isGiven || settings?.value('service.verify_https_client_certificate') === true;
    return nodeCount !== 1 && settings?.value('service.enable_tls') === true && !isTold
      ? ['tls.ca_cert is empty: the nodes take any certificate on REST']
      : [];
  },
};
