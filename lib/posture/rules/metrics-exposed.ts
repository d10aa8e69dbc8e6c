import { ListenerPurpose } from '../listener';
import { clientsOf, namesOfClients } from './helpers';
import { FindingSeverity, Rule } from './rule';

export const metricsExposed: Rule = {
  id: 'QDR004',
  severity: FindingSeverity.WARNING,
  title: 'Others than the nodes can reach the metrics port',
  reason: 'The metrics port asks for no key: anyone who can reach it can read collection names and sizes.',
  fix: 'scrape /metrics on REST with the read-only key, or keep the sources to the monitoring system.',
  source: 'https://qdrant.tech/documentation/ops-monitoring/monitoring/',
  check: ({ listeners }) =>
    listeners
      .filter(({ purpose }) => purpose === ListenerPurpose.METRICS)
      .filter((listener) => clientsOf(listener).length > 0)
      .map((listener) => `the ${listener} is reachable without a key from ${namesOfClients(listener)}`),
};
