import { ITerraformDependable, TerraformOutput } from 'cdktf';
import { Construct } from 'constructs';
import { badInput } from '../../input/input';
import { Posture } from '../../posture';
import { describeListeners } from '../../posture/cluster-listeners';
import { ClientEndpoint, NodeCertificate, QdrantPorts, QdrantVersion, ResolvedSettings } from '../../qdrant';
import { checkNodeIndex } from '../../qdrant/cluster-checks';
import { resolveClusterSettings } from '../../qdrant/cluster-settings';
import { refuseSharedNames } from '../../cluster/one-of-a-name';
import { defaultName } from '../../terraform/default-name';
import { FoundingTime } from '../../terraform/founding-time';
import { literally } from '../../terraform/literal-text';
import { useProvider } from '../../terraform/use-provider';
import { ApiKeys, ClusterKeys } from '../secrets/api-keys';
import { BaseNetworkPolicy } from '../access/base-network-policy';
import { CaBundle, commandToRead } from '../tls/ca-bundle';
import { ClientCertificate, ClientCertificateProps } from '../tls/client-certificate';
import { ClientGrants } from '../grants/client-grants';
import { ClientService } from '../access/client-service';
import { ClientVerification } from '../tls/client-verification';
import { checkCluster, DEFAULT_GUARD_IMAGE, DEFAULT_TURN_SECONDS } from './cluster-checks';
import { IQdrantCluster, QdrantClusterAttributes } from './cluster-interface';
import { labelsOf, podLabelsOf } from '../names/cluster-labels';
import { ClusterConfigMap } from './cluster-config-map';
import { ClusterDns } from '../access/cluster-dns';
import { ClusterNames } from '../names/cluster-names';
import { describeSecrets } from './cluster-posture';
import { QdrantClusterProps } from './cluster-props';
import { Connections } from '../access/connections';
import { GatewayRouteProps, QdrantGatewayRoute } from '../access/gateway-route';
import { ExistingNodes } from './existing-nodes';
import { Grant } from '../grants/grant';
import { Grantee } from '../grants/grantee';
import { ImportedCluster } from './imported-cluster';
import { IngressProps, QdrantIngress } from '../access/ingress';
import { NodeSet } from '../pod/node-set';
import { PodUser } from '../pod/pod-user';
import { PodPrograms } from '../pod/pod-programs';
import { bundleFile } from '../pod/pod-template';
import { RemovalGuard } from './removal-guard';
import { RemovalPolicy } from '../removal-policy';
import { QdrantServiceMonitor, ServiceMonitorProps } from '../access/service-monitor';
import { ClusterTls, Tls } from '../tls/tls';

/**
 * A secured Qdrant cluster on Kubernetes.
 *
 * By default it has three nodes, generated API keys, and TLS on every port with a certificate of its own CA (managed by
 * cert-manager). Nobody can reach it until you allow it through `connections`. Its pods meet the Pod Security Standard
 * `restricted`.
 */
export class QdrantCluster extends Construct implements IQdrantCluster {
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

  private readonly props: QdrantClusterProps;
  private readonly version: QdrantVersion;
  private readonly labels: { [name: string]: string };
  private readonly names: ClusterNames;
  private readonly keys: ClusterKeys;
  private readonly tls: ClusterTls;
  private readonly grants: ClientGrants;
  private readonly verification: ClientVerification;
  private readonly clientService: ClientService;
  private readonly routedHosts: string[] = [];
  private readonly guard: boolean;
  private readonly removalGuard?: RemovalGuard;

