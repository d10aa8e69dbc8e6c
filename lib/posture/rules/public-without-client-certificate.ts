import { isProtected, isPublic, publicOf } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const publicWithoutClientCertificate: Rule = {
  id: 'QDR003',
  severity: FindingSeverity.WARNING,
  title: 'A port is open to any address, or to sources that are not known, and nothing verifies client certificates',
  reason: 'A leaked key is then all that an attacker needs.',
  fix: 'allow named sources, or declare the sources of the load balancer, Gateway or Ingress; acknowledge it for a public service.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ listeners }) =>
    listeners
      .filter((listener) => isPublic(listener) && isProtected(listener) && !listener.clientVerifiedBy)
      .map((listener) => {
        const unknown = [...(listener.tls ? [] : ['TLS']), ...(listener.apiKey ? [] : ['an API key'])].join(' and ');
        return `the ${listener} is open to ${publicOf(listener)}${unknown && `, whether with ${unknown} is not known`}`;
      }),
};
