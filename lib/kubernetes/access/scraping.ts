import { Construct } from 'constructs';
import { badInput, isUnknown } from '../../input/input';
import { QdrantServiceMonitor } from './service-monitor';

/** Rates are of five minutes, within which Prometheus needs two scrapes, and what it was not told for five minutes it takes for gone. */
const MAX_INTERVAL_SECONDS = 120;

/** Fails the synthesis where no monitor of the cluster scrapes it, or none often enough: alerts would never end, or never fire. */
export function requireScraping(monitoring: Construct, cluster: Construct): void {
  monitoring.node.addValidation({ validate: () => whatLacks(monitoring, cluster) });
}

function whatLacks(monitoring: Construct, cluster: Construct): string[] {
  const monitors = cluster.node.children.filter((child) => child instanceof QdrantServiceMonitor);
  if (monitors.length === 0) {
    const { message } = badInput(monitoring, {
      given: 'addMonitoring of a cluster that has nothing that scrapes it',
      allowed: 'a cluster with a ServiceMonitor, or one that a job of yours scrapes',
      instead: `cluster.addServiceMonitor('Monitor', { scrapedBy: Peer.namespace('monitoring') }), or job: 'NAME'`,
    });
    return [message];
  }
  const isOften = ({ _intervalSeconds: seconds }: QdrantServiceMonitor) =>
    isUnknown(seconds) || seconds <= MAX_INTERVAL_SECONDS;
  if (monitors.some(isOften)) return [];
  const { message } = badInput(monitors[0], {
    given: `intervalSeconds is ${monitors[0]._intervalSeconds}, of a cluster with addMonitoring`,
    allowed: `up to ${MAX_INTERVAL_SECONDS} seconds: its alerts look at what was scraped within five minutes`,
    instead: `intervalSeconds: ${MAX_INTERVAL_SECONDS}`,
  });
  return [message];
}
