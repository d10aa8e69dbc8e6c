import { QdrantVersion } from '../../qdrant';
import { equals, Matchers, matches, series } from '../../monitoring/promql';
import { ServerSeries } from '../../monitoring/server-series';
import { AlertThresholds } from '../../monitoring/thresholds';
import { CertificateSeries, FillingSeries, ReadinessSeries, WatchedCluster } from '../../monitoring/watched-cluster';
import { MemoryMeasure, MetricLabelNamesProps, MetricsSource, MonitoringProps } from './monitoring-props';

/** What is known of a cluster that is watched. @internal */
export interface SeriesOwner {
  readonly clusterName: string;
  readonly namespace: string;
  readonly nodeCount: number;
  readonly version: QdrantVersion;
  /** What the names of the server's metrics begin with. */
  readonly metricsPrefix?: string;
  /** The name of the service for peers, by which the Prometheus Operator names the job. */
  readonly peerServiceName: string;
  /** The limit of each node's memory, unless only Terraform knows it. */
  readonly memoryBytes?: number;
  /** The names of the certificates that cert-manager issues, as a regular expression; undefined where it issues none. */
  readonly certificateNames?: string;
}

/** What labels of metrics are called, with every default. */
export function metricLabelNamesOf({ metricLabelNames = {} }: MonitoringProps): Required<MetricLabelNamesProps> {
  const { namespace = 'namespace', pod = 'pod', container = 'container', persistentVolumeClaim } = metricLabelNames;
  return { namespace, pod, container, persistentVolumeClaim: persistentVolumeClaim ?? 'persistentvolumeclaim' };
}

/** By which series a cluster is watched in a Prometheus. */
export class MonitoredSeries {
  private readonly everywhere: Matchers;
  private readonly labels: Required<MetricLabelNamesProps>;

  public constructor(
    private readonly owner: SeriesOwner,
    private readonly props: MonitoringProps,
  ) {
    this.labels = metricLabelNamesOf(props);
    this.everywhere = equals(props.metricLabels ?? {});
  }

  public watched(thresholds: AlertThresholds): WatchedCluster {
    const { clusterName, nodeCount, version, metricsPrefix: prefix, peerServiceName, certificateNames } = this.owner;
    const { job = peerServiceName } = this.props;
    const from = <T>(source: MetricsSource, found: T) => (this.isScraped(source) ? found : undefined);
    return {
      ...{ clusterName, nodeCount, thresholds, nodeLabel: this.labels.pod },
      server: new ServerSeries({ version, prefix, matchers: [...equals({ job }), ...this.ofPods] }),
      readiness: from(MetricsSource.KUBE_STATE_METRICS, this.readiness()),
      memory: from(MetricsSource.CADVISOR, this.memory()),
      volumes: from(MetricsSource.KUBELET, this.volumes()),
      certificates: certificateNames ? from(MetricsSource.CERT_MANAGER, this.certificates(certificateNames)) : undefined,
    };
  }

  private get inNamespace(): Matchers {
    return equals({ [this.labels.namespace]: this.owner.namespace });
  }

  private get ofPods(): Matchers {
    const pods = matches(this.labels.pod, `${this.owner.clusterName}-[0-9]+`);
    return [...this.inNamespace, ...pods, ...this.everywhere];
  }

  private get ofServers(): Matchers {
    return [...this.ofPods, ...equals({ [this.labels.container]: 'qdrant' })];
  }

  private readiness(): ReadinessSeries {
    const ready = series('kube_pod_status_ready', this.ofPods, equals({ condition: 'true' }));
    const restarts = series('kube_pod_container_status_restarts_total', this.ofServers);
    const proof = `${ready} and on (${this.labels.pod}) ${restarts}`;
    return { source: 'kube-state-metrics', watches: 'whether nodes are ready', proof, ready, restarts };
  }

  /** A kubelet may be scraped by two jobs, and a container that starts anew be there twice. */
  private memory(): FillingSeries {
    const { namespace, pod } = this.labels;
    const used = series(this.props.memoryMeasure ?? MemoryMeasure.WORKING_SET, this.ofServers);
    const most = (of: string) => `max by (${namespace}, ${pod}) (${of})`;
    const percent = `${most(used)} / ${this.owner.memoryBytes ?? most(this.memoryLimit)} * 100`;
    return { ...{ source: 'cadvisor', watches: 'memory', label: pod }, proof: percent, percent };
  }

  /** Where only Terraform knows it. Many drop that which cAdvisor tells, as kube-state-metrics tells it too. */
  private get memoryLimit(): string {
    if (this.isScraped(MetricsSource.KUBE_STATE_METRICS)) {
      return series('kube_pod_container_resource_limits', this.ofServers, equals({ resource: 'memory' }));
    }
    return series('container_spec_memory_limit_bytes', this.ofServers);
  }

  /** By what is available: some of a file system is no user's. */
  private volumes(): FillingSeries {
    const { namespace, persistentVolumeClaim: claim } = this.labels;
    const claims = matches(claim, `(storage|snapshots)-${this.owner.clusterName}-[0-9]+`);
    const of = (metric: string) =>
      `max by (${namespace}, ${claim}) (${series(metric, this.inNamespace, claims, this.everywhere)})`;
    const percent = `(1 - ${of('kubelet_volume_stats_available_bytes')} / ${of('kubelet_volume_stats_capacity_bytes')}) * 100`;
    return { ...{ source: 'kubelet', watches: 'the space on volumes', label: claim }, proof: percent, percent };
  }

  /** Those of the nodes, of their CA and of clients. One that was not issued yet ends at 0, and has no end. */
  private certificates(names: string): CertificateSeries {
    const of = (metric: string) => {
      const all = this.certificateNamespaces.map((labels) =>
        series(metric, equals(labels), matches('name', names), this.everywhere),
      );
      return `max by (name) (${all.join(' or ')})`;
    };
    const expiration = `(${of('certmanager_certificate_expiration_timestamp_seconds')} > 0)`;
    const renewal = of('certmanager_certificate_renewal_timestamp_seconds');
    const proof = `${expiration} - ${renewal}`;
    return { ...{ source: 'cert-manager', watches: 'the end of certificates', label: 'name' }, proof, expiration, renewal };
  }

  /** cert-manager itself names the namespace, unless the scrape takes that name for its own, or all were given another name since. */
  private get certificateNamespaces(): Array<{ [label: string]: string }> {
    const { namespace } = this.owner;
    const renamed = { [this.labels.namespace]: namespace, namespace: '', exported_namespace: '' };
    return [
      { exported_namespace: namespace },
      { namespace, exported_namespace: '' },
      ...(this.labels.namespace === 'namespace' ? [] : [renamed]),
    ];
  }

  private isScraped(source: MetricsSource): boolean {
    return (this.props.metricsSources ?? Object.values(MetricsSource)).includes(source);
  }
}
