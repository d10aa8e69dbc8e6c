import { IConstruct } from 'constructs';
import { QdrantPorts, QdrantServerProps, QdrantVersion, ResolvedSettings } from '../qdrant';
import { resolveClusterSettings } from '../qdrant/cluster-settings';
import { NodeCapacity } from '../qdrant/sizing';

/** What a target adds to the options that every target has. */
export interface DescribedOptions extends QdrantServerProps {
  /** Whether every client must present a certificate. */
  readonly clientVerification: boolean;
  readonly isProtected: boolean;
  /** What each node is given. */
  readonly capacity: NodeCapacity;
  /** Undefined where the name is to follow from the path of the construct. */
  readonly clusterName?: string;
  /** Where `cert.pem`, `key.pem` and `ca.pem` lie on a node. */
  readonly tlsFolder: string;
}

/** A cluster as its options describe it, with every default applied. Its parts are made from it. */
export interface ClusterDescription {
  readonly version: QdrantVersion;
  readonly settings: ResolvedSettings;
  readonly nodeCount: number;
  readonly grpc: boolean;
  readonly metricsPort?: number;
  /** The ports that clients use. */
  readonly clientPorts: number[];
  /** Whether a guard in front of Qdrant verifies the certificate of every client. */
  readonly guard: boolean;
  /** The ports that the guard serves in place of Qdrant; none where there is no guard. */
  readonly guardedPorts: number[];
  /** The ports on which Qdrant itself serves gRPC and metrics. */
  readonly portsBesideRest: number[];
  readonly isProtected: boolean;
  readonly clusterNameGiven: boolean;
  readonly foundingGeneration: number;
  /** What each node has less of than the cluster is sized for, one phrase each. */
  readonly shortfalls: string[];
}

/**
 * Describes a cluster whose options were checked.
 *
 * @throws if the settings cannot be
 */
export function describeCluster(cluster: IConstruct, options: DescribedOptions): ClusterDescription {
  const { metricsPort, clientVerification: guard, isProtected } = options;
  const { version = QdrantVersion.DEFAULT, nodeCount = 3, grpc = true, foundingGeneration = 1 } = options;
  const clientPorts = [
    QdrantPorts.REST,
    ...(grpc ? [QdrantPorts.GRPC] : []),
    ...(metricsPort === undefined ? [] : [metricsPort]),
  ];
  const settings = resolveClusterSettings(cluster.node.path, { ...options, version, nodeCount, grpc, guard });
  const guardedPorts = guard ? clientPorts : [];
  return {
    ...{ version, settings, nodeCount, grpc, metricsPort, clientPorts },
    ...{ guard, guardedPorts, isProtected, foundingGeneration },
    portsBesideRest: QdrantPorts._besideRest(guard, grpc, metricsPort),
    clusterNameGiven: options.clusterName !== undefined,
    shortfalls: options.sizing?._shortfallsOf(nodeCount, options.capacity) ?? [],
  };
}
