import { TerraformProvider } from 'cdktf';
import { QdrantServerProps } from '../../qdrant';
import { ApiKeys } from '../secrets/api-keys';
import { CaBundle } from '../tls/ca-bundle';
import { ClientService } from '../access/client-service';
import { ClusterDns } from '../access/cluster-dns';
import { ClientVerification } from '../tls/client-verification';
import { PlacementProps } from '../pod/placement';
import { PodUser } from '../pod/pod-user';
import { RemovalPolicy } from '../removal-policy';
import { GuardResourcesProps, ResourcesProps } from '../pod/resources';
import { Tls } from '../tls/tls';
import { TokenSignerProps } from '../pod/token-signer-options';
import { VolumeProps } from '../pod/volume';
import { OptionNames } from '../../input/options';
import { SERVER_OPTIONS } from '../../qdrant/option-names';

/** How changes are rolled out to the nodes. */
export interface RollingUpdateProps {
  /**
   * How long, in minutes, an apply waits for each node to become ready again.
   *
   * @default 30
   */
  readonly nodeTimeoutMinutes?: number;

  /**
   * Whether an apply waits for the rollout to complete. A job in the cluster's namespace does the waiting, with the server's
   * image and without any permissions. If it fails, the next apply waits again.
   *
   * @default true
   */
  readonly waitForRollout?: boolean;

  /**
   * The length of a turn in seconds, from 60 to 300. Every other turn belongs to one of the nodes, in order: a node restarts in
   * its own turn when a certificate or a key has changed. The turns in between belong to Kubernetes.
   *
   * A pod that is asked to stop while another node is down waits for it: four minutes, or two turns if that is longer. Kubernetes
   * cannot be kept from stopping it afterwards: a node that takes longer to become ready may be joined by a second one. The pod
   * then has a turn to drain and five minutes to flush its data, so the termination grace period is 600 seconds with turns of
   * 60 seconds. The cluster autoscaler kills pods after 600 seconds by default, regardless of their grace period: with longer
   * turns, increase its `--max-graceful-termination-sec`. The grace period is part of the pod template, so changing this option
   * restarts the nodes, one at a time.
   *
   * @default 60
   * @see
   *   https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#does-ca-respect-gracefultermination-in-scale-down
   */
  readonly turnSeconds?: number;
}

/** @internal */
export const ROLLING_UPDATE_OPTIONS: OptionNames<RollingUpdateProps> = {
  nodeTimeoutMinutes: true,
  waitForRollout: true,
  turnSeconds: true,
};

/** Properties of a Qdrant cluster. */
export interface QdrantClusterProps extends QdrantServerProps {
  /** The namespace of the cluster, which must exist. It can enforce the Pod Security Standard `restricted`. */
  readonly namespace: string;

  /** Memory and CPU of each node. */
  readonly resources: ResourcesProps;

  /** The data volume of each node. */
  readonly dataVolume: VolumeProps;

  /**
   * The snapshot volume of each node.
   *
   * @default - the same as the data volume
   */
  readonly snapshotVolume?: VolumeProps;

  /**
   * The container image of the server, pinned by a version tag or a digest. It must contain the version given by `version`, run
   * as the given non-root `user`, and have bash, openssl and getent, as the official images do.
   *
   * @default - the official unprivileged image of the version
   */
  readonly image?: string;

  /**
   * The container image of the guard, which verifies client certificates if they are required: nginx 1.21.4 or later with the
   * stream module, bash and openssl.
   *
   * @default docker.io/nginxinc/nginx-unprivileged:1.28.0
   */
  readonly guardImage?: string;

  /**
   * Whether a node starts in recovery mode after its server was killed before it became ready, for example because it ran out
   * of memory. In recovery mode Qdrant loads no collections, so that you can delete one that is too large. The mode ends with
   * the pod.
   *
   * @default false
   * @see https://qdrant.tech/documentation/guides/administration/#recovery-mode
   */
  readonly allowRecoveryMode?: boolean;

  /**
   * Memory and CPU of the guard of each node, if client certificates are required.
   *
   * @default - 256Mi of memory and 50m of CPU
   */
  readonly guardResources?: GuardResourcesProps;

  /**
   * The names of the image pull Secrets.
   *
   * @default - none
   */
  readonly imagePullSecretNames?: string[];

  /**
   * The name of the cluster, used as a prefix in the names of its objects: up to 40 lower-case letters, digits and hyphens.
   * Give one wherever data matters: only then does the plan fail if the construct is renamed or moved to another scope. With a
   * generated name, such a plan creates an empty cluster and ends the nodes of this one.
   *
   * @default - generated from the construct's path
   */
  readonly clusterName?: string;

  /**
   * The DNS domain of the Kubernetes cluster. It is part of the names of the nodes and cannot be changed later.
   *
   * @default cluster.local
   */
  readonly clusterDomain?: string;

