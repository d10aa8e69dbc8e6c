import { badInput, isUnknown } from '../input/input';
import { QdrantPorts } from './ports';
import { QdrantServerProps } from './server-props';
import { ResolvedSettings } from './resolved-settings';
import { QdrantVersion } from './version';

/** What a cluster construct decides, and its user wants. */
export interface ClusterSettingsProps extends QdrantServerProps {
  readonly version: QdrantVersion;
  readonly nodeCount: number;
  readonly grpc: boolean;
  /** Whether the guard verifies clients' certificates on the ports that they use, so that Qdrant's own listeners move behind it. */
  readonly guard: boolean;
  /** Where `cert.pem`, `key.pem` and `ca.pem` lie on a node. */
  readonly tlsFolder: string;
}

/**
 * The settings that the server gets: what makes a node one of its cluster, then what the user sets.
 *
 * @param path the cluster's path, for errors
 */
export function resolveClusterSettings(path: string, props: ClusterSettingsProps): ResolvedSettings {
  const upgradesFromBefore = props.upgradingFrom !== undefined && !props.upgradingFrom.isAtLeast('1.18.0');
  const { guard, metricsPort } = props;
  const grpcPort = guard ? QdrantPorts.GRPC_BEHIND_GUARD : QdrantPorts.GRPC;
  const decided = {
    'cluster.enabled': true,
    'cluster.p2p.enable_tls': true,
    'cluster.p2p.port': QdrantPorts.PEER,
    'service.enable_tls': true,
    'service.enforce_internal_auth': !upgradesFromBefore,
    'service.grpc_port': props.grpc ? grpcPort : null,
    'service.host': '0.0.0.0',
    'service.http_port': QdrantPorts._restAmongNodes(guard),
    'service.metrics_port': guard && metricsPort !== undefined ? QdrantPorts.METRICS_BEHIND_GUARD : metricsPort,
    // Behind the guard its own ports are for the nodes, which present their certificates to each other.
    'service.verify_https_client_certificate': guard,
    'storage.collection.replication_factor': props.nodeCount > 1 ? 2 : 1,
    'tls.ca_cert': `${props.tlsFolder}/ca.pem`,
    'tls.cert': `${props.tlsFolder}/cert.pem`,
    'tls.key': `${props.tlsFolder}/key.pem`,
  };
  const settings = ResolvedSettings._resolve(path, props.version, decided, props.settings ?? {});
  checkCopies(path, props.nodeCount, settings);
  return settings;
}

/** Throws where a collection would ask for more copies than there are nodes, or a write for more than there are copies. */
function checkCopies(path: string, nodeCount: number, settings: ResolvedSettings): void {
  const copies = settings.value('storage.collection.replication_factor');
  const confirmed = settings.value('storage.collection.write_consistency_factor') ?? 1;
  if (!isUnknown(copies) && copies > nodeCount) {
    throw badInput(path, {
      given: `settings.replicationFactor is ${copies} of ${nodeCount} nodes`,
      allowed: 'at most one copy of a shard on each node',
      instead: `replicationFactor: ${Math.min(nodeCount, 2)}, or nodeCount: ${Math.max(copies, 3)}`,
    });
  }
  if (isUnknown(copies) || isUnknown(confirmed) || confirmed <= copies) return;
  throw badInput(path, {
    given: `settings.writeConsistencyFactor is ${confirmed} of ${copies} copies`,
    allowed: 'at most as many as there are copies: no write would ever be done',
    instead: `writeConsistencyFactor: ${copies}`,
  });
}
