import { FindingSeverity, Rule } from './rule';

export const networkOfMachine: Rule = {
  id: 'QDR009',
  severity: FindingSeverity.WARNING,
  title: 'The pods use the network of their machines',
  reason:
    'No NetworkPolicy holds for them: every port of the server is one of the machine, and what runs beside it is reached by its local address.',
  fix: 'leave hostNetwork out.',
  source: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
  check: ({ setup }) =>
    setup?.usesNetworkOfMachine === true ? ['the pods use the network of their machines (hostNetwork)'] : [],
};
