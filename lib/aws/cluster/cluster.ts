import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { Posture } from '../../posture';
import { describeListeners } from '../../posture/cluster-listeners';
import { ClientEndpoint, QdrantPorts, QdrantVersion, ResolvedSettings } from '../../qdrant';
import { checkNodeIndex } from '../../qdrant/cluster-checks';
import { resolveClusterSettings } from '../../qdrant/cluster-settings';
import { refuseSharedNames } from '../../cluster/one-of-a-name';
import { FoundingTime } from '../../terraform/founding-time';
import { literally } from '../../terraform/literal-text';
import { useProvider } from '../../terraform/use-provider';
import { ApiKeys, ClusterKeys } from '../secrets/api-keys';
import { ClientGrants } from '../grants/client-grants';
import { ClientVerification } from '../tls/client-verification';
import { checkCluster, defaultClusterName } from './cluster-checks';
import { clusterIdOf, ClusterTag } from '../names/cluster-identity';
import { ClusterInstances } from './cluster-instances';
import { IQdrantCluster, QdrantClusterAttributes } from './cluster-interface';
import { ClusterOutputs } from './cluster-outputs';
import { describeSecrets } from './cluster-posture';
import { QdrantClusterProps } from './cluster-props';
import { Connections } from '../access/connections';
import { ecrRepository } from '../node/ecr-image';
import { FoundingRights } from '../node/founding-rights';
import { Grant } from '../grants/grant';
import { Grantee } from '../grants/grantee';
import { ImportedCluster } from './imported-cluster';
import { KeptBundles, keepBundles } from '../tls/kept-bundles';
import { LoadBalancerProps, QdrantLoadBalancer } from '../access/load-balancer';
import { MachineImage } from '../node/machine-image';
import { NameZone, NodeNames } from '../names/node-names';
import { QdrantNode } from '../node/node';
import { NodePrograms } from '../node/node-programs';
import { renderRelease } from '../node/release';
import { NodeRole } from '../node/node-role';
import { NodeSecurityGroup } from '../access/node-security-group';
import { RemovalGuard } from './removal-guard';
import { RemovalPolicy } from '../removal-policy';
import { RollingUpdate, RollingUpdateProps } from './rolling-update';
import { resolveRollingUpdate } from './rolling-update-options';
import { tagEverything } from '../names/tags';
import { ClusterTls, Tls } from '../tls/tls';

/**
 * A secured Qdrant cluster on EC2.
 *
 * By default it has three nodes, generated API keys, and TLS on every port with certificates of its own CA. Nobody can reach it
 * until you allow it through `connections`.
 */
export class QdrantCluster extends Construct implements IQdrantCluster {
  /** Imports an existing cluster. */
  public static fromClusterAttributes(scope: Construct, id: string, attributes: QdrantClusterAttributes): IQdrantCluster {
    return new ImportedCluster(scope, id, attributes);
  }

  /** The name of the cluster. */
  public readonly clusterName: string;
  /** The network connections that are allowed to and from the nodes. */
  public readonly connections: Connections;
  /** The endpoint for clients. */
  public readonly endpoint: ClientEndpoint;
  /** The security posture: what is exposed to whom, and how it is protected. */
  public readonly posture: Posture;
  /** The nodes, in the order of their numbers. */
  public readonly nodes: QdrantNode[];
  /** The name of the IAM role of the nodes. */
  public readonly roleName: string;

  private readonly props: QdrantClusterProps;
  private readonly version: QdrantVersion;
  private readonly keys: ClusterKeys;
  private readonly tls: ClusterTls;
  private readonly grants: ClientGrants;
  private readonly verification: ClientVerification;
  private readonly bundles: KeptBundles;
  private readonly nameZone?: NameZone;
  private readonly guard: boolean;
  private readonly founding: FoundingTime;
  private readonly rollingUpdate: Required<RollingUpdateProps>;
  private readonly balancers: QdrantLoadBalancer[] = [];
  private readonly removalGuard?: RemovalGuard;
  private outputs?: ClusterOutputs;

