import { QdrantVersion } from '../../qdrant/version';
import { PostureFacts } from '../facts';
import { FindingSeverity, Rule } from './rule';

/** A setting that loosens what the library chose, and what it means. */
const loosened: Array<{ setting: string; safe: unknown; what: string }> = [
  { setting: 'telemetry_disabled', safe: true, what: 'usage statistics are sent to Qdrant' },
  { setting: 'service.enable_cors', safe: false, what: 'browsers on any origin may call the REST API' },
  { setting: 'service.enable_static_content', safe: false, what: 'the web UI is served, its files without a key' },
  {
    setting: 'service.enable_snapshot_url_recovery',
    safe: false,
    what: 'the server fetches snapshots from any URL it is given',
  },
  { setting: 'audit.trust_forwarded_headers', safe: false, what: 'the audit log trusts the address that a client claims' },
];

/** The server's version and settings. */
export const serverRules: Rule[] = [
  {
    id: 'QDR020',
    severity: FindingSeverity.WARNING,
    reason: 'It lacks the fixes for an empty key (qdrant PR #9199) and for snapshot names that leave their folder (PR #10085).',
    fix: `upgrade, minor by minor, to ${QdrantVersion.DEFAULT}.`,
    check: ({ version }: PostureFacts) =>
      !version || version.isAtLeast('1.19.0') ? [] : [`the cluster runs Qdrant ${version}`],
  },
  {
    id: 'QDR021',
    severity: FindingSeverity.WARNING,
    reason: 'A client of 6335 then needs no key; only the firewall and mutual TLS between the nodes protect it.',
    fix: 'run 1.18 or later, and drop upgradingFrom once every node has been upgraded.',
    check: ({ settings, nodeCount }: PostureFacts) =>
      settings && nodeCount !== 1 && settings.value('service.enforce_internal_auth') !== true
        ? ['the nodes do not ask each other for the API key']
        : [],
  },
  {
    id: 'QDR022',
    severity: FindingSeverity.WARNING,
    reason: 'The library keeps it off for a reason.',
    fix: 'leave the option out, or acknowledge it.',
    check: ({ settings }: PostureFacts) =>
      loosened.filter(({ setting, safe }) => (settings?.value(setting) ?? safe) !== safe).map(({ what }) => what),
  },
  {
    id: 'QDR023',
    severity: FindingSeverity.WARNING,
    reason: 'When the one node that holds a shard stops, its data cannot be reached; when its disk is lost, so is the data.',
    fix: 'set replicationFactor to 2 or more.',
    check: ({ settings, nodeCount }: PostureFacts) =>
      (nodeCount ?? 1) > 1 && settings?.value('storage.collection.replication_factor') === 1
        ? ['new collections keep a single copy of each shard']
        : [],
  },
  {
    id: 'QDR024',
    severity: FindingSeverity.WARNING,
    reason: 'A plan that ends its nodes does not fail, and an apply that removes it keeps neither snapshots nor volume claims.',
    fix: 'leave removalPolicy at its default, save in development and tests.',
    check: ({ protectedFromRemoval }: PostureFacts) =>
      protectedFromRemoval === false ? ['the nodes and their data have no removal protection'] : [],
  },
  {
    id: 'QDR025',
    severity: FindingSeverity.WARNING,
    reason: 'This library does not know it, and cannot tell what it opens, nor whether the server takes it.',
    fix: 'move it to settings.additional once a release of this library knows it, or acknowledge it.',
    check: ({ settings }: PostureFacts) =>
      (settings?.uncheckedPaths ?? []).map((path) => `the setting ${path} was not checked`),
  },
  {
    id: 'QDR026',
    severity: FindingSeverity.WARNING,
    reason:
      'While it is unprotected, nothing guards it against a plan that ends it; a node of a StatefulSet is not ended by it at all.',
    fix: 'take unprotectNode back once the node has been replaced, or lower nodeCount to be without it.',
    check: ({ unprotectedNodes, nodeCount }: PostureFacts) =>
      unprotectedNodes
        .filter((index) => nodeCount !== undefined && index < nodeCount)
        .map((index) => `node ${index} is unprotected, and one of the ${nodeCount} that nodeCount counts`),
  },
  {
    id: 'QDR027',
    severity: FindingSeverity.WARNING,
    reason:
      'A construct that is renamed, or moved to another scope, then makes another cluster, empty, and ends the nodes of this one: no plan refuses that.',
    fix: 'give clusterName the present name, which changes nothing.',
    check: ({ clusterName, clusterNameGiven, protectedFromRemoval }: PostureFacts) =>
      protectedFromRemoval === true && clusterNameGiven === false
        ? [`clusterName was left out, and the present name "${clusterName}" follows from the path of the construct`]
        : [],
  },
];
