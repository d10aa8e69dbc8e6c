import { ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { badInput } from '../../input/input';
import { MonitoringProps } from '../access/monitoring-props';
import { QdrantMonitoring } from '../access/monitoring';
import { requireScraping } from '../access/scraping';
import { gibOf } from '../pod/quantity';
import { ResourcesProps } from '../pod/resources';
import { ClientCertificate } from '../tls/client-certificate';
import { ClusterTls } from '../tls/tls';
import { KubernetesClusterDescription } from './cluster-description';

// Monitors and certificates that users name have their ids in the same place.
const ID = 'AlertsAndDashboard';

/** What a cluster has that is to be watched. */
export interface WatchableCluster extends KubernetesClusterDescription {
  readonly resources: ResourcesProps;
  readonly tls: ClusterTls;
  /** Undefined where the rollout is not waited for. */
  readonly rollout?: ITerraformDependable;
}

/** Has a cluster watched by a Prometheus. */
export function addMonitoring(cluster: Construct, props: MonitoringProps, given: WatchableCluster): QdrantMonitoring {
  if (cluster.node.tryFindChild(ID) !== undefined) {
    throw badInput(cluster, {
      given: 'addMonitoring a second time',
      allowed: 'one monitoring of a cluster',
      instead: 'all options in one call',
    });
  }
  const memoryGib = gibOf(given.resources.memory);
  const monitoring = QdrantMonitoring._create(cluster, ID, props, {
    ...given,
    metricsPrefix: given.settings.value('service.metrics_prefix'),
    peerServiceName: given.names.peerService,
    memoryBytes: memoryGib === undefined ? undefined : memoryGib * 2 ** 30,
    certificateNames: given.tls.issuer === undefined ? undefined : certificateNames(cluster, given.clusterName),
  });
  if (props.job === undefined) requireScraping(monitoring, cluster);
  return monitoring;
}

/** Those of clients may be issued later in the code. Any that begins as theirs may be another cluster's. */
function certificateNames(cluster: Construct, clusterName: string): string {
  const ofClients = () =>
    cluster.node.children.flatMap((child) => (child instanceof ClientCertificate ? [child.secretName] : []));
  return Lazy.stringValue({ produce: () => [`${clusterName}-tls`, `${clusterName}-ca`, ...ofClients()].join('|') });
}
