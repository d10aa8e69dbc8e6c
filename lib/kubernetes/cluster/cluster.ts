import { ITerraformDependable, TerraformOutput, TerraformResource } from 'cdktf';
import { Construct } from 'constructs';
import { badInput } from '../../input/input';
import { Posture, SecretPurpose } from '../../posture';
import { clientListenersOf, endpointOf, postureOf } from '../../cluster/cluster-base';
import { ClientEndpoint, NodeCertificate, QdrantPorts } from '../../qdrant';
import { checkNodeIndex } from '../../qdrant/cluster-checks';
import { refuseSharedNames } from '../../cluster/one-of-a-name';
import { refuseSharedObjects } from '../names/one-of-an-object';
import { FoundingTime } from '../../terraform/founding-time';
import { literally } from '../../terraform/literal-text';
import { useProvider } from '../../terraform/use-provider';
import { ApiKeys, ClusterKeys } from '../secrets/api-keys';
import { BaseNetworkPolicy } from '../access/base-network-policy';
import { CaBundle, commandToRead, placeOfCa } from '../tls/ca-bundle';
import { ClientCertificate, ClientCertificateProps } from '../tls/client-certificate';
import { ClientGrants } from '../grants/client-grants';
import { checkCluster } from './cluster-checks';
import { IQdrantCluster, QdrantClusterAttributes } from './cluster-interface';
import { QdrantClusterBase } from './cluster-base';
import { describeKubernetesCluster, KubernetesClusterDescription } from './cluster-description';
import { ClusterConfigMap } from './cluster-config-map';
import { AT_PODS, describeSecrets, watchPods } from './cluster-posture';
import { QdrantClusterProps } from './cluster-props';
import { Connections } from '../access/connections';
import { GatewayRouteProps, QdrantGatewayRoute } from '../access/gateway-route';
import { ExistingNodes } from './existing-nodes';
import { ImportedCluster } from './imported-cluster';
import { IngressProps, QdrantIngress } from '../access/ingress';
import { QdrantMonitoring } from '../access/monitoring';
import { MonitoringProps } from '../access/monitoring-props';
import { NodeSet } from '../pod/node-set';
import { PodPrograms } from '../pod/pod-programs';
import { bundleFile } from '../pod/pod-template';
import { VerifyAfterApplyProps } from '../pod/verification-options';
import { RemovalProtection } from './removal-protection';
import { QdrantServiceMonitor, ServiceMonitorProps } from '../access/service-monitor';
import { ClusterTls, Tls } from '../tls/tls';
import { addMonitoring } from './cluster-monitoring';
import { addVerification } from './cluster-verification';

/**
 * A secured Qdrant cluster on Kubernetes.
 *
 * By default it has three nodes, generated API keys, and TLS on every port with a certificate of its own CA (managed by
 * cert-manager). Nobody can reach it until you allow it through `connections`. Its pods meet the Pod Security Standard
 * `restricted`.
 */
export class QdrantCluster extends QdrantClusterBase {
  /** Imports an existing cluster. */
  public static fromClusterAttributes(scope: Construct, id: string, attributes: QdrantClusterAttributes): IQdrantCluster {
    return new ImportedCluster(scope, id, attributes);
  }

  /** The name of the cluster, and of its StatefulSet. */
  public readonly clusterName: string;
  /** The namespace. */
  public readonly namespace: string;
  /** The labels that select the pods of the cluster, and no others. */
  public readonly podLabels: { [name: string]: string };
  /** The network connections that are allowed to and from the pods. */
  public readonly connections: Connections;
  /** The endpoint for clients. */
  public readonly endpoint: ClientEndpoint;
  /** The security posture: what is exposed to whom, and how it is protected. */
  public readonly posture: Posture;

  /** @internal */
  protected readonly _grants: ClientGrants;

  private readonly props: QdrantClusterProps;
  private readonly description: KubernetesClusterDescription;
  private readonly keys: ClusterKeys;
  private readonly tls: ClusterTls;
  private rollout?: ITerraformDependable;
  private readonly routedHosts: string[] = [];
  private readonly removalProtection?: RemovalProtection;

