import { Probe } from '../probe';
import { advisories } from './advisories';
import { auditLog } from './audit-log';
import { behindTheGuard } from './behind-the-guard';
import { brokenCiphers } from './broken-ciphers';
import { certificateChain } from './certificate-chain';
import { certificateEnd } from './certificate-end';
import { certificateKey } from './certificate-key';
import { certificateName } from './certificate-name';
import { certificateUsage } from './certificate-usage';
import { clientCertificateOfAnotherCa } from './client-certificate-of-another-ca';
import { earlyClientCertificate, expiredClientCertificate } from './client-certificate-out-of-time';
import { copiesShareAHost } from './copies-share-a-host';
import { cors } from './cors';
import { endlessToken } from './endless-token';
import { keyInClearText } from './key-in-clear-text';
import { keylessPath } from './keyless-path';
import { lostCopies } from './lost-copies';
import { metricsPort } from './metrics-port';
import { noClientCertificate } from './no-client-certificate';
import { noForwardSecrecy } from './no-forward-secrecy';
import { noKey } from './no-key';
import { oldTls } from './old-tls';
import { peerPort } from './peer-port';
import { peersInClearText } from './peers-in-clear-text';
import { peersUnverified } from './peers-unverified';
import { peersWithoutKey } from './peers-without-key';
import { plainText } from './plain-text';
import { readOnlyKeyWrites } from './read-only-key-writes';
import { shortSigningKey } from './short-signing-key';
import { singleCopy } from './single-copy';
import { snapshotFromUrl } from './snapshot-from-url';
import { telemetry } from './telemetry';
import { unsignedToken } from './unsigned-token';
import { version } from './version';
import { webUi } from './web-ui';
import { writeConsistency } from './write-consistency';
import { wrongKey } from './wrong-key';

/** Every probe, in the order in which they run and are listed. */
export const probes: Probe[] = [
  noKey,
  wrongKey,
  keylessPath,
  telemetry,
  readOnlyKeyWrites,
  unsignedToken,
  endlessToken,
  shortSigningKey,
  plainText,
  keyInClearText,
  oldTls,
  brokenCiphers,
  noForwardSecrecy,
  certificateChain,
  certificateName,
  certificateEnd,
  certificateUsage,
  certificateKey,
  noClientCertificate,
  clientCertificateOfAnotherCa,
  expiredClientCertificate,
  earlyClientCertificate,
  peerPort,
  behindTheGuard,
  metricsPort,
  peersInClearText,
  peersUnverified,
  peersWithoutKey,
  webUi,
  cors,
  snapshotFromUrl,
  version,
  advisories,
  singleCopy,
  lostCopies,
  copiesShareAHost,
  writeConsistency,
  auditLog,
];