  /** @throws if an option is invalid or conflicts with another; the error says what to write instead */
  public constructor(scope: Construct, id: string, props: QdrantClusterProps) {
    super(scope, id);
    checkCluster(this, props);
    this.version = props.version ?? QdrantVersion.DEFAULT;
    // The settings are a text of their own, which escapes itself.
    this.props = { ...literally({ ...props }), settings: props.settings };
    useProvider(this, props.provider, 'kubernetes');
    this.clusterName = props.clusterName ?? defaultName(this, { min: 1, max: 40 });
    this.namespace = props.namespace;
    this.podLabels = podLabelsOf(this.clusterName);
    this.labels = labelsOf(this.clusterName, props.labels);
    this.verification = props.clientVerification ?? ClientVerification.notRequired();
    this.clientService = props.clientService ?? ClientService.clusterIp();
    this.names = new ClusterNames({
      clusterName: this.clusterName,
      namespace: this.namespace,
      clusterDomain: props.clusterDomain,
      nodeCount: this.nodeCount,
      hasClientService: this.clientService._type !== undefined,
    });
    this.guard = this.verification.isRequired;

    const settings = this.resolveSettings();
    this.posture = new Posture(this, {
      version: this.version,
      settings,
      nodeCount: this.nodeCount,
      clientVerification: this.verification.isRequired,
      protectedFromRemoval: this.isProtected,
    });
    const apiKeys = props.apiKeys ?? ApiKeys.generated();
    const place = { clusterName: this.clusterName, namespace: this.namespace, labels: this.labels };
    this.keys = apiKeys._bind(this, place);
    this.tls = (props.tls ?? Tls.generated())._bind(this, {
      ...place,
      certificate: () => this.requiredCertificate,
    });
    this.grants = this.makeGrants();
    describeSecrets(this.posture, this.namespace, this.keys, apiKeys._origin, this.tls);
    describeListeners(this.posture, {
      at: 'pods',
      grpc: this.servesGrpc,
      guard: this.guard,
      metricsPort: props.metricsPort,
    });

    const network = { ...place, podLabels: this.podLabels };
    const refusal = new BaseNetworkPolicy(this, 'NetworkPolicy', { ...network, dns: this.dns });
    this.dns._describe(this.posture);
    this.connections = new Connections(this, 'Connections', {
      ...network,
      listeners: this.posture.listeners.filter(({ isForClients }) => isForClients),
      posture: this.posture,
    });
    this.makeNodes(settings, [refusal.policy]);
    this.clientService._bind(this, { ...network, grpc: this.servesGrpc, connections: this.connections });
    this.removalGuard = this.isProtected
      ? new RemovalGuard(this, 'RemovalGuard', { ...network, nodeCount: this.nodeCount, constructPath: this.node.path })
      : undefined;
    this.endpoint = new ClientEndpoint({
      host: props.hostNames?.[0] ?? this.names.host,
      tls: true,
      clientCertificate: this.verification.isRequired,
      grpc: this.servesGrpc,
    });
    const { clusterName, namespace } = this;
    refuseSharedNames(this, 'kubernetes', { 'namespace and clusterName': { namespace, clusterName } });
  }

  /** The requirements for a certificate that you provide yourself. Routes that are added later extend it. */
  public get requiredCertificate(): NodeCertificate {
    return this.names.certificate([...(this.props.hostNames ?? []), ...this.routedHosts]);
  }

  /**
   * Grants permission to read the Secret with the read-only API key and, if it is stored separately, the CA certificate.
   * Kubernetes does not mount Secrets across namespaces: workloads in other namespaces read them from the API, or mount a copy
   * that the External Secrets Operator creates (grant access to its service account).
   *
   * @throws if the cluster has no read-only key
   */
  public grantRead(grantee: Grantee): Grant {
    return this.grants.read(grantee);
  }

  /**
   * Grants permission to read the Secret with the admin API key (both during a rotation) and, if it is stored separately, the
   * CA certificate.
   */
  public grantAdmin(grantee: Grantee): Grant {
    return this.grants.admin(grantee);
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
    const { clusterName, namespace, labels } = this;
    return ClientCertificate._create(this, id, props, { clusterName, namespace, labels, issuer });
  }

