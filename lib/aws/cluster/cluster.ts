import { DataAwsRegion } from '@cdktf/provider-aws/lib/data-aws-region';
import { ITerraformDependable, Lazy } from 'cdktf';
import { Construct } from 'constructs';
import { Listener, Posture } from '../../posture';
import { clientListenersOf, endpointOf, postureOf } from '../../cluster/cluster-base';
import { ClientEndpoint } from '../../qdrant';
import { checkNodeIndex } from '../../qdrant/cluster-checks';
import { refuseSharedNames } from '../../cluster/one-of-a-name';
import { FoundingTime } from '../../terraform/founding-time';
import { literally } from '../../terraform/literal-text';
import { useProvider } from '../../terraform/use-provider';
import { ApiKeys, ClusterKeys } from '../secrets/api-keys';
import { ClientGrants } from '../grants/client-grants';
import { checkCluster } from './cluster-checks';
import { QdrantClusterBase } from './cluster-base';
import { AwsClusterDescription, describeAwsCluster } from './cluster-description';
import { ClusterInstances } from './cluster-instances';
import { IQdrantCluster, QdrantClusterAttributes } from './cluster-interface';
import { makeNodes } from './cluster-nodes';
import { ClusterOutputs } from './cluster-outputs';
import { allKeysOf } from '../../cluster/cluster-keys';
import { AT_NODES, describeSecrets, watchNodes } from './cluster-posture';
import { QdrantClusterProps } from './cluster-props';
import { addVerification } from './cluster-verification';
import { Connections } from '../access/connections';
import { ecrRepository } from '../node/ecr-image';
import { FoundingRights } from '../node/founding-rights';
import { ImportedCluster } from './imported-cluster';
import { KeptBundles, keepBundles } from '../tls/kept-bundles';
import { LoadBalancerProps, QdrantLoadBalancer } from '../access/load-balancer';
import { ClusterName, NameZone, NodeNames } from '../names/node-names';
import { QdrantNode } from '../node/node';
import { VerifyAfterApplyProps } from '../node/verification-options';
import { NodePrograms } from '../node/node-programs';
import { renderClusterConfig } from '../node/cluster-config';
import { NodeRole } from '../node/node-role';
import { NodeSecurityGroup } from '../access/node-security-group';
import { RemovalProtection } from './removal-protection';
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
export class QdrantCluster extends QdrantClusterBase {
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

  /** @internal */
  protected readonly _grants: ClientGrants;

  private readonly props: QdrantClusterProps;
  private readonly description: AwsClusterDescription;
  private readonly keys: ClusterKeys;
  private readonly tls: ClusterTls;
  private readonly bundles: KeptBundles;
  private readonly nameZone?: NameZone;
  private readonly founding: FoundingTime;
  private readonly rollingUpdate: Required<RollingUpdateProps>;
  private readonly nodeListeners: Listener[];
  private readonly securityGroup: NodeSecurityGroup;
  private readonly serving: ITerraformDependable[];
  private readonly balancers: QdrantLoadBalancer[] = [];
  private readonly removalProtection?: RemovalProtection;
  private outputs?: ClusterOutputs;

  /** @throws if an option is invalid or conflicts with another; the error says what to write instead */
  public constructor(scope: Construct, id: string, props: QdrantClusterProps) {
    super(scope, id);
    checkCluster(this, props);
    // The settings are a text of their own, which escapes itself.
    this.props = { ...literally({ ...props }), settings: props.settings };
    useProvider(this, props.provider, 'aws');
    tagEverything(this, this.props.tags);
    this.description = describeAwsCluster(this, this.props);
    const { clusterName, clusterId, vpcId, nodeCount, recoveryDays, isProtected } = this.description;
    this.clusterName = clusterName;
    this.posture = postureOf(this, this.description, AT_NODES, props.network._zonesOf(nodeCount));
    this.nodeListeners = clientListenersOf(this.posture);

    const apiKeys = props.apiKeys ?? ApiKeys.generated();
    this.keys = apiKeys._bind(this, clusterName, recoveryDays);
    this.tls = (props.tls ?? Tls.generated())._bind(this, clusterName, recoveryDays);
    this.rollingUpdate = resolveRollingUpdate(this, props.rollingUpdate ?? {}, this.tls.forNodes, nodeCount);
    this._grants = new ClientGrants(this, { posture: this.posture, keys: this.keys, clientCa: this.tls.clientCa });
    describeSecrets(this.posture, this.keys, apiKeys._origin, this.tls);

    this.securityGroup = new NodeSecurityGroup(this, 'SecurityGroup', {
      ...this.description,
      vpcId,
      httpsTo: props.network._httpsTo,
      posture: this.posture,
    });
    this.connections = new Connections(this, 'Connections', {
      securityGroupId: this.securityGroup.securityGroupId,
      listeners: this.nodeListeners,
      posture: this.posture,
    });
    this.bundles = this.keepBundles();
    const role = this.makeRole();
    this.roleName = role.roleName;
    const names = props.network._nodeNames ?? NodeNames.privateZone(`${clusterName}.qdrant.internal`);
    this.nameZone = names._bind(this, clusterName, vpcId);
    this.nodes = makeNodes(this, this.props, this.description, {
      securityGroupId: this.securityGroup.securityGroupId,
      instanceProfileName: role.instanceProfileName,
      nameZone: this.nameZone,
    });
    watchNodes(this, this.securityGroup.securityGroupId, this.nodes);
    this.removalProtection = isProtected ? new RemovalProtection(this, 'RemovalGuard', this.description) : undefined;
    const { count: existing } = new ClusterInstances(this, 'Existing', { clusterName, clusterId, vpcId });
    this.founding = new FoundingTime(this, 'FoundingTime', {
      generation: this.description.foundingGeneration,
      existing,
      after: [role.policy, ...this.nodes.flatMap(({ _outliving }) => _outliving)],
    });
    this.serving = this.launch(this.makePrograms(), role.policy, existing);
    if (this.tls.writes.length > 0) this.addFoundingRights();
    this.endpoint = this.makeEndpoint(this.serving);
    const zone = this.nameZone && { name: this.nameZone.baseName, vpcId };
    refuseSharedNames(this, 'aws', { clusterName, 'zone of names': zone });
  }

