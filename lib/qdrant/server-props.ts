import { QdrantSettings } from './settings';
import { QdrantVersion } from './version';

/** What a cluster is to be, wherever it runs. */
export interface QdrantServerProps {
  /**
   * How many nodes it has: one, or three and more. Two have no majority when one is lost.
   *
   * @default 3
   */
  readonly nodeCount?: number;

  /**
   * The release of the server. It moves minor by minor: a node refuses to start on data of another minor release than this or the one before.
   *
   * @default QdrantVersion.V1_19_0
   */
  readonly version?: QdrantVersion;

  /**
   * The release that the cluster ran before, while it is being upgraded. Leave it out again once every node runs the new one: only then do the
   * nodes ask each other for the API key, where the release before did not know how (before 1.18).
   *
   * @default - the cluster is not being upgraded
   */
  readonly upgradingFrom?: QdrantVersion;

  /**
   * Whether gRPC is served.
   *
   * @default true
   */
  readonly grpc?: boolean;

  /**
   * A port that serves `/metrics` without a key, for a monitoring system that cannot send one (since 1.17). `/metrics` on the REST port needs
   * the read-only key, and no option.
   *
   * @default - none
   */
  readonly metricsPort?: number;

  /**
   * Which founding of the cluster this is. The first node makes the cluster, within the hour after Terraform has first applied it, and never again: a node
   * that has lost its data waits for the others, however long they are away. Raise this number once every node has lost its data, and the
   * first node makes the cluster anew, empty, within the hour after the apply. Raise it too where a first apply broke off, and was finished more than an
   * hour later, so that the cluster was never made.
   *
   * @default 1
   */
  readonly foundingGeneration?: number;

  /**
   * The server's settings.
   *
   * @default - Qdrant's own, tightened: no telemetry, no CORS, no web UI, no snapshots from URLs
   * @example
   * settings: {
   *   auditLog: true,
   *   replicationFactor: 3,
   *   additional: { 'storage.performance.max_search_threads': 4 },
   * },
   */
  readonly settings?: QdrantSettings;
}
