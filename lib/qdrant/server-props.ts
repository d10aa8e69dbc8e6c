import { QdrantSettings } from './settings';
import { Sizing } from './sizing';
import { QdrantVersion } from './version';

/** Properties of a Qdrant cluster that every target shares. */
export interface QdrantServerProps {
  /**
   * The number of nodes: one, or three and more. Two nodes lose their majority when one of them is lost.
   *
   * @default 3
   */
  readonly nodeCount?: number;

  /**
   * What the cluster is sized for. The posture warns (QDR077) if its nodes have less memory or disk than that needs. On AWS the
   * memory of instance types other than r7g and r8g is not known, and not compared.
   *
   * @default - sizes are not compared with anything
   * @example
   * sizing: Sizing.forVectors({ count: 20_000_000, dimension: 1024, quantization: Quantization.scalar(), onDisk: true }),
   */
  readonly sizing?: Sizing;

  /**
   * The Qdrant version. Upgrade one minor version at a time: a node refuses to start on data of any minor version but this one
   * and the one before.
   *
   * @default QdrantVersion.V1_19_0
   */
  readonly version?: QdrantVersion;

  /**
   * The Qdrant version that the cluster is being upgraded from. Remove it once every node runs the new version: nodes require
   * the API key of each other only then, where the previous version does not support it (before 1.18).
   *
   * @default - the cluster is not being upgraded
   */
  readonly upgradingFrom?: QdrantVersion;

  /**
   * Whether to serve gRPC. Where nodes take access tokens (`settings.jwtRbac`), each of those reads by it the raw files of its
   * collections' shards, whatever else it allows (Qdrant 1.18 and later).
   *
   * @default true
   */
  readonly grpc?: boolean;

  /**
   * A port that serves `/metrics` without an API key, for monitoring systems that cannot send one (Qdrant 1.17 and later).
   * `/metrics` is always available on the REST port with the read-only key.
   *
   * @default - none
   */
  readonly metricsPort?: number;

  /**
   * Increase this number to let the first node found the cluster again, empty, within an hour of the apply. Do so only if every
   * node has lost its data, or if the first apply took more than an hour, so that the cluster was never founded. Otherwise the
   * first node founds the cluster within an hour of the first apply and never again: a node that has lost its data waits for
   * the others, however long they are away.
   *
   * @default 1
   */
  readonly foundingGeneration?: number;

  /**
   * Further server settings.
   *
   * @default - Qdrant's defaults, without telemetry, CORS, the web UI and snapshot recovery from URLs
   * @example
   * settings: {
   *   auditLog: true,
   *   replicationFactor: 3,
   *   additional: { 'storage.performance.max_search_threads': 4 },
   * },
   */
  readonly settings?: QdrantSettings;
}
