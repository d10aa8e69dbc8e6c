import { FindingSeverity, Rule } from './rule';

export const rootFileSystemWritable: Rule = {
  id: 'QDR074',
  severity: FindingSeverity.WARNING,
  title: 'The file system of the container can be written',
  reason: 'An attacker leaves a program there, or changes the one that runs.',
  fix: 'set readOnlyRootFilesystem to true, and mount storage, snapshots and /tmp.',
  source: 'https://kubernetes.io/docs/tasks/configure-pod-container/security-context/',
  check: ({ setup }) => (setup?.hasWritableRoot === true ? ['the file system of the container can be written'] : []),
};
