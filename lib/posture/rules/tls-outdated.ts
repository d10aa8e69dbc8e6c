import { FindingSeverity, Rule } from './rule';

export const tlsOutdated: Rule = {
  id: 'QDR016',
  severity: FindingSeverity.WARNING,
  title: 'A load balancer speaks TLS 1.0 or 1.1',
  reason:
    'Both are broken and withdrawn (RFC 8996): a client that is made to use them gives its key away. AWS takes such a policy where none is given.',
  fix: 'set sslPolicy to one that begins at TLS 1.2, for example ELBSecurityPolicy-TLS13-1-2-2021-06.',
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html',
  check: ({ setup }) => (setup?.outdatedTls ?? []).map((one) => `TLS before 1.2 is spoken at ${one}`),
};
