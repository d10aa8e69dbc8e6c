/**
 * Settings of the Qdrant server. Ports, TLS, API keys, paths and clustering are not included: the cluster sets them from its
 * own options, so that they cannot conflict.
 *
 * @see https://qdrant.tech/documentation/guides/configuration/
 */
export interface QdrantSettings {
  /**
   * The log level: `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`, or a filter of the Rust crate `tracing`.
   *
   * @default INFO
   */
  readonly logLevel?: string;

  /**
   * Whether to accept access tokens (JWT) that are signed with the API key, for granular access control. On Kubernetes
   * `grantCollections` switches it on. Over gRPC each of them reads the raw files of its collections' shards, whatever else it
   * allows (Qdrant 1.18 and later).
   *
   * @default false
   * @see https://qdrant.tech/documentation/guides/security/#granular-access-control-with-jwt
   */
  readonly jwtRbac?: boolean;

  /**
   * Whether to send usage statistics to Qdrant.
   *
   * @default false
   */
  readonly telemetry?: boolean;

  /**
   * Whether to enable CORS for the REST API.
   *
   * @default false
   */
  readonly cors?: boolean;

  /**
   * Whether to serve the web UI at `/dashboard`. Its static files require no API key.
   *
   * @default false
   */
  readonly webUi?: boolean;

  /**
   * Whether snapshots can be recovered from URLs. Can be disabled in Qdrant 1.18 and later.
   *
   * @default false
   */
  readonly snapshotUrlRecovery?: boolean;

  /**
   * The maximum size of a request body in MiB.
   *
   * @default 32
   */
  readonly maxRequestSizeMib?: number;

  /**
   * The default replication factor of new collections.
   *
   * @default 2 on three nodes and more, 1 on a single node
   */
  readonly replicationFactor?: number;

  /**
   * The default write consistency factor of new collections: the number of replicas that must confirm a write.
   *
   * @default 1
   */
  readonly writeConsistencyFactor?: number;

  /**
   * Whether new collections store payloads on disk instead of in memory.
   *
   * @default true
   */
  readonly onDiskPayload?: boolean;

  /**
   * Whether to write an audit log to the data volume, rotated daily, with seven files kept (Qdrant 1.17 and later).
   *
   * @default false
   */
  readonly auditLog?: boolean;

  /**
   * Any other setting, by its path in Qdrant's configuration file, for example `{ 'storage.performance.max_search_threads': 4
   * }`. A section can be given as an object of its settings: `{ 'storage.hnsw_index': { m: 16, on_disk: true } }`. Paths and
   * values that the chosen version does not support are rejected.
   *
   * @default - none
   */
  readonly additional?: { [path: string]: any };

  /**
   * Settings of a Qdrant version that is newer than this library, by their path. Neither the path nor the value is checked, and
   * the posture warns about them. A setting that the library knows can be given a value here that it does not know yet. What
   * an option decides is rejected.
   *
   * @default - none
   */
  readonly unchecked?: { [path: string]: any };
}
