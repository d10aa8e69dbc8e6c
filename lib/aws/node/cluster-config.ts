import { ClusterDescription } from '../../cluster/cluster-description';
import { QdrantPorts, ResolvedSettings } from '../../qdrant';
import { literalJson } from '../../terraform/literal-text';
import { FOUNDING_MINUTES } from '../../terraform/founding-time';
import { CaBundle } from '../tls/ca-bundle';
import { ClusterKeys } from '../secrets/api-keys';
import { ecrRepository } from './ecr-image';
import { KeptBundles } from '../tls/kept-bundles';
import { Secret } from '../secrets/secret';
import { NodeTls } from '../tls/tls';

/** The cluster, as its nodes know it. */
export interface DescribedCluster extends ClusterDescription {
  readonly clusterName: string;
  readonly image: string;
}

export interface ClusterConfigProps {
  readonly region: string;
  readonly keys: ClusterKeys;
  readonly tls: NodeTls;
  readonly bundles: KeptBundles;
  readonly turnSeconds: number;
  /** The hosts of all nodes, in the order of their numbers. */
  readonly peers: string[];
  /** Further names that the nodes' certificates carry. */
  readonly hostNames: string[];
  /** When the cluster was first applied. */
  readonly foundingTime: string;
  /** Whether a load balancer asks the nodes for their health. */
  readonly loadBalanced: boolean;
}

/** What `cluster.json` holds. */
interface ClusterConfig {
  readonly cluster: string;
  readonly region: string;
  readonly image: string;
  /** The private registry that the image comes from. */
  readonly ecr?: { readonly registry: string; readonly region: string };
  readonly version: string;
  readonly keys: { readonly admin: SecretSource; readonly readOnly?: SecretSource; readonly alternate?: SecretSource };
  readonly keysRevision: string;
  readonly tls: NodeTls;
  readonly trusted: BundleSource[];
  readonly clientCas: BundleSource[];
  readonly bundlesRevision: string;
  readonly restPort: number;
  readonly guardedPorts: number[];
  readonly portsBesideRest: number[];
  readonly turnSeconds: number;
  readonly peers: string[];
  readonly hostNames: string[];
  readonly founding: { readonly time: string; readonly minutes: number };
  readonly server: { readonly usesInstanceRole: boolean };
  readonly loadBalanced: boolean;
}

interface SecretSource {
  readonly arn: string;
  readonly field?: string;
}

type BundleSource = { readonly pemBase64: string } | { readonly secretArn: string } | { readonly privateCaArn: string };

/** What the nodes of a cluster are to run, as `cluster.json` tells their programs. It holds no secret, and is the same on all of them. */
export function renderClusterConfig(cluster: DescribedCluster, props: ClusterConfigProps): string {
  const ecr = ecrRepository(cluster.image);
  const config: ClusterConfig = {
    cluster: cluster.clusterName,
    region: props.region,
    image: cluster.image,
    ...(ecr && { ecr: { registry: ecr.registry, region: ecr.region } }),
    version: cluster.version.version,
    keys: {
      admin: secretSource(props.keys.admin),
      ...(props.keys.readOnly && { readOnly: secretSource(props.keys.readOnly) }),
      ...(props.keys.alternate && { alternate: secretSource(props.keys.alternate) }),
    },
    keysRevision: props.keys.revision,
    tls: props.tls,
    trusted: props.bundles.trusted.map(bundleSource),
    clientCas: props.bundles.clientCas.map(bundleSource),
    bundlesRevision: props.bundles.revision,
    restPort: QdrantPorts._restAmongNodes(cluster.guard),
    guardedPorts: cluster.guardedPorts,
    portsBesideRest: cluster.portsBesideRest,
    turnSeconds: props.turnSeconds,
    peers: props.peers,
    hostNames: props.hostNames,
    founding: { time: props.foundingTime, minutes: FOUNDING_MINUTES },
    server: { usesInstanceRole: usesInstanceRole(cluster.settings) },
    loadBalanced: props.loadBalanced,
  };
  return literalJson(JSON.stringify(config, null, 2));
}

/** Whether the server itself asks AWS for something, with the role of its instance: snapshots in S3. It takes no key of an account as a setting. */
function usesInstanceRole(settings: ResolvedSettings): boolean {
  return settings.value('storage.snapshots_config.snapshots_storage') === 's3';
}

function secretSource({ arn, jsonField }: Secret): SecretSource {
  return { arn, ...(jsonField !== undefined && { field: jsonField }) };
}

function bundleSource({ _source: { pem, secret, privateCaArn } }: CaBundle): BundleSource {
  if (pem !== undefined) return { pemBase64: Buffer.from(pem).toString('base64') };
  return secret ? { secretArn: secret.arn } : { privateCaArn: privateCaArn! };
}
