import { FindingSeverity, Rule } from './rule';

export const serverAsRoot: Rule = {
  id: 'QDR070',
  severity: FindingSeverity.WARNING,
  title: 'The server runs as root',
  reason: 'A flaw in it then gives an attacker the container, and by one in the kernel the machine.',
  fix: 'run an image with -unprivileged, as user 1000, and set runAsNonRoot.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ setup }) => (setup?.runsAsRoot === true ? ['the server runs as root'] : []),
};
