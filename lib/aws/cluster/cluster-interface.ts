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

  /** Grants permission to read the read-only API key and, if it is stored in AWS, the CA certificate. */
  grantRead(grantee: Grantee): Grant;

  /** Grants permission to read the admin API key and, if it is stored in AWS, the CA certificate. */
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
  /** The host name that clients connect to. */
  readonly host: string;

  /** The security group of the nodes, or of the load balancer in front of them. */
  readonly securityGroupId: string;

  /**
   * The secret that holds the read-only key.
   *
   * @default - `grantRead` throws
   */
  readonly readOnlyKey?: Secret;

  /**
   * The secret that holds the admin key.
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
   * @default - the stack's default AWS provider
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