  /** @throws if an option is invalid or conflicts with another; the error says what to write instead */
  public constructor(scope: Construct, id: string, props: QdrantClusterProps) {
    super(scope, id);
    checkCluster(this, props);
    // The settings are a text of their own, which escapes itself.
    this.props = { ...literally({ ...props }), settings: props.settings };
    useProvider(this, props.provider, 'kubernetes');
    this.description = describeKubernetesCluster(this, this.props);
    const { clusterName, namespace, podLabels, names, clientService, isProtected } = this.description;
    this.clusterName = clusterName;
    this.namespace = namespace;
    this.podLabels = podLabels;
    this.posture = postureOf(this, this.description, AT_PODS);

    const apiKeys = props.apiKeys ?? ApiKeys.generated();
    this.keys = apiKeys._bind(this, this.description);
    this.tls = (props.tls ?? Tls.generated())._bind(this, {
      ...this.description,
      certificate: () => this.requiredCertificate,
    });
    this._grants = this.makeGrants();
    describeSecrets(this.posture, namespace, this.keys, apiKeys._origin, this.tls);

    const refusal = new BaseNetworkPolicy(this, 'NetworkPolicy', this.description);
    this.description.dns._describe(this.posture);
    this.connections = new Connections(this, 'Connections', {
      ...{ clusterName, namespace, podLabels },
      listeners: clientListenersOf(this.posture),
      posture: this.posture,
    });
    this.makeNodes([refusal.policy]);
    watchPods(this, this.node.defaultChild as TerraformResource);
    clientService._bind(this, { ...this.description, connections: this.connections });
    this.removalProtection = isProtected ? new RemovalProtection(this, 'RemovalGuard', this.description) : undefined;
    this.endpoint = endpointOf(this.description, this.props.hostNames?.[0] ?? names.host);
    refuseSharedNames(this, 'kubernetes', { 'namespace and clusterName': { namespace, clusterName } });
    refuseSharedObjects(this);
  }

  /** The requirements for a certificate that you provide yourself. Routes that are added later extend it. */
  public get requiredCertificate(): NodeCertificate {
    return this.description.names.certificate([...(this.props.hostNames ?? []), ...this.routedHosts]);
  }

  /**
   * Issues a client certificate with the cluster's issuer.
   *
   * @throws if the certificates of the cluster are not issued by cert-manager
   */
  public issueClientCertificate(id: string, props: ClientCertificateProps = {}): ClientCertificate {
    const { issuer } = this.tls;
    if (!issuer) {
      throw badInput(this, {
        given: 'issueClientCertificate, but the certificate of the cluster is in a Secret that exists',
        allowed: 'a cluster whose certificates cert-manager issues',
        instead: 'tls: Tls.fromCertManager(issuer), or a certificate of the CA that clients are verified with',
      });
    }
    return ClientCertificate._create(this, id, props, { ...this.description, issuer });
  }

  /** Adds a ServiceMonitor, so that Prometheus scrapes the pods. The Prometheus Operator must be installed. */
  public addServiceMonitor(id: string, props: ServiceMonitorProps): QdrantServiceMonitor {
    const monitor = QdrantServiceMonitor._create(this, id, props, {
      ...this.description,
      serverName: this.description.names.host,
      tlsSecretName: this.tls.secretName,
      clientCa: this.tls.clientCa,
      readOnlyKey: this.keys.readOnly,
      clientVerification: this.description.guard,
    });
    if (this.description.metricsPort === undefined) {
      this.connections.allowRestFrom(props.scrapedBy);
      this.posture._addReader(SecretPurpose.READ_ONLY_API_KEY, `Prometheus, by the ServiceMonitor ${id}`);
    } else {
      this.connections.allowMetricsFrom(props.scrapedBy);
    }
    return monitor;
  }

  /**
   * Adds alerts for Prometheus and a dashboard for Grafana. The Prometheus Operator must be installed, and something scrape the
   * nodes, or the synthesis fails: `addServiceMonitor`, or a `job` of yours.
   *
   * @throws if it was called before
   */
  public addMonitoring(props: MonitoringProps = {}): QdrantMonitoring {
    const { resources } = this.props;
    return addMonitoring(this, props, { ...this.description, resources, tls: this.tls, rollout: this.rollout });
  }

  /** Adds Gateway API routes to the cluster. */
  public addGatewayRoute(id: string, props: GatewayRouteProps): QdrantGatewayRoute {
    const route = QdrantGatewayRoute._create(this, id, props, {
      ...this.front(),
      serverName: this.description.names.host,
      clientCa: this.tls.clientCa,
    });
    this.routedHosts.push(props.restHost, ...(props.grpcHost === undefined ? [] : [props.grpcHost]));
    return route;
  }

  /** Adds an Ingress for REST, and one for gRPC. */
  public addIngress(id: string, props: IngressProps): QdrantIngress {
    const ingress = QdrantIngress._create(this, id, props, this.front());
    this.routedHosts.push(props.restHost, ...(props.grpcHost === undefined ? [] : [props.grpcHost]));
    return ingress;
  }