  /** @throws if an option is invalid or conflicts with another; the error says what to write instead */
  public constructor(scope: Construct, id: string, props: QdrantClusterProps) {
    super(scope, id);
    checkCluster(this, props);
    this.version = props.version ?? QdrantVersion.DEFAULT;
    // The settings are a text of their own, which escapes itself.
    this.props = { ...literally({ ...props }), settings: props.settings };
    useProvider(this, props.provider, 'aws');
    tagEverything(this, this.props.tags);
    this.clusterName = props.clusterName ?? defaultClusterName(this);
    this.verification = props.clientVerification ?? ClientVerification.notRequired();
    this.guard = this.verification.isRequired;

    const settings = this.resolveSettings();
    this.posture = new Posture(this, {
      version: this.version,
      settings,
      nodeCount: this.nodeCount,
      zoneCount: props.network._zonesOf(this.nodeCount),
      clientVerification: this.verification.isRequired,
      protectedFromRemoval: this.isProtected,
    });
    const apiKeys = props.apiKeys ?? ApiKeys.generated();
    this.keys = apiKeys._bind(this, this.clusterName, this.recoveryDays);
    this.tls = (props.tls ?? Tls.generated())._bind(this, this.clusterName, this.recoveryDays);
    this.rollingUpdate = resolveRollingUpdate(this, props.rollingUpdate ?? {}, this.tls.release.validityDays);
    this.grants = new ClientGrants(
      this,
      this.posture,
      this.keys.readOnly,
      present([this.keys.admin, this.keys.alternate]),
      this.tls.clientCa,
    );
    describeSecrets(this.posture, this.keys, apiKeys._origin, this.tls);
    describeListeners(this.posture, {
      at: 'nodes',
      grpc: this.servesGrpc,
      guard: this.guard,
      metricsPort: props.metricsPort,
    });

    const group = new NodeSecurityGroup(this, 'SecurityGroup', {
      clusterName: this.clusterName,
      vpcId: props.network.vpcId,
      httpsTo: props.network._httpsTo,
      posture: this.posture,
    });
    this.connections = new Connections(this, 'Connections', {
      securityGroupId: group.securityGroupId,
      listeners: this.posture.listeners.filter(({ isForClients }) => isForClients),
      posture: this.posture,
    });
    this.bundles = this.keepBundles();
    const role = this.makeRole();
    this.roleName = role.roleName;
    const names = props.network._nodeNames ?? NodeNames.privateZone(`${this.clusterName}.qdrant.internal`);
    this.nameZone = names._bind(this, this.clusterName, props.network.vpcId);
    this.nodes = this.makeNodes(group, role);
    this.removalGuard = this.isProtected ? this.makeRemovalGuard() : undefined;
    const { clusterName, clusterId } = this;
    const { count: existing } = new ClusterInstances(this, 'Existing', { clusterName, clusterId });
    this.founding = new FoundingTime(this, 'FoundingTime', {
      generation: props.foundingGeneration ?? 1,
      existing,
      after: [role.policy, ...this.nodes.flatMap(({ _outliving }) => _outliving)],
    });
    const serving = this.launch(this.makePrograms(settings), role.policy, existing);
    if (this.tls.writes.length > 0) this.addFoundingRights();
    this.endpoint = this.makeEndpoint(serving);
    const zone = this.nameZone && { name: this.nameZone.baseName, vpcId: props.network.vpcId };
    refuseSharedNames(this, 'aws', { clusterName: this.clusterName, 'zone of names': zone });
  }

  /** Adds a network load balancer in front of the nodes. It passes TLS through. Allow clients through its own `connections`. */
  public addLoadBalancer(id: string, props: LoadBalancerProps = {}): QdrantLoadBalancer {
    const balancer = QdrantLoadBalancer._create(this, id, props, {
      clusterName: this.clusterName,
      network: this.props.network,
      nodeAddresses: this.nodes.map(({ privateIp }) => privateIp),
      nodeConnections: this.connections,
      posture: this.posture,
      nameZone: this.nameZone,
      removalPolicy: this.props.removalPolicy ?? RemovalPolicy.PROTECT,
      clientCertificate: this.verification.isRequired,
    });
    this.balancers.push(balancer);
    if (this.outputs) this.outputs.addLoadBalancer(balancer);
    return balancer;
  }

  /**
   * Grants permission to read the read-only API key and, if it is stored in AWS, the CA certificate.
   *
   * @throws if the cluster has no read-only key
   */
  public grantRead(grantee: Grantee): Grant {
    return this.grants.read(grantee);
  }

