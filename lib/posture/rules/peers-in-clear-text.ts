import { ListenerPurpose } from '../listener';
import { FindingSeverity, Rule } from './rule';

export const peersInClearText: Rule = {
  id: 'QDR012',
  severity: FindingSeverity.ERROR,
  title: 'The nodes speak to each other without TLS',
  reason: 'The API key is forwarded on every internal call, then in clear text.',
  fix: 'keep TLS among the nodes on.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ listeners, nodeCount }) =>
    (nodeCount ?? 1) > 1
      ? listeners
          .filter(({ purpose, tls }) => purpose === ListenerPurpose.PEER && tls === false)
          .map((listener) => `the ${listener} speaks no TLS`)
      : [],
};
