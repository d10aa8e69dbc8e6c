import { closest, distance } from 'fastest-levenshtein';

/**
 * Every setting of the server's configuration file, with the release that brought it where that is later than 1.16.0, the
 * oldest supported, and the kind of its value where it has one. `*` stands for whatever a section holds.
 *
 * Read in the server's `src/settings.rs`, `config/config.yaml` and the types that they name, release by release.
 */
const catalog: Record<string, string[]> = {
  '': ['log_level: text', 'telemetry_disabled: flag'],
  logger: ['format: text|json', 'log_level: text', 'span_events: events', 'color: text|flag'],
  'logger.on_disk': [
    'enabled: flag',
    'log_file: text',
    'log_level: text',
    'format: text|json',
    'span_events: events',
    'buffer_size_bytes: count',
  ],
  service: [
    'host',
    'http_port',
    'grpc_port',
    'metrics_port@1.17.0',
    'max_request_size_mb: count',
    'max_workers: number',
    'http_keep_alive_timeout_sec@1.18.0: number',
    'http_client_request_timeout_sec@1.18.0: number',
    'http_client_disconnect_timeout_sec@1.18.0: number',
    'enable_cors: flag',
    'enable_tls',
    'verify_https_client_certificate',
    'api_key',
    'alt_api_key@1.17.0',
    'read_only_api_key',
    'jwt_rbac: flag',
    'enforce_internal_auth@1.18.0',
    'hide_jwt_dashboard: flag',
    'static_content_dir: text',
    'enable_static_content: flag',
    'slow_query_secs: amount',
    'hardware_reporting: flag',
    'metrics_prefix: prefix',
    'enable_snapshot_url_recovery@1.18.0: flag',
  ],
  storage: [
    'storage_path',
    'snapshots_path',
    'temp_path',
    'on_disk_payload: flag',
    'mmap_advice: text',
    'low_memory_mode@1.18.0: text',
    'node_type: "Normal"|"Listener"',
    'update_queue_size: count',
    'handle_collection_load_errors: flag',
    'recovery_mode: text',
    'update_concurrency: count',
    'shard_transfer_method: "stream_records"|"snapshot"|"wal_delta"',
    'max_collections: number',
  ],
  'storage.payload': ['memory@1.19.0: "pinned"|"cached"|"cold"'],
  'storage.snapshots_config': ['snapshots_storage: "local"|"s3"'],
  'storage.snapshots_config.s3_config': ['bucket: text', 'region: text', 'access_key', 'secret_key', 'endpoint_url: text'],
  'storage.wal': ['wal_capacity_mb: count', 'wal_segments_ahead: number', 'wal_retain_closed: count'],
  'storage.performance': [
    'max_search_threads: number',
    'max_optimization_runtime_threads: number',
    'update_rate_limit: count',
    'search_timeout_sec: count',
    'optimizer_cpu_budget: integer',
    'optimizer_io_budget: integer',
    'incoming_shard_transfers_limit: number',
    'outgoing_shard_transfers_limit: number',
    'async_scorer: flag',
    'io_uring@1.19.0: "disabled"|"auto"',
    'max_concurrent_collection_loads@1.17.0: count',
    'max_concurrent_shard_loads@1.17.0: count',
    'max_concurrent_segment_loads@1.17.0: count',
  ],
  'storage.optimizers': [
    'deleted_threshold: fraction',
    'vacuum_min_vector_number: number',
    'default_segment_number: number',
    'max_segment_size_kb: number',
    'memmap_threshold_kb: number',
    'indexing_threshold_kb: number',
    'flush_interval_sec: count',
    'max_optimization_threads: number',
    'prevent_unoptimized@1.17.0: flag',
  ],
  'storage.optimizers_overwrite': [
    'deleted_threshold: fraction',
    'vacuum_min_vector_number: number',
    'default_segment_number: number',
    'max_segment_size_kb: number',
    'memmap_threshold_kb: number',
    'indexing_threshold_kb: number',
    'flush_interval_sec: count',
    'max_optimization_threads: number',
    'prevent_unoptimized@1.17.0: flag',
  ],
  'storage.hnsw_index': [
    'm: number',
    'ef_construct: count',
    'full_scan_threshold_kb: number',
    'max_indexing_threads: number',
    'on_disk: flag',
    'memory@1.19.0: "pinned"|"cached"|"cold"',
    'payload_m: number',
    'inline_storage: flag',
  ],
  'storage.hnsw_global_config': ['healing_threshold: fraction'],
  'storage.collection': [
    'shard_number: count',
    'shard_number_per_node: count',
    'replication_factor: count',
    'write_consistency_factor: count',
  ],
  'storage.collection.vectors': ['on_disk: flag', 'memory@1.19.0: "pinned"|"cached"|"cold"'],
  'storage.collection.quantization': ['*'],
  'storage.collection.strict_mode': ['*'],
  'storage.quotas': [
    'enabled@1.19.0: flag',
    'max_resident_memory_percent@1.19.0: quota',
    'max_disk_usage_percent@1.19.0: quota',
    'release_margin_percent@1.19.0: margin',
  ],
  cluster: ['enabled', 'peer_id', 'grpc_timeout_ms: count', 'connection_timeout_ms: count', 'resharding_enabled: flag'],
  'cluster.p2p': ['port', 'connection_pool_size: count', 'enable_tls'],
  'cluster.consensus': [
    'max_message_queue_size: count',
    'tick_period_ms: count',
    'bootstrap_timeout_sec: count',
    'message_timeout_ticks: count',
    'compact_wal_entries: number',
  ],
  tls: ['cert', 'key', 'ca_cert', 'cert_ttl'],
  audit: [
    'enabled@1.17.0: flag',
    'dir@1.17.0',
    'rotation@1.17.0: text',
    'max_log_files@1.17.0: count',
    'log_api@1.18.0: flag',
    'trust_forwarded_headers@1.17.0: flag',
  ],
  gpu: [
    'indexing: flag',
    'force_half_precision: flag',
    'groups_count: number',
    'device_filter: text',
    'devices: numbers',
    'parallel_indexes: number',
    'allow_integrated: flag',
    'allow_emulated: flag',
  ],
  inference: ['address: text', 'timeout: number', 'token'],
  feature_flags: ['*'],
  'debugger.pyroscope': ['*'],
};

