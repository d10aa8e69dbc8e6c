import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { Construct } from 'constructs';
import { badInput, requireWholeNumber } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { ListenerPurpose } from '../../posture';
import { nameFor } from '../../terraform/identity';
import { CaBundle, placeOfCa } from '../tls/ca-bundle';
import { checkOwnLabels, checkObjectName } from '../names/names';
import { Peer } from './peer';
import { Secret } from '../secrets/secret';
import { OptionNames, requireOptions } from '../../input/options';

/** Properties of a ServiceMonitor. */
export interface ServiceMonitorProps {
  /** The pods of Prometheus. They are allowed to connect to the port that is scraped. */
  readonly scrapedBy: Peer;

  /**
   * The labels of the ServiceMonitor that Prometheus selects, for example `{ release: 'prometheus' }`.
   *
   * @default - none
   */
  readonly labels?: { [name: string]: string };

  /**
   * The scrape interval in seconds: up to 120 with `addMonitoring`.
   *
   * @default 30
   */
  readonly intervalSeconds?: number;

  /**
   * The name of the Secret with the client certificate (`tls.crt`, `tls.key`) of Prometheus, in the cluster's namespace.
   * Required if the cluster requires client certificates.
   *
   * @default - none
   */
  readonly clientCertificateSecretName?: string;
}

const SERVICE_MONITOR_OPTIONS: OptionNames<ServiceMonitorProps> = {
  scrapedBy: true,
  labels: true,
  intervalSeconds: true,
  clientCertificateSecretName: 'reference',
};

/** @internal */
export interface MonitoredCluster {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly podLabels: { [name: string]: string };
  /** A name that the certificate of every pod carries. */
  readonly serverName: string;
  readonly tlsSecretName: string;
  readonly clientCa?: CaBundle;
  readonly readOnlyKey?: Secret;
  readonly clientVerification: boolean;
  readonly metricsPort?: number;
}

/**
 * A ServiceMonitor that scrapes every pod over verified TLS: the metrics port if the cluster has one, otherwise `/metrics` on
 * the REST port with the read-only key.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor
 */
export class QdrantServiceMonitor extends Construct {
  /** @internal */
  public readonly _intervalSeconds: number;

  /** @internal */
  public static _create(
    scope: Construct,
    id: string,
    props: ServiceMonitorProps,
    cluster: MonitoredCluster,
  ): QdrantServiceMonitor {
    return new QdrantServiceMonitor(scope, id, props, cluster);
  }

  private constructor(scope: Construct, id: string, props: ServiceMonitorProps, cluster: MonitoredCluster) {
    super(scope, id);
    requireOptions(this, undefined, props, SERVICE_MONITOR_OPTIONS);
    const { intervalSeconds = 30, labels = {}, clientCertificateSecretName } = props;
    requireInstance(this, 'scrapedBy', props.scrapedBy, Peer, "Peer.namespace('monitoring')");
    requireWholeNumber(this, 'intervalSeconds', intervalSeconds, { min: 5, max: 3600, unit: 'seconds' });
    this._intervalSeconds = intervalSeconds;
    checkOwnLabels(this, 'labels', props.labels);
    if (clientCertificateSecretName === undefined && cluster.clientVerification) this.refuseWithoutCertificate();
    if (clientCertificateSecretName !== undefined) {
      checkObjectName(this, 'clientCertificateSecretName', clientCertificateSecretName, 'prometheus-client');
    }

    const { clusterName, namespace, podLabels } = cluster;
    const endpoint = cluster.metricsPort === undefined ? this.restEndpoint(cluster) : { port: ListenerPurpose.METRICS };
    new Manifest(this, 'ServiceMonitor', {
      manifest: {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'ServiceMonitor',
        metadata: { name: `${clusterName}-${nameFor(this, id)}`, namespace, labels: { ...cluster.labels, ...labels } },
        spec: {
          selector: { matchLabels: { ...podLabels, 'app.kubernetes.io/component': 'peers' } },
          namespaceSelector: { matchNames: [namespace] },
          endpoints: [
            {
              ...endpoint,
              path: '/metrics',
              scheme: 'https',
              interval: `${intervalSeconds}s`,
              tlsConfig: {
                serverName: cluster.serverName,
                ca: this.authority(cluster),
                ...(clientCertificateSecretName !== undefined && {
                  cert: { secret: { name: clientCertificateSecretName, key: 'tls.crt' } },
                  keySecret: { name: clientCertificateSecretName, key: 'tls.key' },
                }),
              },
            },
          ],
        },
      },
    });
  }

  private restEndpoint({ readOnlyKey }: MonitoredCluster) {
    if (readOnlyKey) {
      const { name, key } = readOnlyKey;
      return { port: 'rest', authorization: { type: 'Bearer', credentials: { name, key } } };
    }
    throw badInput(this, {
      given: 'a ServiceMonitor of a cluster with neither a read-only key nor a metrics port',
      allowed: 'a cluster with one of them: the admin key is not for monitoring',
      instead: 'ApiKeys.generated({ readOnly: true }), or readOnly in fromSecrets, or metricsPort: 9153',
    });
  }

  private refuseWithoutCertificate(): never {
    throw badInput(this, {
      given: 'a ServiceMonitor without a client certificate, of a cluster that asks for one on every port',
      allowed: 'the Secret of a certificate that the cluster accepts',
      instead: `clientCertificateSecretName: cluster.issueClientCertificate('Prometheus').secretName`,
    });
  }

  private authority(cluster: MonitoredCluster) {
    const { kind, name, key } = placeOfCa(cluster);
    return { [kind]: { name, key } };
  }
}
