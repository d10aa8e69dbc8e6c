import { Listener, ListenerPurpose } from '../listener';
import { PostureFacts } from '../facts';
import { FindingSeverity, Rule } from './rule';

const toClients = (listener: Listener) => listener.sources.filter((source) => !source.nodes);
const isPublic = (listener: Listener) => listener.sources.some((source) => source.anyAddress || source.unknown);
const isGuarded = ({ tls, apiKey }: Listener) => tls !== false && apiKey !== false;
const publicly = (listener: Listener) => {
  const known = listener.sources.some((source) => source.anyAddress);
  return known ? 'any address' : listener.sources.flatMap(({ name, unknown }) => (unknown ? [name] : [])).join(', ');
};
const names = (listener: Listener) =>
  toClients(listener)
    .map((source) => source.name)
    .join(', ');

/** Who may reach which port. */
export const exposureRules: Rule[] = [
  {
    id: 'QDR001',
    severity: FindingSeverity.ERROR,
    reason: 'It is for the nodes only: it bypasses the guard and, before 1.18 on 6335, asks for no key.',
    fix: 'allow clients to REST (6333) or gRPC (6334) only.',
    check: (facts: PostureFacts) =>
      facts.listeners
        .filter(
          (listener) => !listener.isForClients && listener.purpose !== ListenerPurpose.HEALTH && toClients(listener).length > 0,
        )
        .map((listener) => `the ${listener} is reachable from ${names(listener)}, not from the nodes alone`),
  },
  {
    id: 'QDR002',
    severity: FindingSeverity.ERROR,
    reason: 'Anyone on the internet could read the data or the key.',
    fix: 'keep TLS and the API key on, or allow named sources only; acknowledge it where Terraform alone knows them.',
    check: (facts: PostureFacts) =>
      facts.listeners
        .filter((listener) => isPublic(listener) && !isGuarded(listener))
        .map((listener) => {
          const lacks = listener.tls === false ? 'TLS' : 'an API key';
          return `the ${listener} is open to ${publicly(listener)} without ${lacks}`;
        }),
  },
  {
    id: 'QDR003',
    severity: FindingSeverity.WARNING,
    reason: 'A leaked key is then all that an attacker needs.',
    fix: 'allow named sources, or declare the sources of the load balancer, Gateway or Ingress; acknowledge it for a public service.',
    check: (facts: PostureFacts) =>
      facts.listeners
        .filter((listener) => isPublic(listener) && isGuarded(listener) && !listener.clientVerifiedBy)
        .map((listener) => {
          const unknown = [...(listener.tls ? [] : ['TLS']), ...(listener.apiKey ? [] : ['an API key'])].join(' and ');
          return `the ${listener} is open to ${publicly(listener)}${unknown && `, whether with ${unknown} is not known`}`;
        }),
  },
  {
    id: 'QDR004',
    severity: FindingSeverity.WARNING,
    reason: 'The metrics port asks for no key: anyone who can reach it can read collection names and sizes.',
    fix: 'scrape /metrics on REST with the read-only key, or keep the sources to the monitoring system.',
    check: (facts: PostureFacts) =>
      facts.listeners
        .filter(({ purpose }) => purpose === ListenerPurpose.METRICS)
        .filter((listener) => toClients(listener).length > 0)
        .map((listener) => `the ${listener} is reachable without a key from ${names(listener)}`),
  },
];