  /**
   * Releases a node from removal protection, so that a lower `nodeCount` can remove it. Drain it with `cdktf-qdrant ops drain`
   * first. Its volume claims are kept.
   *
   * @param index the node's number, from 0
   * @throws if the number is out of range
   */
  public unprotectNode(index: number): void {
    checkNodeIndex(this, index, this.description.nodeCount);
    this.posture._unprotectNode(index);
    this.removalProtection?.unprotect(index);
  }

  /**
   * Attacks the cluster after every apply that changes it, and fails the apply where something is open: a job runs
   * `cdktf-qdrant verify` against each node, from a pod that may do what a client may. It is given the read-only key or, where
   * there is none, the admin key.
   *
   * @throws if the rollout is not waited for, or a client certificate is required that nothing here can issue
   */
  public verifyAfterApply(props: VerifyAfterApplyProps = {}): void {
    addVerification(this, props, {
      ...this.description,
      certificates: this.tls,
      keys: this.keys,
      connections: this.connections,
      posture: this.posture,
      imagePullSecretNames: this.props.imagePullSecretNames,
      placement: this.props.placement ?? {},
      rollout: this.rollout,
      issueClientCertificate: (id) => this.issueClientCertificate(id),
    });
  }

  /** Adds stack outputs: the addresses, the location of the CA certificate, and sample code for each client language. */
  public addOutputs(): void {
    const output = (id: string, description: string, value: any) => new TerraformOutput(this, id, { description, value });
    output('RestUrl', 'Address of the REST API', this.endpoint.restUrl);
    if (this.endpoint.grpcUrl) output('GrpcUrl', 'Address of the gRPC API', this.endpoint.grpcUrl);
    const ca = commandToRead(this.namespace, placeOfCa({ ...this.tls, tlsSecretName: this.tls.secretName }));
    output('CaCertificateCommand', 'Command that prints the CA certificate', ca);
    output('Snippets', 'Code that connects to the cluster, by language', this.endpoint.snippets());
  }

  /** What stands in front of the pods needs to know of them. */
  private front() {
    const { clusterName, clientService, guard } = this.description;
    return {
      ...this.description,
      ...{ connections: this.connections, posture: this.posture, clientVerification: guard },
      serviceName: clientService._type === undefined ? undefined : clusterName,
    };
  }

  private makeGrants(): ClientGrants {
    return new ClientGrants(this, {
      clusterName: this.clusterName,
      namespace: this.namespace,
      posture: this.posture,
      keys: this.keys,
      clientCa: this.tls.clientCa,
    });
  }

  private makeNodes(after: ITerraformDependable[]): void {
    const { props, description } = this;
    const { names, trusted, clientCas } = description;
    const programs = new PodPrograms(this, 'Programs', {
      ...description,
      version: description.version.version,
      peerDomain: names.peerDomain,
      restPort: QdrantPorts._restAmongNodes(description.guard),
      settings: description.settings.toYaml(),
      bundles: { ...filesOf('trusted', trusted), ...filesOf('client-cas', clientCas) },
    });
    const made = [...after, programs.configMap, ...this.keys.made, ...this.tls.made];
    const founding = new FoundingTime(this, 'FoundingTime', {
      generation: description.foundingGeneration,
      existing: new ExistingNodes(this, 'Existing', description).count,
      after: made,
    });
    const config = new ClusterConfigMap(this, 'Config', { ...description, foundingTime: founding.time });
    const nodes = new NodeSet(this, 'Nodes', {
      ...description,
      serviceDomain: names.serviceDomain,
      peerServiceName: names.peerService,
      annotations: props.podAnnotations,
      serviceAccountAnnotations: props.serviceAccountAnnotations,
      imagePullSecretNames: props.imagePullSecretNames,
      programsName: programs.configMapName,
      configName: config.configMapName,
      resources: props.resources,
      guardResources: props.guardResources,
      allowRecoveryMode: props.allowRecoveryMode,
      placement: props.placement ?? {},
      keys: this.keys,
      tlsSecretName: this.tls.secretName,
      dataVolume: props.dataVolume,
      snapshotVolume: props.snapshotVolume ?? props.dataVolume,
      after: [...made, config.configMap],
    });
    this.rollout = nodes.rollout;
    this.node.defaultChild = nodes.node.defaultChild;
  }
}

/** The certificates of bundles that are given in the code, by the name of their file. */
function filesOf(folder: string, bundles: CaBundle[]): { [file: string]: string } {
  return Object.fromEntries(
    bundles.flatMap(({ _source: { pem } }, index) => (pem === undefined ? [] : [[bundleFile(folder, index), pem]])),
  );
}
