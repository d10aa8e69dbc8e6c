import { kubernetes } from '../../../lib';
import { KubernetesObject, objectOf } from './objects';
import { KubernetesStack, synthCluster } from './synth';

/** An alert as Prometheus is told of it. */
export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { [name: string]: string };
  readonly annotations: { [name: string]: string };
}

export function synthMonitored(
  props: kubernetes.MonitoringProps = {},
  ofCluster: Partial<kubernetes.QdrantClusterProps> = {},
): KubernetesStack {
  return synthCluster(ofCluster, (cluster) => monitor(cluster, props));
}

/** Has a cluster scraped and watched. */
export function monitor(cluster: kubernetes.QdrantCluster, props: kubernetes.MonitoringProps = {}): void {
  cluster.addServiceMonitor('Monitor', { scrapedBy: kubernetes.Peer.namespace('monitoring') });
  cluster.addMonitoring(props);
}

export function groupsOf({ objects }: KubernetesStack): Array<{ name: string; rules: Rule[] }> {
  return objectOf(objects, 'PrometheusRule').spec.groups;
}

export function rulesOf(stack: KubernetesStack): Rule[] {
  return groupsOf(stack).flatMap(({ rules }) => rules);
}

export function dashboardMapOf({ objects }: KubernetesStack): KubernetesObject {
  return objectOf(objects, 'ConfigMap', /-dashboard$/);
}

export function dashboardOf(stack: KubernetesStack): any {
  const [json] = Object.values<string>(dashboardMapOf(stack).data);
  return JSON.parse(json);
}

/** What a dashboard asks Prometheus for. */
export function drawn(dashboard: any): string[] {
  return dashboard.panels.flatMap((panel: any) => panel.targets.map(({ expr }: any) => expr));
}

/** The first rule of a name, and of a severity. */
export function ruleOf(rules: Rule[], name: string, severity?: string): Rule {
  return rules.find(({ alert, labels }) => alert === name && (severity ?? labels.severity) === labels.severity)!;
}

/** What others than the server expose, as their sources name it. */
export const ELSEWHERE = [
  ...['up', 'kube_pod_status_ready', 'kube_pod_container_status_restarts_total', 'container_memory_working_set_bytes'],
  ...['kubelet_volume_stats_available_bytes', 'kubelet_volume_stats_capacity_bytes'],
  ...['certmanager_certificate_expiration_timestamp_seconds', 'certmanager_certificate_renewal_timestamp_seconds'],
];

/** The names of the metrics that expressions ask for. */
export function metricsIn(expressions: string[]): string[] {
  const names = expressions.flatMap((expression) => [...expression.matchAll(/(\w+)\{/g)].map(([, name]) => name));
  return [...new Set(names)].sort();
}