  /** Adds a ServiceMonitor, so that Prometheus scrapes the pods. The Prometheus Operator must be installed. */
  public addServiceMonitor(id: string, props: ServiceMonitorProps): QdrantServiceMonitor {
    const { clusterName, namespace, labels, podLabels } = this;
    const monitor = QdrantServiceMonitor._create(this, id, props, {
      ...{ clusterName, namespace, labels, podLabels },
      serverName: this.names.host,
      tlsSecretName: this.tls.secretName,
      clientCa: this.tls.clientCa,
      readOnlyKey: this.keys.readOnly,
      clientVerification: this.verification.isRequired,
      metricsPort: this.props.metricsPort,
    });
    if (this.props.metricsPort === undefined) {
      this.connections.allowRestFrom(props.scrapedBy);
      this.posture._addReader('read-only API key', `Prometheus, by the ServiceMonitor ${id}`);
    } else {
      this.connections.allowMetricsFrom(props.scrapedBy);
    }
    return monitor;
  }

  /** Adds Gateway API routes to the cluster. */
  public addGatewayRoute(id: string, props: GatewayRouteProps): QdrantGatewayRoute {
    const { clusterName, namespace, labels, connections } = this;
    const route = QdrantGatewayRoute._create(this, id, props, {
      ...{ clusterName, namespace, labels, connections },
      serviceName: this.clientService._type === undefined ? undefined : clusterName,
      serverName: this.names.host,
      clientCa: this.tls.clientCa,
      clientVerification: this.verification.isRequired,
      posture: this.posture,
    });
    this.routedHosts.push(props.restHost, ...(props.grpcHost === undefined ? [] : [props.grpcHost]));
    return route;
  }

  /** Adds an Ingress for REST, and one for gRPC. */
  public addIngress(id: string, props: IngressProps): QdrantIngress {
    const { clusterName, namespace, labels, connections, posture } = this;
    const ingress = QdrantIngress._create(this, id, props, {
      ...{ clusterName, namespace, labels, connections, posture },
      serviceName: this.clientService._type === undefined ? undefined : clusterName,
      clientVerification: this.verification.isRequired,
    });
    this.routedHosts.push(props.restHost, ...(props.grpcHost === undefined ? [] : [props.grpcHost]));
    return ingress;
  }

  /**
   * Releases a node from removal protection, so that a lower `nodeCount` can remove it. Move its shards away and remove its
   * peer from the cluster first. Its volume claims are kept.
   *
   * @param index the node's number, from 0
   * @throws if the number is out of range
   */
  public releaseNode(index: number): void {
    checkNodeIndex(this, index, this.nodeCount);
    this.posture._releaseNode(index);
    this.removalGuard?.release(index);
  }

  /**
   * Accepts the findings of a posture rule. The report lists accepted findings with their reasons.
   *
   * @param ruleId for example `QDR003`
   * @param reason why it is acceptable here
   */
  public acknowledge(ruleId: string, reason: string): void {
    this.posture.acknowledge(ruleId, reason);
  }

  /** Adds stack outputs: the addresses, the location of the CA certificate, and sample code for each client language. */
  public addOutputs(): void {
    const output = (id: string, description: string, value: any) => new TerraformOutput(this, id, { description, value });
    output('RestUrl', 'Address of the REST API', this.endpoint.restUrl);
    if (this.endpoint.grpcUrl) output('GrpcUrl', 'Address of the gRPC API', this.endpoint.grpcUrl);
    const ca = this.tls.clientCa?._source.place ?? { kind: 'secret', name: this.tls.secretName, key: 'ca.crt' };
    output('CaCertificateCommand', 'Command that prints the CA certificate', commandToRead(this.namespace, ca));
    output('Snippets', 'Code that connects to the cluster, by language', this.endpoint.snippets());
  }

  private get nodeCount(): number {
    return this.props.nodeCount ?? 3;
  }

  private get servesGrpc(): boolean {
    return this.props.grpc ?? true;
  }

  private get dns(): ClusterDns {
    return this.props.dns ?? ClusterDns.kubeSystem();
  }

  private get isProtected(): boolean {
    return (this.props.removalPolicy ?? RemovalPolicy.PROTECT) === RemovalPolicy.PROTECT;
  }

  private get clientCas(): CaBundle[] {
    return this.verification.authorities ? [this.verification.authorities] : [];
  }

  private get trusted(): CaBundle[] {
    return this.props.trustedAuthorities ?? [];
  }

