import { Construct } from 'constructs';
import { badInput, isUnknown } from '../input';
import { QdrantVersion } from '../qdrant';
import { checkServer } from '../qdrant/cluster-checks';
import { QdrantClusterProps } from './cluster-props';
import { checkDataVolume } from './data-volume';
import { architectureOf } from './machine-image';

/** Throws where the options of a cluster cannot be, or contradict each other. */
export function checkCluster(cluster: Construct, props: QdrantClusterProps, version: QdrantVersion): void {
  checkServer(cluster, { ...props, version, hasAlternateKey: props.apiKeys?._hasAlternate ?? false });
  checkDataVolume(cluster, props.dataVolume);
  if (!isUnknown(props.instanceType)) architectureOf(cluster, props.instanceType);
  if (props.clusterName !== undefined) checkClusterName(cluster, props.clusterName);
  checkClientVerification(cluster, props);
}

function checkClusterName(cluster: Construct, name: string): void {
  if (isUnknown(name) || /^[a-z][a-z0-9-]{1,26}[a-z0-9]$/.test(name)) return;
  throw badInput(cluster, {
    given: `clusterName is "${name}"`,
    allowed: '3 to 28 lower-case letters, digits and hyphens, a letter first, no hyphen last',
    instead: 'clusterName: "vectors"',
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
