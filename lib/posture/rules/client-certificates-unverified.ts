import { FindingSeverity, Rule } from './rule';

export const clientCertificatesUnverified: Rule = {
  id: 'QDR010',
  severity: FindingSeverity.ERROR,
  title: 'Client certificates are required, and nothing verifies them on a port that clients use',
  reason: 'Qdrant itself verifies none on gRPC, and on REST accepts every CA that the nodes trust.',
  fix: 'let the library place its guard before every port that clients use.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ listeners, clientVerification }) =>
    clientVerification
      ? listeners
          .filter((listener) => listener.isForClients && !listener.clientVerifiedBy)
          .map((listener) => `client certificates are required, but nothing verifies them on the ${listener}`)
      : [],
};
