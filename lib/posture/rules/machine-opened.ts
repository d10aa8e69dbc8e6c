import { FindingSeverity, Rule } from './rule';

export const machineOpened: Rule = {
  id: 'QDR071',
  severity: FindingSeverity.ERROR,
  title: 'The container of the server may change its machine',
  reason: 'A flaw in the server then gives an attacker the machine, and all that runs on it.',
  fix: 'take away privileged, hostPID, hostIPC, added capabilities and folders of the machine.',
  source: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
  check: ({ setup }) => (setup?.powers ?? []).map((one) => `the server is given ${one}`),
};
