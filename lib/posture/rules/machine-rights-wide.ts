import { FindingSeverity, Rule } from './rule';

export const machineRightsWide: Rule = {
  id: 'QDR035',
  severity: FindingSeverity.WARNING,
  title: 'The role of the machines has rights on everything',
  reason:
    'Whoever takes over one node, or makes it fetch its own credentials, has all that: every secret and bucket of the account.',
  fix: 'name the secrets, buckets and keys that the nodes need.',
  source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege',
  check: ({ setup }) => (setup?.rightsOfMachines ?? []).map((one) => `the nodes have the right to ${one}`),
};
