/**
 * What a user may set of Qdrant's configuration. Ports, TLS, keys, paths and clustering are not here: the cluster construct
 * sets them from its own options, so that they cannot contradict each other.
 *
 * @see https://qdrant.tech/documentation/guides/configuration/
 */
export interface QdrantSettings {
  /**
   * The level of the server's log: `ERROR`, `WARN`, `INFO`, `DEBUG` or `TRACE`, or a filter as the Rust crate `tracing` takes it.
   *
   * @default INFO
   */
  readonly logLevel?: string;

  /**
   * Signs and verifies access tokens (JWT) with the API key, for rights by collection.
   *
   * @default false
   * @see https://qdrant.tech/documentation/guides/security/#granular-access-control-with-jwt
   */
  readonly jwtRbac?: boolean;

  /**
   * Sends usage statistics to Qdrant's developers.
   *
   * @default false
   */
  readonly telemetry?: boolean;

  /**
   * Lets browsers on other origins call the REST API.
   *
   * @default false
   */
  readonly cors?: boolean;

  /**
   * Serves the web UI at `/dashboard`. Its static files need no key.
   *
   * @default false
   */
  readonly webUi?: boolean;

  /**
   * Lets a caller with the admin key make the server fetch a snapshot from any URL. From 1.18 on it can be switched off.
   *
   * @default false
   */
  readonly snapshotUrlRecovery?: boolean;

  /**
   * The largest request body, in MiB.
   *
   * @default 32
   */
  readonly maxRequestSizeMib?: number;

  /**
   * How many replicas of each shard a new collection gets.
   *
   * @default 2 on three nodes and more, 1 on a single node
   */
  readonly replicationFactor?: number;

  /**
   * How many replicas must apply a write before it counts as done, for new collections.
   *
   * @default 1
   */
  readonly writeConsistencyFactor?: number;

  /**
   * Keeps the payloads of new collections on disk rather than in memory.
   *
   * @default true
   */
  readonly onDiskPayload?: boolean;

  /**
   * Writes an audit log of every access-checked request to the data volume, rotated daily, seven files kept. Since 1.17.
   *
   * @default false
   */
  readonly auditLog?: boolean;

  /**
   * Any other setting, by its path in Qdrant's configuration file, for example
   * `{ 'storage.performance.max_search_threads': 4 }`. A path that the chosen version does not know is refused, and so is a value that it does not
   * take.
   *
   * @default - none
   */
  readonly additional?: { [path: string]: any };

  /**
   * Settings of a release that is newer than this library, by their path: neither the path nor the value is checked, and the posture warns of them.
   * What the library knows, or decides itself, is refused here.
   *
   * @default - none
   */
  readonly unchecked?: { [path: string]: any };
}
