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
import { VolumeProps } from '../pod/volume';
import { OptionNames } from '../../input/options';
import { SERVER_OPTIONS } from '../../qdrant/option-names';

/** How changes are rolled out to the nodes. */
export interface RollingUpdateProps {
  /**
   * How many minutes an apply waits for one node to serve again, after the one before it does.
   *
   * @default 30
   */
  readonly nodeTimeoutMinutes?: number;

  /**
   * Whether an apply waits until every node serves what it was told to. A job of the cluster's namespace does the waiting, with the server's image and no
   * right in the cluster. Where it fails, the next apply waits anew.
   *
   * @default true
   */
  readonly waitForRollout?: boolean;

  /**
   * How many seconds long a turn is. Every other turn belongs to the nodes, one after the other: in it a node may restart by itself, when a
   * certificate or a key has changed. The turns between belong to Kubernetes. From 30 to 300.
   *
   * A pod that is asked to stop waits two turns at most for one of those, and has six minutes more to be drained and to write what it holds: its grace is 480
   * seconds where a turn is 60. Cluster autoscalers give a pod 600 seconds by default, whatever its grace, and end it in the middle of its writing afterwards:
   * with turns of more than 120 seconds, give it more there (`--max-graceful-termination-sec`). As the grace is part of a pod, a change restarts the nodes,
   * one after the other.
   *
   * @default 60
   * @see https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md#does-ca-respect-gracefultermination-in-scale-down
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
  /** The namespace that it lives in, which must exist. It may enforce the Pod Security Standard `restricted`. */
  readonly namespace: string;

  /** What each node is given. */
  readonly resources: ResourcesProps;

  /** The volume of each node that holds the data. */
  readonly dataVolume: VolumeProps;

  /**
   * The volume of each node that holds the snapshots.
   *
   * @default - like the data volume
   */
  readonly snapshotVolume?: VolumeProps;

  /**
   * The image that the nodes run, of the given release, by a version tag or a digest. It must run as any `user` that is not
   * root, and have bash, openssl and getent as the official ones do.
   *
   * @default - the official unprivileged image of the version
   */
  readonly image?: string;

  /**
   * The image of the guard that verifies client certificates, where those are required: nginx 1.21.4 or later with its stream module, bash and openssl.
   *
   * @default docker.io/nginxinc/nginx-unprivileged:1.28.0
   */
  readonly guardImage?: string;

  /**
   * Whether a node whose server was killed before it ever served, as for lack of memory, starts it again in recovery mode: it then loads no collection, so that
   * one which is too large can be deleted. The mode ends with the pod.
   *
   * @default false
   * @see https://qdrant.tech/documentation/guides/administration/#recovery-mode
   */
  readonly allowRecoveryMode?: boolean;

  /**
   * What the guard in front of each node is given, where client certificates are required.
   *
   * @default - 256Mi, and 50m of a processor
   */
  readonly guardResources?: GuardResourcesProps;

  /**
   * The names of Secrets with which the images are pulled.
   *
   * @default - none
   */
  readonly imagePullSecretNames?: string[];

  /**
   * The name of the cluster, and of what is made for it: up to 40 lower-case letters, digits and hyphens.
   *
   * @default - generated from the construct's path
   */
  readonly clusterName?: string;

  /**
   * The DNS domain of the Kubernetes cluster, which the names of the peers end in for good.
   *
   * @default cluster.local
   */
  readonly clusterDomain?: string;

  /**
   * Whom the pods ask for names.
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
   * The service by which clients find the cluster.
   *
   * @default ClientService.clusterIp()
   */
  readonly clientService?: ClientService;

  /**
   * On which machines the nodes run.
   *
   * @default - each on a machine of its own, spread over the zones
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
   * // A cluster for tests. Keep the default wherever data matters, and call `cluster.releaseNode(2)` before node 2 goes.
   * removalPolicy: kubernetes.RemovalPolicy.DESTROY,
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Labels for everything that is made.
   *
   * @default - those that Kubernetes recommends
   */
  readonly labels?: { [name: string]: string };

  /**
   * Annotations of the pods' service account, for example the role that a cloud gives it to write snapshots to its object storage
   * (`eks.amazonaws.com/role-arn`). `connections.allowTo` opens the way there.
   *
   * @default - none
   */
  readonly serviceAccountAnnotations?: { [name: string]: string };

  /**
   * Annotations of the pods, for example to keep a service mesh away.
   *
   * @default - none
   */
  readonly podAnnotations?: { [name: string]: string };

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
  imagePullSecretNames: true,
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
  provider: true,
};
