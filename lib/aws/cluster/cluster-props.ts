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

/** What a cluster is to be. */
export interface QdrantClusterProps extends QdrantServerProps {
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
   * @example
   * // The second of three applies that rotate the generated admin key: the first key is accepted until clients have moved.
   * apiKeys: aws.ApiKeys.generated({ generation: 2, alternateGeneration: 1 }),
   */
  readonly apiKeys?: ApiKeys;

  /**
   * Where the certificates come from.
   *
   * @default - an authority of the cluster's own
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
   * Whom the nodes believe besides the authority of their certificates. It is how that authority is changed while the cluster works, in three
   * applies: add the new one here; change `tls` to it and name the old one here; leave the old one out.
   *
   * @default - none
   * @example
   * // The second of three applies: certificates are of the new CA, and nodes trust the previous one until each has one.
   * tls: aws.Tls.fromSecret(aws.Secret.fromArn('arn:aws:secretsmanager:eu-west-1:123456789012:secret:new-certificate-AbCdEf')),
   * trustedAuthorities: [aws.CaBundle.fromPem(readFileSync('previous-ca.pem', 'utf8'))],
   */
  readonly trustedAuthorities?: CaBundle[];

  /**
   * Further host names that the nodes' certificates carry where the library has them issued, as a public name of a load balancer.
   *
   * @default - none
   */
  readonly hostNames?: string[];

  /**
   * What the nodes boot from.
   *
   * @default MachineImage.latestAmazonLinux2023()
   */
  readonly machineImage?: MachineImage;

  /**
   * How changes reach the nodes.
   *
   * @default - node by node, each within 30 minutes; nodes look for rotated keys and certificates every 12 hours
   */
  readonly rollingUpdate?: RollingUpdateProps;

  /**
   * What happens when the cluster, or a node of it, is no longer synthesized.
   *
   * @default RemovalPolicy.PROTECT
   * @example
   * // A cluster for tests. Keep the default wherever data matters, and call `cluster.releaseNode(2)` before node 2 goes.
   * removalPolicy: aws.RemovalPolicy.DESTROY,
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Tags for whatever is made that takes tags, up to 46: AWS takes 50 on a resource, and the library sets four of its own. `Name`, and names that begin with
   * `Qdrant` or `aws:`, are not free. Names have up to 128 letters, digits, spaces and `_.:/=+-@`, values up to 256 of them.
   *
   * @see https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html#id_tags_naming_best_practices
   * @default - none but the name and the cluster's
   */
  readonly tags?: { [name: string]: string };

  /**
   * The provider that makes the cluster, and whatever is added to it later: of another region or account than the stack's own.
   *
   * @default - the stack's provider for AWS that has no alias
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
  rollingUpdate: true,
  removalPolicy: true,
  tags: true,
  provider: true,
};
