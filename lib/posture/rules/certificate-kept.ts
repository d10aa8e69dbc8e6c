import { FindingSeverity, Rule } from './rule';

export const certificateKept: Rule = {
  id: 'QDR017',
  severity: FindingSeverity.WARNING,
  title: 'The server never reads its certificate again',
  reason: 'REST then serves the certificate of its start, also once that has ended, until somebody restarts the node.',
  fix: 'leave tls.cert_ttl at its default of an hour. gRPC and the nodes among themselves need a restart whatever it is.',
  source: 'https://qdrant.tech/documentation/ops-configuration/configuration/',
  check: ({ settings }) =>
    settings?.value('tls.cert_ttl') === null && settings.value('service.enable_tls') === true
      ? ['tls.cert_ttl is null: the certificate is never read again']
      : [],
};