  /**
   * The DNS service that the pods use.
   *
   * @default ClusterDns.kubeSystem()
   */
  readonly dns?: ClusterDns;

  /**
   * The user that the pods run as. On OpenShift: `PodUser.assignedByNamespace()`.
   *
   * @default PodUser.id(1000)
   */
  readonly user?: PodUser;

  /**
   * The source of the API keys.
   *
   * @default - an admin and a read-only key are generated
   * @example
   * apiKeys: kubernetes.ApiKeys.fromSecrets({
   *   admin: kubernetes.Secret.fromName('vectors-admin', 'api-key'),
   *   readOnly: kubernetes.Secret.fromName('vectors-read-only', 'api-key'),
   * }),
   */
  readonly apiKeys?: ApiKeys;

  /**
   * The source of the TLS certificate.
   *
   * @default - a CA of the cluster's own, managed by cert-manager
   * @example
   * tls: kubernetes.Tls.fromCertManager(kubernetes.CertificateIssuer.clusterIssuer('company-ca')),
   */
  readonly tls?: Tls;

  /**
   * Whether clients must present a certificate.
   *
   * @default ClientVerification.notRequired()
   * @example
   * clientVerification: kubernetes.ClientVerification.required(kubernetes.CaBundle.fromConfigMap('client-ca')),
   */
  readonly clientVerification?: ClientVerification;

  /**
   * Additional CAs that the nodes trust, besides the CA that issued their own certificate. Use this to rotate the CA without
   * downtime, in three applies: add the new CA here; switch `tls` to the new CA and list the old one here; remove the old one.
   *
   * @default - none
   * @example
   * // The second of three applies: the certificate is of the new CA, and nodes trust the previous one until each has it.
   * tls: kubernetes.Tls.fromCertManager(kubernetes.CertificateIssuer.issuer('new-ca')),
   * trustedAuthorities: [kubernetes.CaBundle.fromPem(readFileSync('previous-ca.pem', 'utf8'))],
   */
  readonly trustedAuthorities?: CaBundle[];

  /**
   * Additional host names and IP addresses to include in the certificate that cert-manager issues, for example the public name
   * of a load balancer. The first one becomes the host of `endpoint`.
   *
   * @default - none
   */
  readonly hostNames?: string[];

  /**
   * The service for clients.
   *
   * @default ClientService.clusterIp()
   */
  readonly clientService?: ClientService;

  /**
   * The placement of the pods on machines and zones.
   *
   * @default - each node on a separate machine, spread over the zones
   */
  readonly placement?: PlacementProps;

  /**
   * How changes are rolled out to the nodes.
   *
   * @default - one node at a time, with 30 minutes for each
   */
  readonly rollingUpdate?: RollingUpdateProps;

  /**
   * What happens when the cluster, or one of its nodes, is removed from the code.
   *
   * @default RemovalPolicy.PROTECT
   * @example
   * // A cluster for tests. Keep the default wherever data matters, and call `cluster.unprotectNode(2)` before node 2 goes.
   * removalPolicy: kubernetes.RemovalPolicy.DESTROY,
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Labels for all objects.
   *
   * @default - the labels that Kubernetes recommends
   */
  readonly labels?: { [name: string]: string };

  /**
   * Annotations of the pods' service account, for example to assume a cloud role that can write snapshots to object storage
   * (`eks.amazonaws.com/role-arn`). Allow the connection with `connections.allowTo`.
   *
   * @default - none
   */
  readonly serviceAccountAnnotations?: { [name: string]: string };

  /**
   * Annotations of the pods, for example to disable the sidecar injection of a service mesh.
   *
   * @default - none
   */
  readonly podAnnotations?: { [name: string]: string };

  /**
   * How the tokens of `grantCollections` are signed.
   *
   * @default - every ten minutes, in a pod of the official image of Node
   */
  readonly tokenSigner?: TokenSignerProps;

  /**
   * The provider for all resources of the cluster, including those added later, for example for another Kubernetes cluster.
   *
   * @default - the stack's default Kubernetes provider
   */
  readonly provider?: TerraformProvider;
}

/** @internal */
export const CLUSTER_OPTIONS: OptionNames<QdrantClusterProps> = {
  ...SERVER_OPTIONS,
  namespace: true,
  resources: true,
  dataVolume: true,
  snapshotVolume: true,
  image: true,
  guardImage: true,
  allowRecoveryMode: true,
  guardResources: true,
  imagePullSecretNames: 'reference',
  clusterName: true,
  clusterDomain: true,
  dns: true,
  user: true,
  apiKeys: true,
  tls: true,
  clientVerification: true,
  trustedAuthorities: true,
  hostNames: true,
  clientService: true,
  placement: true,
  rollingUpdate: true,
  removalPolicy: true,
  labels: true,
  serviceAccountAnnotations: true,
  podAnnotations: true,
  tokenSigner: true,
  provider: true,
};
