import { ListenerPurpose } from '../listener';
import type { Posture } from '../posture';
import { FindingSeverity, Rule } from './rule';

/** What guards the traffic on its way. */
export const transportRules: Rule[] = [
  {
    id: 'QDR010',
    severity: FindingSeverity.ERROR,
    reason: 'Qdrant itself asks for none on gRPC, and believes everyone whom its peers believe on REST.',
    fix: 'let the library place its guard before every port that clients use.',
    check: (posture: Posture) =>
      posture.clientVerification
        ? posture.listeners
            .filter((listener) => listener.isForClients && !listener.clientVerifiedBy)
            .map((listener) => `client certificates are required, but nobody verifies them on the ${listener}`)
        : [],
  },
  {
    id: 'QDR011',
    severity: FindingSeverity.ERROR,
    reason: 'The API key and the data would cross the network in clear text.',
    fix: 'keep TLS on.',
    check: (posture: Posture) =>
      posture.listeners
        .filter(({ purpose, tls }) => !tls && purpose !== ListenerPurpose.PEER && purpose !== ListenerPurpose.METRICS)
        .map((listener) => `the ${listener} speaks no TLS`),
  },
  {
    id: 'QDR012',
    severity: FindingSeverity.ERROR,
    reason: 'The API key is forwarded on every internal call, then in clear text.',
    fix: 'keep TLS among the nodes on.',
    check: (posture: Posture) =>
      posture.nodeCount > 1
        ? posture
            .listenersFor(ListenerPurpose.PEER)
            .filter(({ tls }) => !tls)
            .map((listener) => `the ${listener} speaks no TLS`)
        : [],
  },
  {
    id: 'QDR013',
    severity: FindingSeverity.ERROR,
    reason: 'Without a key Qdrant answers everyone.',
    fix: 'give the cluster an API key.',
    check: (posture: Posture) =>
      posture.listeners
        .filter(({ purpose, apiKey }) => !apiKey && (purpose === ListenerPurpose.REST || purpose === ListenerPurpose.GRPC))
        .map((listener) => `the ${listener} asks for no API key`),
  },
];
