import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { Alert } from '../../monitoring/alert';
import { alertGroupsOf } from '../../monitoring/catalog';
import { dashboardOf } from '../../monitoring/dashboard';
import { resolveThresholds } from '../../monitoring/thresholds';
import { WatchedCluster } from '../../monitoring/watched-cluster';
import { digestOf } from '../../terraform/digest';
import { literalJson, literally } from '../../terraform/literal-text';
import { severityLabelsOf } from './alert-label-checks';
import { MonitoredSeries, SeriesOwner } from './monitored-series';
import { checkMetricsPrefix, checkMonitoring, requireIssuedCertificates } from './monitoring-checks';
import { MonitoringProps } from './monitoring-props';

/** @internal */
export interface MonitorableCluster extends SeriesOwner {
  readonly labels: { [name: string]: string };
  /** Until then, nodes are missing that are about to be there. */
  readonly rollout?: ITerraformDependable;
}

const RUNBOOK = 'https://github.com/cdktf-qdrant/cdktf-qdrant/blob/main/docs/guides/monitoring.md';

/** What Grafana's sidecar looks for unless it is told otherwise. */
const SIDECAR_LABELS = { grafana_dashboard: '1' };

/**
 * A PrometheusRule with alerts of a cluster, and a dashboard for Grafana.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule
 */
export class QdrantMonitoring extends Construct {
  private readonly props: MonitoringProps;
  private readonly cluster: MonitorableCluster;
  private readonly watched: WatchedCluster;

  /** @internal */
  public static _create(scope: Construct, id: string, props: MonitoringProps, cluster: MonitorableCluster): QdrantMonitoring {
    return new QdrantMonitoring(scope, id, props, cluster);
  }

  private constructor(scope: Construct, id: string, props: MonitoringProps, cluster: MonitorableCluster) {
    super(scope, id);
    checkMonitoring(this, props);
    checkMetricsPrefix(this, cluster.metricsPrefix);
    if (cluster.certificateNames === undefined) requireIssuedCertificates(this, props);
    this.props = props;
    this.cluster = cluster;
    this.watched = new MonitoredSeries(cluster, props).watched(resolveThresholds(this, props.thresholds));
    this.addAlerts();
    if (props.dashboard !== false) this.addDashboard();
  }

  private addAlerts(): void {
    const { namespace = this.cluster.namespace, labels } = this.props;
    const spec = {
      groups: alertGroupsOf(this.watched).map(({ name, alerts }) => ({
        name: `${this.cluster.clusterName}-${name}`,
        rules: alerts.map((alert) => this.ruleOf(alert)),
      })),
    };
    new Manifest(this, 'PrometheusRule', {
      dependsOn: this.cluster.rollout ? [this.cluster.rollout] : undefined,
      manifest: {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'PrometheusRule',
        metadata: {
          name: this.nameIn(namespace, 'alerts'),
          namespace,
          labels: { ...this.cluster.labels, ...literally(labels) },
        },
        spec: literally(spec),
      },
    });
  }

  private ruleOf({ name, severity, expression, forMinutes, summary, labels }: Alert): object {
    const { alertLabels, metricLabels, runbookUrl = RUNBOOK } = this.props;
    const { clusterName, namespace } = this.cluster;
    const ofCluster = { namespace, qdrant_cluster: clusterName, ...metricLabels };
    return {
      alert: name,
      expr: expression,
      for: `${forMinutes}m`,
      // What an aggregated value is of, its own labels do not say.
      labels: { ...ofCluster, ...labels, ...alertLabels, ...severityLabelsOf(this.props, severity) },
      annotations: {
        summary: `Qdrant ${clusterName}: ${summary}`,
        runbook_url: `${runbookUrl}#${name.toLowerCase()}`,
      },
    };
  }

  private addDashboard(): void {
    const { namespace: ofCluster, clusterName, labels } = this.cluster;
    const { dashboardNamespace: namespace = ofCluster, dashboardLabels = SIDECAR_LABELS, dashboardAnnotations } = this.props;
    const identity = [ofCluster, clusterName, this.props.metricLabels ?? {}];
    const dashboard = dashboardOf(this.watched, {
      title: `Qdrant ${clusterName} in ${ofCluster}`,
      uid: `qdrant-${digestOf(this, 'DashboardIdentity', identity)}`,
    });
    new ConfigMapV1(this, 'ConfigMap', {
      metadata: {
        name: this.nameIn(namespace, 'dashboard'),
        namespace,
        labels: { ...labels, ...literally(dashboardLabels) },
        annotations: literally(dashboardAnnotations),
      },
      // The sidecar writes all files to one folder.
      data: { [`qdrant-${ofCluster}.${clusterName}.json`]: literalJson(JSON.stringify(dashboard)) },
    });
  }

  /** In a namespace of others there may be a cluster of this name too. A namespace has no dot. */
  private nameIn(namespace: string, what: string): string {
    const { clusterName, namespace: ofCluster } = this.cluster;
    return namespace === ofCluster ? `${clusterName}-${what}` : `${ofCluster}.${clusterName}-${what}`;
  }
}