  /** The ports that clients use. */
  private get clientPorts(): number[] {
    const { metricsPort } = this.props;
    return [
      QdrantPorts.REST,
      ...(this.servesGrpc ? [QdrantPorts.GRPC] : []),
      ...(metricsPort === undefined ? [] : [metricsPort]),
    ];
  }

  private resolveSettings(): ResolvedSettings {
    return resolveClusterSettings(this.node.path, {
      ...this.props,
      version: this.version,
      nodeCount: this.nodeCount,
      grpc: this.servesGrpc,
      guard: this.guard,
      tlsFolder: '/run/qdrant/current/tls',
    });
  }

  private makeGrants(): ClientGrants {
    const { admin, readOnly, alternate } = this.keys;
    return new ClientGrants(this, {
      clusterName: this.clusterName,
      namespace: this.namespace,
      posture: this.posture,
      readOnlyKey: readOnly,
      adminKeys: alternate ? [admin, alternate] : [admin],
      clientCa: this.tls.clientCa,
    });
  }

  private makeNodes(settings: ResolvedSettings, after: ITerraformDependable[]): void {
    const { props, clusterName, namespace, labels, podLabels, nodeCount, trusted, clientCas } = this;
    const { nodeTimeoutMinutes = 30, turnSeconds = DEFAULT_TURN_SECONDS, waitForRollout = true } = props.rollingUpdate ?? {};
    const programs = new PodPrograms(this, 'Programs', {
      ...{ clusterName, namespace, labels },
      version: this.version.version,
      peerDomain: this.names.peerDomain,
      restPort: QdrantPorts._restAmongNodes(this.guard),
      guardedPorts: this.guard ? this.clientPorts : [],
      settings: settings.toYaml(),
      bundles: { ...filesOf('trusted', trusted), ...filesOf('client-cas', clientCas) },
    });
    const made = [...after, programs.configMap, ...this.keys.made, ...this.tls.made];
    const founding = new FoundingTime(this, 'FoundingTime', {
      generation: props.foundingGeneration ?? 1,
      existing: new ExistingNodes(this, 'Existing', { clusterName, namespace }).count,
      after: made,
    });
    const config = new ClusterConfigMap(this, 'Config', {
      ...{ clusterName, namespace, labels, nodeCount, turnSeconds },
      foundingTime: founding.time,
    });
    new NodeSet(this, 'Nodes', {
      ...{ clusterName, namespace, labels, podLabels, nodeCount, turnSeconds, trusted, clientCas },
      ...{ nodeTimeoutMinutes, waitForRollout },
      dns: this.dns,
      user: props.user ?? PodUser.id(),
      serviceDomain: this.names.serviceDomain,
      peerServiceName: this.names.peerService,
      annotations: props.podAnnotations,
      serviceAccountAnnotations: props.serviceAccountAnnotations,
      image: props.image ?? this.version.unprivilegedImage,
      guardImage: this.guard ? (props.guardImage ?? DEFAULT_GUARD_IMAGE) : undefined,
      imagePullSecretNames: props.imagePullSecretNames,
      programsName: programs.configMapName,
      configName: config.configMapName,
      resources: props.resources,
      guardResources: props.guardResources,
      allowRecoveryMode: props.allowRecoveryMode,
      placement: props.placement ?? {},
      keys: this.keys,
      tlsSecretName: this.tls.secretName,
      metricsPort: props.metricsPort,
      grpc: this.servesGrpc,
      dataVolume: props.dataVolume,
      snapshotVolume: props.snapshotVolume ?? props.dataVolume,
      isProtected: this.isProtected,
      constructPath: this.node.path,
      after: [...made, config.configMap],
    });
  }
}

/** The certificates of bundles that are given in the code, by the name of their file. */
function filesOf(folder: string, bundles: CaBundle[]): { [file: string]: string } {
  return Object.fromEntries(
    bundles.flatMap(({ _source: { pem } }, index) => (pem === undefined ? [] : [[bundleFile(folder, index), pem]])),
  );
}
