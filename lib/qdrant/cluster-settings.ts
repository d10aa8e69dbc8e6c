import { QdrantPorts, QdrantVersion, ResolvedSettings } from '../qdrant';
import { QdrantClusterProps } from './cluster-props';

export interface ClusterSettingsOptions {
  /** The cluster's path, for errors. */
  readonly path: string;
  readonly nodeCount: number;
  readonly grpc: boolean;
  /** Whether the guard serves gRPC's port, so that Qdrant's own listener moves. */
  readonly guard: boolean;
  readonly clientVerification: boolean;
}

/** The settings that the server gets: what makes a node one of this cluster, then what the user sets. */
export function resolveClusterSettings(
  props: QdrantClusterProps,
  version: QdrantVersion,
  options: ClusterSettingsOptions,
): ResolvedSettings {
  const upgradesFromBefore = props.upgradingFrom !== undefined && !props.upgradingFrom.isAtLeast('1.18.0');
  const grpcPort = options.guard ? QdrantPorts.GRPC_BEHIND_GUARD : QdrantPorts.GRPC;
  const decided = {
    'cluster.enabled': true,
    'cluster.p2p.enable_tls': true,
    'cluster.p2p.port': QdrantPorts.PEER,
    'service.enable_tls': true,
    'service.enforce_internal_auth': !upgradesFromBefore,
    'service.grpc_port': options.grpc ? grpcPort : null,
    'service.host': '0.0.0.0',
    'service.http_port': QdrantPorts.REST,
    'service.metrics_port': props.metricsPort,
    'service.verify_https_client_certificate': options.clientVerification,
    'storage.collection.replication_factor': options.nodeCount > 1 ? 2 : 1,
    'tls.ca_cert': './tls/ca.pem',
    'tls.cert': './tls/cert.pem',
    'tls.key': './tls/key.pem',
  };
  return ResolvedSettings._resolve(options.path, version, decided, props.settings ?? {});
}
