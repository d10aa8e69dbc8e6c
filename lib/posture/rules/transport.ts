import { ListenerPurpose } from '../listener';
import { PostureFacts } from '../facts';
import { FindingSeverity, Rule } from './rule';

const S3_ENDPOINT = 'storage.snapshots_config.s3_config.endpoint_url';

const CARRIES_DATA = [ListenerPurpose.REST, ListenerPurpose.GRPC];

/** What guards the traffic on its way. */
export const transportRules: Rule[] = [
  {
    id: 'QDR010',
    severity: FindingSeverity.ERROR,
    reason: 'Qdrant itself verifies none on gRPC, and on REST accepts every CA that the nodes trust.',
    fix: 'let the library place its guard before every port that clients use.',
    check: (facts: PostureFacts) =>
      facts.clientVerification
        ? facts.listeners
            .filter((listener) => listener.isForClients && !listener.clientVerifiedBy)
            .map((listener) => `client certificates are required, but nothing verifies them on the ${listener}`)
        : [],
  },
  {
    id: 'QDR011',
    severity: FindingSeverity.ERROR,
    reason: 'The API key and the data would cross the network in clear text.',
    fix: 'keep TLS on.',
    check: (facts: PostureFacts) =>
      facts.listeners
        .filter(({ purpose, tls }) => tls === false && CARRIES_DATA.includes(purpose))
        .map((listener) => `the ${listener} speaks no TLS`),
  },
  {
    id: 'QDR012',
    severity: FindingSeverity.ERROR,
    reason: 'The API key is forwarded on every internal call, then in clear text.',
    fix: 'keep TLS among the nodes on.',
    check: (facts: PostureFacts) =>
      (facts.nodeCount ?? 1) > 1
        ? facts.listeners
            .filter(({ purpose, tls }) => purpose === ListenerPurpose.PEER && tls === false)
            .map((listener) => `the ${listener} speaks no TLS`)
        : [],
  },
  {
    id: 'QDR013',
    severity: FindingSeverity.ERROR,
    reason: 'Without a key Qdrant answers everyone.',
    fix: 'give the cluster an API key.',
    check: (facts: PostureFacts) =>
      facts.listeners
        .filter(
          ({ purpose, apiKey }) => apiKey === false && (purpose === ListenerPurpose.REST || purpose === ListenerPurpose.GRPC),
        )
        .map((listener) => `the ${listener} asks for no API key`),
  },
  {
    id: 'QDR014',
    severity: FindingSeverity.ERROR,
    reason: 'Snapshots, which hold all data, would cross the network in clear text.',
    fix: 'give the endpoint as https://, or acknowledge it where something else encrypts the way there.',
    check: ({ settings }: PostureFacts) => {
      const endpoint = settings?.value(S3_ENDPOINT);
      return /^http:/i.test(endpoint ?? '') ? [`snapshots go to ${endpoint}`] : [];
    },
  },
];
