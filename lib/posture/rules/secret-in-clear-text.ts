import { FindingSeverity, Rule } from './rule';

export const secretInClearText: Rule = {
  id: 'QDR032',
  severity: FindingSeverity.ERROR,
  title:
    'A secret of the cluster is written where it can be read: in a plan, a state, a manifest, a template of pods or user data',
  reason: 'Everyone who reads the file, the state or the description of the machine has it, and so has every copy of them.',
  fix: 'keep it in a secret store, and give it by a write-only argument or a reference.',
  source: 'https://developer.hashicorp.com/terraform/language/manage-sensitive-data',
  check: ({ secrets }) =>
    secrets
      .filter(({ isInClearText }) => isInClearText === true)
      .map(({ purpose, keptIn }) => `the ${purpose} is written in clear text (${keptIn})`),
};
