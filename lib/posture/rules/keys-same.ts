import { FindingSeverity, Rule } from './rule';

export const keysSame: Rule = {
  id: 'QDR034',
  severity: FindingSeverity.ERROR,
  title: 'The read-only key is the admin key',
  reason: 'Everyone who was given it to read may write and delete.',
  fix: 'give the read-only key a value of its own.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ setup }) => (setup?.readOnlyKeyIsAdminKey === true ? ['the read-only API key is the admin API key'] : []),
};
