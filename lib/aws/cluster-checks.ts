import { Construct } from 'constructs';
import { badInput, isUnknown, requireWholeNumber } from '../input';
import { QdrantPorts, QdrantVersion } from '../qdrant';
import { QdrantClusterProps } from './cluster-props';
import { checkDataVolume } from './data-volume';
import { architectureOf } from './machine-image';
import { MAX_NODES } from './removal-guard';

/** Throws where the options of a cluster cannot be, or contradict each other. */
export function checkCluster(cluster: Construct, props: QdrantClusterProps, version: QdrantVersion): void {
  checkNodeCount(cluster, props.nodeCount);
  checkUpgrade(cluster, version, props.upgradingFrom);
  checkDataVolume(cluster, props.dataVolume);
  if (!isUnknown(props.instanceType)) architectureOf(cluster, props.instanceType);
  if (props.image !== undefined) checkImage(cluster, props.image);
  if (props.clusterName !== undefined) checkClusterName(cluster, props.clusterName);
  if (props.metricsPort !== undefined) checkMetricsPort(cluster, props.metricsPort, version);
  checkAlternateKey(cluster, props, version);
  checkClientVerification(cluster, props);
}

function checkNodeCount(cluster: Construct, nodeCount = 3): void {
  if (isUnknown(nodeCount)) {
    throw badInput(cluster, {
      given: 'nodeCount is known only when Terraform runs',
      allowed: 'a number that is known when synthesizing, as each node is a set of resources',
      instead: 'nodeCount: 3',
    });
  }
  if (Number.isInteger(nodeCount) && nodeCount >= 1 && nodeCount !== 2 && nodeCount <= MAX_NODES) return;
  throw badInput(cluster, {
    given: `nodeCount is ${nodeCount}`,
    allowed: `one node, or three and more up to ${MAX_NODES}; two have no majority when one is lost`,
    instead: nodeCount === 1 ? 'nodeCount: 1' : 'nodeCount: 3',
  });
}

function checkUpgrade(cluster: Construct, version: QdrantVersion, from?: QdrantVersion): void {
  if (!from || from.canUpgradeTo(version)) return;
  throw badInput(cluster, {
    given: `an upgrade from Qdrant ${from} to ${version}`,
    allowed: 'the same minor release, or the one after it; never back',
    instead: 'one minor release after the other, each applied to the whole cluster',
  });
}

function checkImage(cluster: Construct, image: string): void {
  if (isUnknown(image)) return;
  const tag = /^[^@\s]+?:(?<tag>[\w][\w.-]*)$/.exec(image)?.groups?.tag;
  const digest = /^[^\s]+@sha256:[0-9a-f]{64}$/.test(image);
  if (digest || (tag !== undefined && /\d/.test(tag) && !tag.startsWith('latest') && !tag.includes('/'))) return;
  throw badInput(cluster, {
    given: `image "${image}" names no version`,
    allowed: 'a tag with a version, or a digest; "latest" would change under a running cluster',
    instead: `image: "${QdrantVersion.DEFAULT.unprivilegedImage}", or REGISTRY/NAME@sha256:DIGEST`,
  });
}

function checkClusterName(cluster: Construct, name: string): void {
  if (isUnknown(name) || /^[a-z][a-z0-9-]{1,26}[a-z0-9]$/.test(name)) return;
  throw badInput(cluster, {
    given: `clusterName is "${name}"`,
    allowed: '3 to 28 lower-case letters, digits and hyphens, a letter first, no hyphen last',
    instead: 'clusterName: "vectors"',
  });
}

function checkMetricsPort(cluster: Construct, port: number, version: QdrantVersion): void {
  if (!version.isAtLeast('1.17.0')) {
    throw badInput(cluster, {
      given: `metricsPort with Qdrant ${version}`,
      allowed: 'Qdrant 1.17.0 and later',
      instead: 'scrape /metrics on the REST port with the read-only key',
    });
  }
  requireWholeNumber(cluster, 'metricsPort', port, { min: 1024, max: 65535 });
  const taken = [QdrantPorts.REST, QdrantPorts.GRPC, QdrantPorts.PEER, QdrantPorts.GRPC_BEHIND_GUARD];
  if (!taken.includes(port)) return;
  throw badInput(cluster, {
    given: `metricsPort is ${port}, which serves something else`,
    allowed: `a port other than ${taken.join(', ')}`,
    instead: 'metricsPort: 9153',
  });
}

function checkAlternateKey(cluster: Construct, { apiKeys }: QdrantClusterProps, version: QdrantVersion): void {
  if (!apiKeys?._hasAlternate || version.isAtLeast('1.17.0')) return;
  throw badInput(cluster, {
    given: `an alternate API key with Qdrant ${version}`,
    allowed: 'Qdrant 1.17.0 and later',
    instead: 'upgrade first, then rotate the key',
  });
}

function checkClientVerification(cluster: Construct, { clientVerification, tls }: QdrantClusterProps): void {
  if (!clientVerification?.isRequired || clientVerification.authorities || tls?._issuesToClients) return;
  throw badInput(cluster, {
    given:
      'client certificates are required, but the cluster’s own authority issues to its nodes only: no CA is named for clients',
    allowed: 'an authority that issues to clients',
    instead: 'ClientVerification.required(CaBundle.fromPem(...)), or tls: Tls.fromPrivateCa(arn)',
  });
}
