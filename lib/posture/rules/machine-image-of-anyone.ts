import { FindingSeverity, Rule } from './rule';

export const machineImageOfAnyone: Rule = {
  id: 'QDR062',
  severity: FindingSeverity.ERROR,
  title: 'The machine image is the most recent of a name, whoever published it',
  reason: 'Anybody may publish an image with that name, and the next plan takes theirs.',
  fix: 'set owners, for example to amazon.',
  source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-allowed.html',
  check: ({ setup }) => (setup?.imagesOfAnyOwner ?? []).map((one) => `any account may publish the image that ${one} chooses`),
};
