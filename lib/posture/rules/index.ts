import { accountTokenMounted } from './account-token-mounted';
import { acknowledgementUnused } from './acknowledgement-unused';
import { addressPublic } from './address-public';
import { administrationExposed } from './administration-exposed';
import { auditLogLost } from './audit-log-lost';
import { capabilitiesKept } from './capabilities-kept';
import { certificateKept } from './certificate-kept';
import { clientCertificatesUnverified } from './client-certificates-unverified';
import { clientsInClearText } from './clients-in-clear-text';
import { clientsWithoutKey } from './clients-without-key';
import { dataLost } from './data-lost';
import { egressUnlimited } from './egress-unlimited';
import { evictionUnlimited } from './eviction-unlimited';
import { imageByTag } from './image-by-tag';
import { imageUnversioned } from './image-unversioned';
import { keyShort } from './key-short';
import { keysSame } from './keys-same';
import { machineImageOfAnyone } from './machine-image-of-anyone';
import { machineOpened } from './machine-opened';
import { machineRightsWide } from './machine-rights-wide';
import { memoryUnlimited } from './memory-unlimited';
import { metadataWithoutToken } from './metadata-without-token';
import { metricsExposed } from './metrics-exposed';
import { nameFromPath } from './name-from-path';
import { networkOfMachine } from './network-of-machine';
import { nodeUnprotected } from './node-unprotected';
import { nodesInterchangeable } from './nodes-interchangeable';
import { nodesUndersized } from './nodes-undersized';
import { nodesUnjoined } from './nodes-unjoined';
import { nodesUnverified } from './nodes-unverified';
import { peerPortExposed } from './peer-port-exposed';
import { peersInClearText } from './peers-in-clear-text';
import { peersWithoutKey } from './peers-without-key';
import { podRightsWide } from './pod-rights-wide';
import { privilegesGained } from './privileges-gained';
import { probeFailing } from './probe-failing';
import { programUnverified } from './program-unverified';
import { publicAndUnprotected } from './public-and-unprotected';
import { publicWithoutClientCertificate } from './public-without-client-certificate';
import { reachUndeclared } from './reach-undeclared';
import { releaseOutdated } from './release-outdated';
import { releasesMixed } from './releases-mixed';
import { removalUnprotected } from './removal-unprotected';
import { restClosedAmongNodes } from './rest-closed-among-nodes';
import { rootFileSystemWritable } from './root-file-system-writable';
import { Rule } from './rule';
import { secretInClearText } from './secret-in-clear-text';
import { secretReadableByEveryWorkload } from './secret-readable-by-every-workload';
import { secretReadableByEveryone } from './secret-readable-by-everyone';
import { serverAsRoot } from './server-as-root';
import { serversApart } from './servers-apart';
import { settingsLoosened } from './settings-loosened';
import { settingsUnchecked } from './settings-unchecked';
import { singleCopy } from './single-copy';
import { singleMachine } from './single-machine';
import { singleZone } from './single-zone';
import { snapshotsInClearText } from './snapshots-in-clear-text';
import { startInOrder } from './start-in-order';
import { storageOnNetwork } from './storage-on-network';
import { tlsOutdated } from './tls-outdated';
import { twoNodes } from './two-nodes';
import { volumeEndsWithNode } from './volume-ends-with-node';
import { volumeUnencrypted } from './volume-unencrypted';

/** Every rule, in the order of their ids. */
export const rules: Rule[] = [
  peerPortExposed,
  publicAndUnprotected,
  publicWithoutClientCertificate,
  metricsExposed,
  reachUndeclared,
  egressUnlimited,
  addressPublic,
  administrationExposed,
  networkOfMachine,
  clientCertificatesUnverified,
  clientsInClearText,
  peersInClearText,
  clientsWithoutKey,
  snapshotsInClearText,
  volumeUnencrypted,
  tlsOutdated,
  certificateKept,
  restClosedAmongNodes,
  nodesUnverified,
  releaseOutdated,
  peersWithoutKey,
  settingsLoosened,
  singleCopy,
  removalUnprotected,
  settingsUnchecked,
  nodeUnprotected,
  nameFromPath,
  serversApart,
  nodesInterchangeable,
  secretReadableByEveryone,
  secretReadableByEveryWorkload,
  secretInClearText,
  keyShort,
  keysSame,
  machineRightsWide,
  podRightsWide,
  accountTokenMounted,
  metadataWithoutToken,
  singleZone,
  dataLost,
  storageOnNetwork,
  volumeEndsWithNode,
  twoNodes,
  evictionUnlimited,
  singleMachine,
  memoryUnlimited,
  probeFailing,
  startInOrder,
  acknowledgementUnused,
  imageUnversioned,
  imageByTag,
  machineImageOfAnyone,
  programUnverified,
  releasesMixed,
  serverAsRoot,
  machineOpened,
  privilegesGained,
  capabilitiesKept,
  rootFileSystemWritable,
  nodesUnjoined,
  auditLogLost,
  nodesUndersized,
];