  /**
   * Grants permission to read the admin API key (both keys during a rotation) and, if it is stored in AWS, the CA certificate.
   */
  public grantAdmin(grantee: Grantee): Grant {
    return this.grants.admin(grantee);
  }

  /**
   * Releases a node from removal protection, so that it can be terminated or replaced. Before you remove a node, by a lower
   * `nodeCount`, move its shards away and remove its peer from the cluster. A node that is replaced, for example for another
   * machine image, keeps both.
   *
   * To replace several nodes, release and apply one at a time: Terraform terminates all released instances before it creates
   * the first replacement.
   *
   * @param index the node's number, from 0
   * @throws if the number is out of range
   */
  public releaseNode(index: number): void {
    checkNodeIndex(this, index, this.nodeCount);
    this.posture._releaseNode(index);
    this.nodes[index]?._release();
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

  /**
   * Adds stack outputs: the addresses of the cluster and its load balancers, the locations of the keys and of the CA
   * certificate, and sample code for each client language. No output contains a secret.
   */
  public addOutputs(): void {
    if (this.outputs) return;
    this.outputs = new ClusterOutputs(this, {
      endpoint: this.endpoint,
      hostNames: this.props.hostNames ?? [],
      adminKeySecretArn: this.adminKeySecretArn,
      readOnlyKeySecretArn: this.readOnlyKeySecretArn,
      alternateKeySecretArn: this.alternateKeySecretArn,
      clientCa: this.tls.clientCa,
    });
    for (const balancer of this.balancers) this.outputs.addLoadBalancer(balancer);
  }

  /** The ARN of the secret with the admin API key, for example for an ECS task definition. */
  public get adminKeySecretArn(): string {
    return this.keys.admin.arn;
  }

  /** The ARN of the secret with the read-only API key, or undefined if there is none. */
  public get readOnlyKeySecretArn(): string | undefined {
    return this.keys.readOnly?.arn;
  }

  /** The ARN of the secret with the alternate admin key, or undefined if there is none. */
  public get alternateKeySecretArn(): string | undefined {
    return this.keys.alternate?.arn;
  }

  /** The ARN of the secret with the CA certificate, or undefined if it is stored elsewhere. */
  public get caCertificateSecretArn(): string | undefined {
    return this.tls.clientCa?._source.secret?.arn;
  }

  private get nodeCount(): number {
    return this.props.nodeCount ?? 3;
  }

  private get servesGrpc(): boolean {
    return this.props.grpc ?? true;
  }

  /** The ports that clients use. */
  private get clientPorts(): number[] {
    const { metricsPort } = this.props;
    const optional = [this.servesGrpc ? QdrantPorts.GRPC : undefined, metricsPort];
    return [QdrantPorts.REST, ...present(optional)];
  }

  private get isProtected(): boolean {
    return (this.props.removalPolicy ?? RemovalPolicy.PROTECT) === RemovalPolicy.PROTECT;
  }

  private get clusterId(): string {
    return clusterIdOf(this, this.clusterName);
  }

  private get recoveryDays(): number {
    return this.isProtected ? 30 : 0;
  }

  private get image(): string {
    return this.props.image ?? this.version.unprivilegedImage;
  }

  private keepBundles(): KeptBundles {
    const { authorities } = this.verification;
    return keepBundles(this, this.clusterName, {
      trusted: this.props.trustedAuthorities ?? [],
      clientCas: authorities ? [authorities] : [],
    });
  }

  private resolveSettings(): ResolvedSettings {
    return resolveClusterSettings(this.node.path, {
      ...this.props,
      version: this.version,
      nodeCount: this.nodeCount,
      grpc: this.servesGrpc,
      guard: this.guard,
      tlsFolder: './tls',
    });
  }

  private makeRole(): NodeRole {
    const { admin, readOnly, alternate } = this.keys;
    return new NodeRole(this, 'NodeRole', {
      clusterName: this.clusterName,
      reads: [...present([admin, readOnly, alternate]), ...this.tls.reads],
      bundles: [...this.bundles.trusted, ...this.bundles.clientCas],
      issuesFrom: this.tls.issuesFrom,
      pullsFrom: ecrRepository(this.image),
    });
  }

  private makeNodes(group: NodeSecurityGroup, role: NodeRole): QdrantNode[] {
    const { network, instanceType, dataVolume } = this.props;
    const machineImage = this.props.machineImage ?? MachineImage.latestAmazonLinux2023();
    const imageId = machineImage._bind(this, instanceType);
    const placements = network._placements(this, this.nodeCount);
    const zones = { all: placements.map(({ availabilityZone }) => availabilityZone), wanted: network._zonesOf(this.nodeCount) };
    return placements.map((placement, index) =>
      QdrantNode._create(this, `Node${index}`, {
        index,
        clusterName: this.clusterName,
        placement,
        zones,
        securityGroupId: group.securityGroupId,
        instanceProfileName: role.instanceProfileName,
        instanceType,
        imageId,
        imageReplacesInstance: machineImage._replacesInstances,
        rootVolumeSizeGib: machineImage._rootVolumeSizeGib,
        dataVolume,
        nameZone: this.nameZone,
        isProtected: this.isProtected,
        tags: { [ClusterTag.NAME]: this.clusterName, [ClusterTag.ID]: this.clusterId },
      }),
    );
  }

  private makeRemovalGuard(): RemovalGuard {
    const { clusterName, clusterId, nodeCount } = this;
    return new RemovalGuard(this, 'RemovalGuard', { clusterName, clusterId, nodeCount });
  }

  private makePrograms(settings: ResolvedSettings): NodePrograms {
    const names = this.nameZone ? [this.nameZone.baseName] : [];
    const region = new DataAwsRegion(this, 'Region').name;
    const render = () =>
      renderRelease({
        clusterName: this.clusterName,
        region,
        image: this.image,
        version: this.version.version,
        settings,
        keys: this.keys,
        tls: this.tls.release,
        bundles: this.bundles,
        guardedPorts: this.guard ? this.clientPorts : [],
        turnSeconds: this.rollingUpdate.turnSeconds,
        peers: this.nodes.map(({ host }) => host),
        hostNames: [...names, ...this.balancers.flatMap(({ _hostNames }) => _hostNames), ...(this.props.hostNames ?? [])],
        foundingTime: this.founding.time,
        loadBalanced: this.balancers.length > 0,
      });
    // Load balancers are added later.
    const release = Lazy.stringValue({ produce: render });
    const { refreshHours } = this.rollingUpdate;
    return new NodePrograms(this, 'NodePrograms', { release, settings: settings.toYaml(), refreshHours });
  }

  /** Each node after the one before it serves, so that also what Terraform does to instances goes node by node. */
  private launch(programs: NodePrograms, rights: ITerraformDependable, existing: number): ITerraformDependable[] {
    const update = new RollingUpdate(this, 'RollingUpdate', {
      clusterName: this.clusterName,
      clusterTag: { key: ClusterTag.ID, value: this.clusterId },
      existing,
      programs,
      options: this.rollingUpdate,
    });
    for (const node of this.nodes) {
      node._launch(programs, [rights, ...update.gate]);
      update.addNode(node);
    }
    return update.gate;
  }

  /** The instance does not wait for them, as they name it; the node tries until it has them. */
  private addFoundingRights(): void {
    new FoundingRights(this, 'FoundingRights', {
      roleName: this.roleName,
      secrets: this.tls.writes,
      founderArn: this.nodes[0]._instanceArn,
      end: this.founding.end,
    });
  }

  /** Clients find a node that was added once it serves. */
  private makeEndpoint(dependsOn: ITerraformDependable[]): ClientEndpoint {
    const host = this.nameZone?.baseName ?? this.nodes[0].host;
    if (this.nameZone) {
      new Route53Record(this, 'Name', {
        zoneId: this.nameZone.zoneId,
        name: host,
        type: 'A',
        ttl: 60,
        records: this.nodes.map(({ privateIp }) => privateIp),
        dependsOn,
      });
    }
    return new ClientEndpoint({ host, tls: true, clientCertificate: this.verification.isRequired, grpc: this.servesGrpc });
  }
}

function present<T>(values: Array<T | undefined>): T[] {
  return values.filter((value): value is T => value !== undefined);
}
