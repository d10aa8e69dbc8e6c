import { Construct } from 'constructs';
import { badInput, isUnknown, quoted, requireListIfGiven, requireMembers, requireEnumIfGiven } from '../../input/input';
import { requireInstance, requireInstanceIfGiven } from '../../input/nominal';
import { QdrantVersion } from '../../qdrant';
import { checkServer } from '../../qdrant/cluster-checks';
import { defaultName } from '../../terraform/default-name';
import { ApiKeys } from '../secrets/api-keys';
import { CaBundle } from '../tls/ca-bundle';
import { ClientVerification } from '../tls/client-verification';
import { QdrantClusterProps, CLUSTER_OPTIONS } from './cluster-props';
import { checkDataVolume, DATA_VOLUME_OPTIONS } from '../node/data-volume';
import { architectureOf, MachineImage } from '../node/machine-image';
import { ClusterNetwork } from '../access/network';
import { RemovalPolicy } from '../removal-policy';
import { Tls } from '../tls/tls';
import { checkTags } from '../names/tags';
import { requireOptions, requireOptionsIfGiven } from '../../input/options';
import { SETTINGS_OPTIONS } from '../../qdrant/option-names';
import { ROLLING_UPDATE_OPTIONS } from './rolling-update';

/** What no name of a security group may begin with, and those of a cluster begin with its name. */
const SECURITY_GROUP_ID = /^sg-/;

/** Throws where the options of a cluster cannot be, or contradict each other. */
export function checkCluster(cluster: Construct, props: QdrantClusterProps): void {
  checkNames(cluster, props);
  requireMembers(cluster, props, { instanceType: '"r7g.large"', dataVolume: '{ sizeGib: 200 }' });
  checkParts(cluster, props);
  const { version = QdrantVersion.DEFAULT } = props;
  checkServer(cluster, {
    ...props,
    version,
    hasAlternateKey: props.apiKeys?._hasAlternate ?? false,
  });
  checkDataVolume(cluster, props.dataVolume, props.nodeCount ?? 3, props.network._nodeNames);
  if (!isUnknown(props.instanceType)) architectureOf(cluster, props.instanceType);
  if (props.clusterName !== undefined) checkClusterName(cluster, props.clusterName);
  if (props.tags !== undefined) checkTags(cluster, props.tags);
  checkBootCommands(cluster, props);
  checkClientVerification(cluster, props);
}

function checkBootCommands(cluster: Construct, { bootCommands }: QdrantClusterProps): void {
  requireListIfGiven(cluster, 'bootCommands', bootCommands);
  for (const command of bootCommands ?? []) {
    if (isUnknown(command) || (typeof command === 'string' && command.trim() !== '')) continue;
    throw badInput(cluster, {
      given: `bootCommands has ${quoted(command)}`,
      allowed: 'commands of Bash, each a text',
      instead: `bootCommands: ['systemctl enable --now my-agent']`,
    });
  }
}

/** A misspelt option would leave the cluster as it is without it. */
function checkNames(cluster: Construct, props: QdrantClusterProps): void {
  requireOptions(cluster, undefined, props, CLUSTER_OPTIONS);
  if (props.dataVolume) requireOptions(cluster, 'dataVolume', props.dataVolume, DATA_VOLUME_OPTIONS);
  requireOptionsIfGiven(cluster, 'rollingUpdate', props.rollingUpdate, ROLLING_UPDATE_OPTIONS);
  requireOptionsIfGiven(cluster, 'settings', props.settings, SETTINGS_OPTIONS);
}

/** What has rules of its own must have gone through them. */
function checkParts(cluster: Construct, props: QdrantClusterProps): void {
  const ifGiven = (option: keyof QdrantClusterProps, type: { name: string; prototype: object }, instead: string) =>
    requireInstanceIfGiven(cluster, option, props[option], type, instead);
  requireInstance(cluster, 'network', props.network, ClusterNetwork, 'ClusterNetwork.fromSubnets({ vpcId, subnetIds })');
  ifGiven('apiKeys', ApiKeys, 'ApiKeys.generated()');
  ifGiven('tls', Tls, 'Tls.generated()');
  ifGiven('clientVerification', ClientVerification, 'ClientVerification.required(CaBundle.fromPem(pem))');
  ifGiven('machineImage', MachineImage, 'MachineImage.latestAmazonLinux2023()');
  requireListIfGiven(cluster, 'trustedAuthorities', props.trustedAuthorities);
  for (const bundle of props.trustedAuthorities ?? []) {
    requireInstance(cluster, 'trustedAuthorities', bundle, CaBundle, 'trustedAuthorities: [CaBundle.fromPem(pem)]');
  }
  requireEnumIfGiven(cluster, 'removalPolicy', props.removalPolicy, 'RemovalPolicy', RemovalPolicy);
}

function checkClusterName(cluster: Construct, name: string): void {
  const isName = (text: string) => /^[a-z][a-z0-9-]{1,26}[a-z0-9]$/.test(text) && !SECURITY_GROUP_ID.test(text);
  if (isUnknown(name) || (typeof name === 'string' && isName(name))) return;
  throw badInput(cluster, {
    given: `clusterName is ${quoted(name)}`,
    allowed:
      '3 to 28 lower-case letters, digits and hyphens, a letter first, no hyphen last, and not sg- as ids of security groups begin',
    instead: 'clusterName: "vectors"',
  });
}

/** The name of a cluster that is given none. @internal */
export function defaultClusterName(cluster: Construct): string {
  const name = defaultName(cluster, { min: 3, max: 28 });
  return SECURITY_GROUP_ID.test(name) ? `qdrant-${defaultName(cluster, { min: 3, max: 21 })}` : name;
}

function checkClientVerification(cluster: Construct, { clientVerification, tls }: QdrantClusterProps): void {
  if (!clientVerification?.isRequired || clientVerification.authorities || tls?._issuesToClients) return;
  throw badInput(cluster, {
    given:
      'client certificates are required, but the cluster’s own CA issues certificates to nodes only, and no CA of the clients is given',
    allowed: 'a CA that issues certificates to clients',
    instead: 'ClientVerification.required(CaBundle.fromPem(...)), or tls: Tls.fromPrivateCa(arn)',
  });
}
