import { TerraformProvider } from 'cdktf';
import { IConstruct } from 'constructs';
import { AcknowledgementOptions, Posture } from '../../posture';
import { ClientEndpoint } from '../../qdrant';
import { CaBundle } from '../tls/ca-bundle';
import { Connections } from '../access/connections';
import { Grant } from '../grants/grant';
import { Grantee } from '../grants/grantee';
import { Secret } from '../secrets/secret';
import { OptionNames } from '../../input/options';

/** A Qdrant cluster, created in this app or imported. */
export interface IQdrantCluster extends IConstruct {
  /** The endpoint for clients. */
  readonly endpoint: ClientEndpoint;

  /** The network connections that are allowed. */
  readonly connections: Connections;

  /** The security posture: what is exposed to whom, and how it is protected. For an imported cluster it lists what is unknown. */
  readonly posture: Posture;

  /** Grants permission to read the Secret with the read-only API key and, if it is stored separately, the CA certificate. */
  grantRead(grantee: Grantee): Grant;

  /** Grants permission to read the Secret with the admin API key and, if it is stored separately, the CA certificate. */
  grantAdmin(grantee: Grantee): Grant;

  /**
   * Accepts the findings of a posture rule. The report lists accepted findings with their reasons.
   *
   * @param ruleId for example `QDR003`
   * @param reason why it is acceptable here
   * @param options until when it is acceptable
   */
  acknowledge(ruleId: string, reason: string, options?: AcknowledgementOptions): void;
}

/** Attributes of an existing cluster. */
export interface QdrantClusterAttributes {
  /** The name of the cluster. */
  readonly clusterName: string;

  /** The namespace. */
  readonly namespace: string;

  /**
   * The host name that clients connect to.
   *
   * @default - the name of its client service
   */
  readonly host?: string;

  /**
   * The labels that select the pods of the cluster, and no others.
   *
   * @default - the labels that this library sets
   */
  readonly podLabels?: { [name: string]: string };

  /**
   * The Secret that holds the read-only key.
   *
   * @default - `grantRead` throws
   */
  readonly readOnlyKey?: Secret;

  /**
   * The Secret that holds the admin key.
   *
   * @default - `grantAdmin` throws
   */
  readonly adminKey?: Secret;

  /**
   * The CA certificate, stored where clients can read it.
   *
   * @default - clients obtain it some other way
   */
  readonly clientCa?: CaBundle;

  /**
   * Whether clients must present a certificate.
   *
   * @default false
   */
  readonly clientCertificate?: boolean;

  /**
   * Whether the cluster serves gRPC.
   *
   * @default true
   */
  readonly grpc?: boolean;

  /**
   * The metrics port.
   *
   * @default - none
   */
  readonly metricsPort?: number;

  /**
   * The provider for the rules and grants that are added to the cluster.
   *
   * @default - the stack's default Kubernetes provider
   */
  readonly provider?: TerraformProvider;
}

/** @internal */
export const CLUSTER_ATTRIBUTES: OptionNames<QdrantClusterAttributes> = {
  clusterName: true,
  namespace: true,
  host: 'reference',
  podLabels: 'reference',
  readOnlyKey: true,
  adminKey: true,
  clientCa: true,
  clientCertificate: true,
  grpc: true,
  metricsPort: true,
  provider: true,
};
