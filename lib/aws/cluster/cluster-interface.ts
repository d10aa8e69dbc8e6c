import { TerraformProvider } from 'cdktf';
import { IConstruct } from 'constructs';
import { Posture } from '../../posture';
import { ClientEndpoint } from '../../qdrant';
import { CaBundle } from '../tls/ca-bundle';
import { Connections } from '../access/connections';
import { Grant } from '../grants/grant';
import { Grantee } from '../grants/grantee';
import { Secret } from '../secrets/secret';
import { OptionNames } from '../../input/options';

/** A Qdrant cluster, whether made here or elsewhere. */
export interface IQdrantCluster extends IConstruct {
  /** Where clients find it. */
  readonly endpoint: ClientEndpoint;

  /** Who may reach it. */
  readonly connections: Connections;

  /** What is exposed to whom, guarded by what. What is unknown of a cluster that was made elsewhere is said to be. */
  readonly posture: Posture;

  /** Grants the read-only key and, where it is kept in AWS, the CA certificate; nothing else. */
  grantRead(grantee: Grantee): Grant;

  /** Grants the admin key and, where it is kept in AWS, the CA certificate. */
  grantAdmin(grantee: Grantee): Grant;

  /**
   * Accepts the findings of one rule of the posture. The report shows who accepted what.
   *
   * @param ruleId for example `QDR003`
   * @param reason why it is acceptable here
   */
  acknowledge(ruleId: string, reason: string): void;
}

/** What is known of a cluster that was made elsewhere. */
export interface QdrantClusterAttributes {
  /** The host name that clients use. */
  readonly host: string;

  /** The security group of its nodes, or of the load balancer before them. */
  readonly securityGroupId: string;

  /**
   * The secret that holds the read-only key.
   *
   * @default - grantRead is refused
   */
  readonly readOnlyKey?: Secret;

  /**
   * The secret that holds the admin key.
   *
   * @default - grantAdmin is refused
   */
  readonly adminKey?: Secret;

  /**
   * The CA certificate, in a place that clients may read.
   *
   * @default - clients get it in another way
   */
  readonly clientCa?: CaBundle;

  /**
   * Whether it asks clients for a certificate.
   *
   * @default false
   */
  readonly clientCertificate?: boolean;

  /**
   * Whether it serves gRPC.
   *
   * @default true
   */
  readonly grpc?: boolean;

  /**
   * Its metrics port.
   *
   * @default - none
   */
  readonly metricsPort?: number;

  /**
   * The provider that makes what is allowed and granted here.
   *
   * @default - the stack's provider for AWS that has no alias
   */
  readonly provider?: TerraformProvider;
}

/** @internal */
export const CLUSTER_ATTRIBUTES: OptionNames<QdrantClusterAttributes> = {
  host: true,
  securityGroupId: true,
  readOnlyKey: true,
  adminKey: true,
  clientCa: true,
  clientCertificate: true,
  grpc: true,
  metricsPort: true,
  provider: true,
};
