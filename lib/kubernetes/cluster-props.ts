import { QdrantSettings, QdrantVersion } from '../qdrant';
import { ApiKeys } from './api-keys';
import { CaBundle } from './ca-bundle';
import { ClientService } from './client-service';
import { ClientVerification } from './client-verification';
import { PlacementProps } from './placement';
import { RemovalPolicy } from './removal-policy';
import { ResourcesProps } from './resources';
import { Tls } from './tls';
import { VolumeProps } from './volume';

/** How changes reach the nodes. */
export interface RollingUpdateProps {
  /**
   * How many minutes an apply waits for one node to serve again.
   *
   * @default 30
   */
  readonly nodeTimeoutMinutes?: number;

  /**
   * How many seconds long the turn is in which a node may restart by itself, when a certificate or a key has changed. The turns go round; it must
   * suffice for a node to stop, start and be ready.
   *
   * @default 180
   */
  readonly turnSeconds?: number;
}

/** What a cluster is to be. */
export interface QdrantClusterProps {
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
   * How many nodes it has: one, or three and more. Two have no majority when one is lost.
   *
   * @default 3
   */
  readonly nodeCount?: number;

  /**
   * The release of the server. It moves minor by minor: a node refuses to start on data of another minor release than this or the one before.
   *
   * @default QdrantVersion.V1_19_0
   */
  readonly version?: QdrantVersion;

  /**
   * The release that the cluster ran before, while it is being upgraded. Leave it out again once every node runs the new one: only then do the
   * nodes ask each other for the API key, where the release before did not know how (before 1.18).
   *
   * @default - the cluster is not being upgraded
   */
  readonly upgradingFrom?: QdrantVersion;

  /**
   * The image that the nodes run, of the given release, by a version tag or a digest. It must run as uid 1000, and have bash and openssl as the
   * official ones do.
   *
   * @default - the official unprivileged image of the release
   */
  readonly image?: string;

  /**
   * The image of the guard in front of gRPC, where client certificates are required: nginx 1.21.4 or later with its stream module, and bash.
   *
   * @default docker.io/nginxinc/nginx-unprivileged:1.28.0
   */
  readonly guardImage?: string;

  /**
   * The names of Secrets with which the images are pulled.
   *
   * @default - none
   */
  readonly imagePullSecretNames?: string[];

  /**
   * The name of the cluster, and of what is made for it: up to 40 lower-case letters, digits and hyphens.
   *
   * @default - made from the construct's path
   */
  readonly clusterName?: string;

  /**
   * The DNS domain of the Kubernetes cluster, which the names of the peers end in for good.
   *
   * @default cluster.local
   */
  readonly clusterDomain?: string;

  /**
   * Where the API keys come from.
   *
   * @default - an admin and a read-only key are generated
   */
  readonly apiKeys?: ApiKeys;

  /**
   * Where the certificate comes from.
   *
   * @default - an authority of the cluster's own, by cert-manager
   */
  readonly tls?: Tls;

  /**
   * Whether clients must present a certificate.
   *
   * @default ClientVerification.notRequired()
   */
  readonly clientVerification?: ClientVerification;

  /**
   * Whom the nodes believe besides the authority of their certificate. It is how that authority is changed while the cluster works, in three
   * applies: add the new one here; change `tls` to it and name the old one here; leave the old one out.
   *
   * @default - none
   */
  readonly trustedAuthorities?: CaBundle[];

  /**
   * Further host names that the certificate carries where cert-manager has it issued, as a public name of a load balancer. Clients are given the
   * first one.
   *
   * @default - none
   */
  readonly hostNames?: string[];

  /**
   * Whether gRPC is served.
   *
   * @default true
   */
  readonly grpc?: boolean;

  /**
   * A port that serves `/metrics` without a key, for a monitoring system that cannot send one (since 1.17). `/metrics` on the REST port needs
   * the read-only key, and no option.
   *
   * @default - none
   */
  readonly metricsPort?: number;

  /**
   * The service by which clients find the cluster.
   *
   * @default ClientService.clusterIp()
   */
  readonly clientService?: ClientService;

  /**
   * The server's settings.
   *
   * @default - Qdrant's own, tightened: no telemetry, no CORS, no web UI, no snapshots from URLs
   */
  readonly settings?: QdrantSettings;

  /**
   * On which machines the nodes run.
   *
   * @default - each on a machine of its own, spread over the zones
   */
  readonly placement?: PlacementProps;

  /**
   * How changes reach the nodes.
   *
   * @default - node by node, each within 30 minutes
   */
  readonly rollingUpdate?: RollingUpdateProps;

  /**
   * What happens when the cluster, or a node of it, is no longer synthesized.
   *
   * @default RemovalPolicy.PROTECT
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Labels for everything that is made.
   *
   * @default - those that Kubernetes recommends
   */
  readonly labels?: { [name: string]: string };

  /**
   * Annotations of the pods, for example to keep a service mesh away.
   *
   * @default - none
   */
  readonly podAnnotations?: { [name: string]: string };
}
