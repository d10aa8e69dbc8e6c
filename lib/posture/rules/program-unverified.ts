import { FindingSeverity, Rule } from './rule';

export const programUnverified: Rule = {
  id: 'QDR063',
  severity: FindingSeverity.WARNING,
  title: 'A node runs a program that it fetches, and nothing compares it with what it should be',
  reason: 'Whoever changes the file where it is fetched from, or on the way, runs what they like on the node.',
  fix: 'compare its digest (sha256sum --check), or run the image by its digest.',
  source: 'https://slsa.dev/spec/v1.0/verifying-artifacts',
  check: ({ setup }) => (setup?.unverifiedPrograms ?? []).map((one) => `nothing verifies ${one}`),
};
