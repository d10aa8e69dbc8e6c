import { AlertThresholdsProps } from '../../monitoring';
import { OptionNames } from '../../input/options';

/** What has to expose metrics, beside the nodes themselves, for all of a cluster to be watched. */
export enum MetricsSource {
  /** kube-state-metrics: whether pods are ready, and how often servers have ended. */
  KUBE_STATE_METRICS = 'kube-state-metrics',
  /** cAdvisor, which is part of the kubelet: the memory of containers. */
  CADVISOR = 'cadvisor',
  /** The kubelet: the space on volumes. */
  KUBELET = 'kubelet',
  /** cert-manager: when certificates end. */
  CERT_MANAGER = 'cert-manager',
}

/** Which memory of a node counts as in use. */
export enum MemoryMeasure {
  /** `container_memory_working_set_bytes`: with the pages of mapped files that are in use. */
  WORKING_SET = 'container_memory_working_set_bytes',
  /** `container_memory_rss`: without any page of a file. For collections that are larger than the memory by design. */
  RSS = 'container_memory_rss',
}

/** The labels of an alert that say how soon somebody has to look, by which Alertmanager routes it. */
export interface SeverityLabelsProps {
  /**
   * The labels of warnings.
   *
   * @default - { severity: 'warning' }
   */
  readonly warning?: { [name: string]: string };

  /**
   * The labels of critical alerts.
   *
   * @default - { severity: 'critical' }
   */
  readonly critical?: { [name: string]: string };
}

/** @internal */
export const SEVERITY_LABELS_OPTIONS: OptionNames<SeverityLabelsProps> = { warning: true, critical: true };

/** What the labels of metrics are called in your Prometheus. */
export interface MetricLabelNamesProps {
  /**
   * The label that names the namespace.
   *
   * @default namespace
   */
  readonly namespace?: string;

  /**
   * The label that names the pod.
   *
   * @default pod
   */
  readonly pod?: string;

  /**
   * The label that names the container.
   *
   * @default container
   */
  readonly container?: string;

  /**
   * The label that names the volume claim.
   *
   * @default persistentvolumeclaim
   */
  readonly persistentVolumeClaim?: string;
}

/** @internal */
export const METRIC_LABEL_NAMES_OPTIONS: OptionNames<MetricLabelNamesProps> = {
  namespace: true,
  pod: true,
  container: true,
  persistentVolumeClaim: true,
};

/** Properties of the monitoring of a cluster. */
export interface MonitoringProps {
  /**
   * The labels of the PrometheusRule that Prometheus selects, for example `{ release: 'prometheus' }`.
   *
   * @default - none
   */
  readonly labels?: { [name: string]: string };

  /**
   * The namespace of the PrometheusRule, which must exist.
   *
   * @default - the cluster's
   */
  readonly namespace?: string;

  /**
   * Additional labels of each alert, for example `{ team: 'search' }`. None that alerts or series have already.
   *
   * @default - none
   */
  readonly alertLabels?: { [name: string]: string };

  /**
   * The labels that say how soon somebody has to look: other ones for warnings than for critical alerts.
   *
   * @default - the label `severity`, which is `warning` or `critical`
   */
  readonly severityLabels?: SeverityLabelsProps;

  /**
   * From which values on alerts fire.
   *
   * @default - the defaults of each
   */
  readonly thresholds?: AlertThresholdsProps;

  /**
   * Which of these Prometheus scrapes. What another one would tell is not watched. For one that is named here and exposes
   * nothing of this cluster, or lacks a metric that alerts ask for, an alert fires after an hour.
   *
   * @default - all; cert-manager only where it issues the certificates of the cluster
   */
  readonly metricsSources?: MetricsSource[];

  /**
   * Which memory of a node counts as in use.
   *
   * @default MemoryMeasure.WORKING_SET
   */
  readonly memoryMeasure?: MemoryMeasure;

  /**
   * The job that Prometheus scrapes the nodes in. Other pods may be part of it; each series needs a label that names its pod.
   *
   * @default - the one that `addServiceMonitor` makes: the name of the service for peers
   */
  readonly job?: string;

  /**
   * Labels that all series of this Kubernetes cluster have where the rules are evaluated, for example
   * `{ cluster: 'production' }`. Required if series of several Kubernetes clusters come together there.
   *
   * @default - none
   */
  readonly metricLabels?: { [name: string]: string };

  /**
   * What the labels of metrics are called.
   *
   * @default - as the Prometheus Operator calls them
   */
  readonly metricLabelNames?: MetricLabelNamesProps;

  /**
   * The page that says what to do about each alert, to which `#` and the name of the alert in lower case are appended.
   *
   * @default - the guide of this library
   */
  readonly runbookUrl?: string;

  /**
   * Whether to make a dashboard: a ConfigMap that Grafana's sidecar loads.
   *
   * @default true
   */
  readonly dashboard?: boolean;

  /**
   * The namespace of the dashboard, which must exist.
   *
   * @default - the cluster's
   */
  readonly dashboardNamespace?: string;

  /**
   * The labels by which Grafana's sidecar finds the dashboard.
   *
   * @default - { grafana_dashboard: '1' }
   */
  readonly dashboardLabels?: { [name: string]: string };

  /**
   * Annotations of the dashboard, for example `{ grafana_folder: 'Qdrant' }`.
   *
   * @default - none
   */
  readonly dashboardAnnotations?: { [name: string]: string };
}

/** @internal */
export const MONITORING_OPTIONS: OptionNames<MonitoringProps> = {
  labels: true,
  namespace: 'reference',
  alertLabels: true,
  severityLabels: true,
  thresholds: true,
  metricsSources: true,
  memoryMeasure: true,
  job: true,
  metricLabels: true,
  metricLabelNames: true,
  runbookUrl: true,
  dashboard: true,
  dashboardNamespace: 'reference',
  dashboardLabels: true,
  dashboardAnnotations: true,
};
