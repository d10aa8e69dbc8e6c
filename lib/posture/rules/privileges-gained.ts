import { FindingSeverity, Rule } from './rule';

export const privilegesGained: Rule = {
  id: 'QDR072',
  severity: FindingSeverity.WARNING,
  title: 'A process of the server may gain privileges',
  reason: 'A program with setuid in the image is then a way to root.',
  fix: 'set allowPrivilegeEscalation to false.',
  source: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
  check: ({ setup }) => (setup?.mayGainPrivileges === true ? ['a process of the server may gain privileges'] : []),
};
