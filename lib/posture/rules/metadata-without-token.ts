import { FindingSeverity, Rule } from './rule';

export const metadataWithoutToken: Rule = {
  id: 'QDR038',
  severity: FindingSeverity.WARNING,
  title: 'A machine gives away the credentials of its role to a plain request (IMDSv1)',
  reason: 'A server that is made to fetch from a URL, as by the recovery of snapshots, then hands out the rights of the node.',
  fix: 'set httpTokens to required in metadataOptions.',
  source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html',
  check: ({ setup }) =>
    (setup?.metadataWithoutToken ?? []).map((one) => `nothing has ${one} ask for a token before it gives away credentials`),
};