/** The release of a setting that is as old as the oldest supported server. */
const OLDEST = '1.16.0';

/** A setting of the catalog. */
interface CatalogEntry {
  readonly since: string;
  /** The kinds of value that it takes, or undefined where the catalog does not say. */
  readonly kinds?: string[];
}

const entries = new Map(
  Object.entries(catalog).flatMap(([section, names]) =>
    names.map((text): [string, CatalogEntry] => {
      const [nameAndVersion, kinds] = text.split(': ');
      const [name, since = OLDEST] = nameAndVersion.split('@');
      return [section === '' ? name : `${section}.${name}`, { since, kinds: kinds?.split('|') }];
    }),
  ),
);

/** The release that brought a setting, or undefined where no release knows it. */
export function settingSince(path: string): string | undefined {
  if (!/^[a-z0-9_]+(\.[a-z0-9_]+)*$/.test(path)) return undefined;
  return (entries.get(path) ?? wildcardAbove(path))?.since;
}

/** The kinds of value that a setting takes, or undefined where the catalog does not say. */
export function settingKinds(path: string): string[] | undefined {
  return entries.get(path)?.kinds;
}

/** Whether what a setting holds is up to its user: a part of a section that the catalog does not list. */
export function isWithinWildcard(path: string): boolean {
  return !entries.has(path) && wildcardAbove(path) !== undefined;
}

/** Whether a path names a section, which holds settings. */
export function isSection(path: string): boolean {
  return [...entries.keys()].some((setting) => setting.startsWith(`${path}.`));
}

/** The setting above a path that is none itself, where there is one. */
export function settingAbove(path: string): string | undefined {
  return pathsAbove(path).find((above) => entries.has(above));
}

/** The settings and sections that stand in the same section as the given path, to show beside a name that is unknown. */
export function settingsBeside(path: string): string[] {
  const section = path.split('.').slice(0, -1).join('.');
  const prefix = section === '' ? '' : `${section}.`;
  const names = [...entries.keys()]
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length).split('.')[0]);
  return [...new Set(names)].sort();
}

/** The setting that was probably meant, or undefined where none is near. */
export function nearestSetting(path: string): string | undefined {
  const known = [...entries.keys()].filter((key) => !key.endsWith('*'));
  const sameName = known.filter((key) => key.split('.').at(-1) === path.split('.').at(-1));
  if (sameName.length === 1) return sameName[0];
  const nearest = closest(path, known);
  return distance(path, nearest) <= Math.max(2, path.length / 6) ? nearest : undefined;
}

function wildcardAbove(path: string): CatalogEntry | undefined {
  const above = pathsAbove(path).find((section) => entries.has(`${section}.*`));
  return above === undefined ? undefined : entries.get(`${above}.*`);
}

/** The sections that a path lies in, the nearest first. */
function pathsAbove(path: string): string[] {
  const parts = path.split('.');
  return Array.from({ length: parts.length - 1 }, (_, index) => parts.slice(0, parts.length - 1 - index).join('.'));
}
