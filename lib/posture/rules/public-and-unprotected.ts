import { isProtected, isPublic, publicOf } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const publicAndUnprotected: Rule = {
  id: 'QDR002',
  severity: FindingSeverity.ERROR,
  title: 'A port is open to any address, or to sources that are not known, without TLS or without an API key',
  reason: 'Anyone on the internet could read the data or the key.',
  fix: 'keep TLS and the API key on, or allow named sources only; acknowledge it where Terraform alone knows them.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ listeners }) =>
    listeners
      .filter((listener) => isPublic(listener) && !isProtected(listener))
      .map((listener) => {
        const lacks = listener.tls === false ? 'TLS' : 'an API key';
        return `the ${listener} is open to ${publicOf(listener)} without ${lacks}`;
      }),
};
