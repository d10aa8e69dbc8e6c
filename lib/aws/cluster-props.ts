import { QdrantSettings, QdrantVersion } from '../qdrant';
import { ApiKeys } from './api-keys';
import { CaBundle } from './ca-bundle';
import { ClientVerification } from './client-verification';
import { DataVolumeProps } from './data-volume';
import { MachineImage } from './machine-image';
import { ClusterNetwork } from './network';
import { RemovalPolicy } from './removal-policy';
import { RollingUpdateProps } from './rolling-update';
import { Tls } from './tls';

/** What a cluster is to be. */
export interface QdrantClusterProps {
  /** The network that it lives in. */
  readonly network: ClusterNetwork;

  /**
   * The instance type of its nodes, for example `r7g.large`. Graviton and x86-64 are told apart from it. Another type restarts the nodes one after the
   * other. One of the other processor replaces the instances, never their data: the plan fails until all are released, as Terraform ends them all
   * before it makes the first anew.
   */
  readonly instanceType: string;

  /** The disk of each node that holds the data. */
  readonly dataVolume: DataVolumeProps;

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
   * The image that the nodes run, of the given release, by a version tag or a digest. It must run as uid 1000.
   *
   * @default - the official unprivileged image of the release
   */
  readonly image?: string;

  /**
   * A name that is part of the names of what is made: up to 28 lower-case letters, digits and hyphens.
   *
   * @default - made from the construct's path
   */
  readonly clusterName?: string;

  /**
   * Where the API keys come from.
   *
   * @default - an admin and a read-only key are generated
   */
  readonly apiKeys?: ApiKeys;

  /**
   * Where the certificates come from.
   *
   * @default - an authority of the cluster's own
   */
  readonly tls?: Tls;

  /**
   * Whether clients must present a certificate.
   *
   * @default ClientVerification.notRequired()
   */
  readonly clientVerification?: ClientVerification;

  /**
   * Whom the nodes believe besides the authority of their certificates. It is how that authority is changed while the cluster works, in three
   * applies: add the new one here; change `tls` to it and name the old one here; leave the old one out.
   *
   * @default - none
   */
  readonly trustedAuthorities?: CaBundle[];

  /**
   * Further host names that the nodes' certificates carry where the library has them issued, as a public name of a load balancer.
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
   * The server's settings.
   *
   * @default - Qdrant's own, tightened: no telemetry, no CORS, no web UI, no snapshots from URLs
   */
  readonly settings?: QdrantSettings;

  /**
   * What the nodes boot from.
   *
   * @default MachineImage.latestAmazonLinux2023()
   */
  readonly machineImage?: MachineImage;

  /**
   * How changes reach the nodes.
   *
   * @default - node by node, each within 30 minutes; rotated keys and certificates are looked for every 12 hours
   */
  readonly rollingUpdate?: RollingUpdateProps;

  /**
   * What happens when the cluster, or a node of it, is no longer synthesized.
   *
   * @default RemovalPolicy.PROTECT
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Tags for the nodes and their disks.
   *
   * @default - none but the name and the cluster's
   */
  readonly tags?: { [name: string]: string };
}
