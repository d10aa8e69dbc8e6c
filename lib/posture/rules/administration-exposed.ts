import { FindingSeverity, Rule } from './rule';

export const administrationExposed: Rule = {
  id: 'QDR008',
  severity: FindingSeverity.ERROR,
  title: 'Any address reaches a port by which the machine of a node is administered: SSH, RDP or Docker',
  reason: 'Whoever gets in there has the data, the keys and the certificates of the node, whatever Qdrant asks for.',
  fix: 'close the port, and use Session Manager; or name the sources.',
  source: 'https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-13',
  check: ({ setup }) => (setup?.openAdministration ?? []).map((one) => `any address reaches ${one}`),
};
