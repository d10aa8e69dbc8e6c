import { FindingSeverity, Rule } from './rule';

export const keyShort: Rule = {
  id: 'QDR033',
  severity: FindingSeverity.WARNING,
  title: 'A key has fewer than 32 bytes',
  reason: 'It can be guessed, all the more as tokens are signed with it: whoever has a token tries keys on their own machine.',
  fix: 'make one of 32 random bytes or more, as openssl rand -hex 32 does.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ setup }) => (setup?.shortKeys ?? []).map((one) => `the ${one} has fewer than 32 bytes`),
};
