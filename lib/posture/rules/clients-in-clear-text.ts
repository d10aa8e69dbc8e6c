import { carriesData } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const clientsInClearText: Rule = {
  id: 'QDR011',
  severity: FindingSeverity.ERROR,
  title: 'REST or gRPC speaks no TLS',
  reason: 'The API key and the data would cross the network in clear text.',
  fix: 'keep TLS on.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ listeners }) =>
    listeners
      .filter((listener) => listener.tls === false && carriesData(listener))
      .map((listener) => `the ${listener} speaks no TLS`),
};
