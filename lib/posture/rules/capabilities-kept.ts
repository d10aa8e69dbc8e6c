import { FindingSeverity, Rule } from './rule';

export const capabilitiesKept: Rule = {
  id: 'QDR073',
  severity: FindingSeverity.WARNING,
  title: 'The server keeps capabilities that it does not use',
  reason: 'With those that a runtime gives by default an attacker forges packets and takes files of others.',
  fix: 'drop ALL capabilities.',
  source: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
  check: ({ setup }) => (setup?.keepsCapabilities === true ? ['the server keeps the default capabilities'] : []),
};
