import { acknowledgementUnused } from './acknowledgement-unused';
import { clientCertificatesUnverified } from './client-certificates-unverified';
import { clientsInClearText } from './clients-in-clear-text';
import { clientsWithoutKey } from './clients-without-key';
import { metricsExposed } from './metrics-exposed';
import { nameFromPath } from './name-from-path';
import { nodeUnprotected } from './node-unprotected';
import { peerPortExposed } from './peer-port-exposed';
import { peersInClearText } from './peers-in-clear-text';
import { peersWithoutKey } from './peers-without-key';
import { publicAndUnprotected } from './public-and-unprotected';
import { publicWithoutClientCertificate } from './public-without-client-certificate';
import { reachUndeclared } from './reach-undeclared';
import { releaseOutdated } from './release-outdated';
import { removalUnprotected } from './removal-unprotected';
import { Rule } from './rule';
import { secretInClearText } from './secret-in-clear-text';
import { secretReadableByEveryWorkload } from './secret-readable-by-every-workload';
import { secretReadableByEveryone } from './secret-readable-by-everyone';
import { settingsLoosened } from './settings-loosened';
import { settingsUnchecked } from './settings-unchecked';
import { singleCopy } from './single-copy';
import { singleZone } from './single-zone';
import { snapshotsInClearText } from './snapshots-in-clear-text';

/** Every rule, in the order of their ids. */
export const rules: Rule[] = [
  peerPortExposed,
  publicAndUnprotected,
  publicWithoutClientCertificate,
  metricsExposed,
  reachUndeclared,
  clientCertificatesUnverified,
  clientsInClearText,
  peersInClearText,
  clientsWithoutKey,
  snapshotsInClearText,
  releaseOutdated,
  peersWithoutKey,
  settingsLoosened,
  singleCopy,
  removalUnprotected,
  settingsUnchecked,
  nodeUnprotected,
  nameFromPath,
  secretReadableByEveryone,
  secretReadableByEveryWorkload,
  secretInClearText,
  singleZone,
  acknowledgementUnused,
];
