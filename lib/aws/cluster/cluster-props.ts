import { TerraformProvider } from 'cdktf';
import { QdrantServerProps } from '../../qdrant';
import { ApiKeys } from '../secrets/api-keys';
import { CaBundle } from '../tls/ca-bundle';
import { ClientVerification } from '../tls/client-verification';
import { DataVolumeProps } from '../node/data-volume';
import { MachineImage } from '../node/machine-image';
import { ClusterNetwork } from '../access/network';
import { RemovalPolicy } from '../removal-policy';
import { RollingUpdateProps } from './rolling-update';
import { Tls } from '../tls/tls';
import { OptionNames } from '../../input/options';
import { SERVER_OPTIONS } from '../../qdrant/option-names';

/** Properties of a Qdrant cluster. */
export interface QdrantClusterProps extends QdrantServerProps {
  /** The network to place the cluster in. */
  readonly network: ClusterNetwork;

  /**
   * The instance type of the nodes, for example `r7g.large`. It also determines the processor architecture. Changing the type
   * restarts the nodes one at a time. A type with another architecture replaces the instances but keeps their data; the plan
   * fails until every node is unprotected, because Terraform terminates all of them before it creates the first replacement.
   */
  readonly instanceType: string;

  /** The data volume of each node. */
  readonly dataVolume: DataVolumeProps;

  /**
   * The container image of the server, pinned by a version tag or a digest. It must contain the version given by `version` and
   * run as uid 1000.
   *
   * @default - the official unprivileged image of the version
   */
  readonly image?: string;

  /**
   * The name of the cluster, used as a prefix in the names of its resources: up to 28 lower-case letters, digits and hyphens.
   * Give one wherever data matters: only then does the plan fail if the construct is renamed or moved to another scope. With a
   * generated name, such a plan creates an empty cluster and ends the nodes of this one.
   *
   * @default - generated from the construct's path
   */
  readonly clusterName?: string;

  /**
   * The source of the API keys.
   *
   * @default - an admin and a read-only key are generated
   * @example
   * // The second of three applies that rotate the generated admin key: the first key is accepted until clients have moved.
   * apiKeys: aws.ApiKeys.generated({ generation: 2, alternateGeneration: 1 }),
   */
  readonly apiKeys?: ApiKeys;

  /**
   * The source of the TLS certificates.
   *
   * @default - a CA of the cluster's own
   * @example
   * tls: aws.Tls.fromPrivateCa('arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555'),
   */
  readonly tls?: Tls;

  /**
   * Whether clients must present a certificate.
   *
   * @default ClientVerification.notRequired()
   * @example
   * clientVerification: aws.ClientVerification.required(aws.CaBundle.fromPem(readFileSync('client-ca.pem', 'utf8'))),
   */
  readonly clientVerification?: ClientVerification;

  /**
   * Additional CAs that the nodes trust, besides the CA that issued their own certificates. Use this to rotate the CA without
   * downtime, in three applies: add the new CA here; switch `tls` to the new CA and list the old one here; remove the old one.
   *
   * @default - none
   * @example
   * // The second of three applies: certificates are of the new CA, and nodes trust the previous one until each has one.
   * tls: aws.Tls.fromSecret(aws.Secret.fromArn('arn:aws:secretsmanager:eu-west-1:123456789012:secret:new-certificate-AbCdEf')),
   * trustedAuthorities: [aws.CaBundle.fromPem(readFileSync('previous-ca.pem', 'utf8'))],
   */
  readonly trustedAuthorities?: CaBundle[];

  /**
   * Additional host names to include in the certificates that the library issues, for example the public name of a load
   * balancer.
   *
   * @default - none
   */
  readonly hostNames?: string[];

  /**
   * The machine image of the nodes.
   *
   * @default MachineImage.latestAmazonLinux2023()
   */
  readonly machineImage?: MachineImage;

  /**
   * Shell commands that each node runs as root whenever it boots, before anything else, for example to set a proxy in
   * `/etc/qdrant/environment` or to install an agent. They run in one Bash script with `set -euo pipefail`, and again until they
   * succeed: write them so that they can be repeated. They cannot gain privileges (`NoNewPrivileges`), as `sudo` would. Nodes that are running get changed commands with the next rolling update,
   * and run them when they boot. Terraform's state and the Systems Manager document show them: put no secrets in them.
   *
   * @default - none
   * @example
   * bootCommands: ['echo HTTPS_PROXY=http://proxy.internal:3128 >/etc/qdrant/environment'],
   */
  readonly bootCommands?: string[];

  /**
   * How changes are rolled out to the nodes.
   *
   * @default - one node at a time, with 30 minutes for each; nodes check for rotated keys and certificates every 12 hours
   */
  readonly rollingUpdate?: RollingUpdateProps;

  /**
   * What happens when the cluster, or one of its nodes, is removed from the code.
   *
   * @default RemovalPolicy.PROTECT
   * @example
   * // A cluster for tests. Keep the default wherever data matters, and call `cluster.unprotectNode(2)` before node 2 goes.
   * removalPolicy: aws.RemovalPolicy.DESTROY,
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Tags to apply to every resource that supports them, up to 46: AWS allows 50 per resource, and the library sets four of its
   * own. `Name` and names that start with `Qdrant` or `aws:` are reserved. Names have up to 128 letters, digits, spaces and
   * `_.:/=+-@`, values up to 256.
   *
   * @see https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
   * @default - only the tags that the library sets
   */
  readonly tags?: { [name: string]: string };

  /**
   * The provider for all resources of the cluster, including those added later, for example for another region or account.
   *
   * @default - the stack's default AWS provider
   */
  readonly provider?: TerraformProvider;
}

/** @internal */
export const CLUSTER_OPTIONS: OptionNames<QdrantClusterProps> = {
  ...SERVER_OPTIONS,
  network: true,
  instanceType: true,
  dataVolume: true,
  image: true,
  clusterName: true,
  apiKeys: true,
  tls: true,
  clientVerification: true,
  trustedAuthorities: true,
  hostNames: true,
  machineImage: true,
  bootCommands: true,
  rollingUpdate: true,
  removalPolicy: true,
  tags: true,
  provider: true,
};