  /** Adds a network load balancer in front of the nodes. It passes TLS through. Allow clients through its own `connections`. */
  public addLoadBalancer(id: string, props: LoadBalancerProps = {}): QdrantLoadBalancer {
    const balancer = QdrantLoadBalancer._create(this, id, props, {
      clusterName: this.clusterName,
      network: this.props.network,
      nodeAddresses: this.nodes.map(({ privateIp }) => privateIp),
      nodeConnections: this.connections,
      nodeListeners: this.nodeListeners,
      posture: this.posture,
      nameZone: this.nameZone,
      removalPolicy: this.props.removalPolicy ?? RemovalPolicy.PROTECT,
      clientCertificate: this.description.guard,
    });
    this.balancers.push(balancer);
    if (this.outputs) this.outputs.addLoadBalancer(balancer);
    return balancer;
  }

  /**
   * Releases a node from removal protection, so that it can be terminated or replaced. Before you remove a node, by a lower
   * `nodeCount`, drain it with `cdktf-qdrant ops drain`. A node that is replaced, for example for another machine image, keeps its
   * shards and its peer.
   *
   * To replace several nodes, unprotect and apply one at a time: Terraform terminates all unprotected instances before it creates
   * the first replacement.
   *
   * @param index the node's number, from 0
   * @throws if the number is out of range
   */
  public unprotectNode(index: number): void {
    checkNodeIndex(this, index, this.description.nodeCount);
    this.posture._unprotectNode(index);
    this.nodes[index]?._unprotect();
    this.removalProtection?.unprotect(index);
  }

  /**
   * Attacks the cluster after every apply that changes it, and fails the apply where something is open: the last node runs
   * `cdktf-qdrant verify` against each node, in a container of Node. It is given the read-only key or, where there is none, the
   * admin key. Lets the nodes use each other's gRPC. The first apply then waits until the nodes have booted.
   *
   * @throws if a client certificate is required and none is given
   */
  public verifyAfterApply(props: VerifyAfterApplyProps = {}): void {
    const { keys, posture, nodes, roleName, securityGroup, serving } = this;
    addVerification(this, props, { ...this.description, keys, posture, nodes, roleName, securityGroup, serving });
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

  private keepBundles(): KeptBundles {
    const { authorities } = this.description.verification;
    return keepBundles(this, this.clusterName, {
      trusted: this.props.trustedAuthorities ?? [],
      clientCas: authorities ? [authorities] : [],
    });
  }

  private makeRole(): NodeRole {
    return new NodeRole(this, 'NodeRole', {
      clusterName: this.clusterName,
      reads: [...allKeysOf(this.keys), ...this.tls.reads],
      bundles: [...this.bundles.trusted, ...this.bundles.clientCas],
      issuesFrom: this.tls.issuesFrom,
      pullsFrom: ecrRepository(this.description.image),
    });
  }

  private makePrograms(): NodePrograms {
    const names = this.nameZone ? [this.nameZone.baseName] : [];
    const region = new DataAwsRegion(this, 'Region').name;
    const render = () =>
      renderClusterConfig(this.description, {
        region,
        keys: this.keys,
        tls: this.tls.forNodes,
        bundles: this.bundles,
        turnSeconds: this.rollingUpdate.turnSeconds,
        peers: this.nodes.map(({ host }) => host),
        hostNames: [...names, ...this.balancers.flatMap(({ _hostNames }) => _hostNames), ...(this.props.hostNames ?? [])],
        foundingTime: this.founding.time,
        loadBalanced: this.balancers.length > 0,
      });
    // Load balancers are added later.
    const clusterConfig = Lazy.stringValue({ produce: render });
    const settings = this.description.settings.toYaml();
    return new NodePrograms(this, 'NodePrograms', { ...this.props, ...this.rollingUpdate, clusterConfig, settings });
  }

  private launch(programs: NodePrograms, rights: ITerraformDependable, existing: number): ITerraformDependable[] {
    const update = new RollingUpdate(this, 'RollingUpdate', {
      ...{ existing, programs },
      cluster: this.description,
      options: this.rollingUpdate,
    });
    return update.launch(this.nodes, rights);
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
    if (!this.nameZone) return endpointOf(this.description, this.nodes[0].host);
    const addresses = this.nodes.map(({ privateIp }) => privateIp);
    new ClusterName(this, this.nameZone, addresses, dependsOn);
    return endpointOf(this.description, this.nameZone.baseName);
  }
}
