import { carriesData } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const clientsWithoutKey: Rule = {
  id: 'QDR013',
  severity: FindingSeverity.ERROR,
  title: 'REST or gRPC asks for no API key',
  reason: 'Without a key Qdrant answers everyone.',
  fix: 'give the cluster an API key.',
  source: 'https://qdrant.tech/documentation/security/',
  check: ({ listeners }) =>
    listeners
      .filter((listener) => listener.apiKey === false && carriesData(listener))
      .map((listener) => `the ${listener} asks for no API key`),
};
