/**
 * Every setting of the server's configuration file, with the release that brought it where that is later than 1.16.0, the
 * oldest supported. `*` stands for whatever a section holds.
 *
 * Read in the server's `src/settings.rs`, `config/config.yaml` and the types that they name, release by release.
 */
const catalog: Record<string, string[]> = {
  '': ['log_level', 'telemetry_disabled'],
  logger: ['format', 'log_level', 'span_events', 'color'],
  'logger.on_disk': ['enabled', 'log_file', 'log_level', 'format', 'span_events', 'buffer_size_bytes'],
  service: [
    'host',
    'http_port',
    'grpc_port',
    'metrics_port@1.17.0',
    'max_request_size_mb',
    'max_workers',
    'http_keep_alive_timeout_sec@1.18.0',
    'http_client_request_timeout_sec@1.18.0',
    'http_client_disconnect_timeout_sec@1.18.0',
    'enable_cors',
    'enable_tls',
    'verify_https_client_certificate',
    'api_key',
    'alt_api_key@1.17.0',
    'read_only_api_key',
    'jwt_rbac',
    'enforce_internal_auth@1.18.0',
    'hide_jwt_dashboard',
    'static_content_dir',
    'enable_static_content',
    'slow_query_secs',
    'hardware_reporting',
    'metrics_prefix',
    'enable_snapshot_url_recovery@1.18.0',
  ],
  storage: [
    'storage_path',
    'snapshots_path',
    'temp_path',
    'on_disk_payload',
    'mmap_advice',
    'low_memory_mode@1.18.0',
    'node_type',
    'update_queue_size',
    'handle_collection_load_errors',
    'recovery_mode',
    'update_concurrency',
    'shard_transfer_method',
    'max_collections',
  ],
  'storage.payload': ['memory@1.19.0'],
  'storage.snapshots_config': ['snapshots_storage'],
  'storage.snapshots_config.s3_config': ['bucket', 'region', 'access_key', 'secret_key', 'endpoint_url'],
  'storage.wal': ['wal_capacity_mb', 'wal_segments_ahead', 'wal_retain_closed'],
  'storage.performance': [
    'max_search_threads',
    'max_optimization_runtime_threads',
    'update_rate_limit',
    'search_timeout_sec',
    'optimizer_cpu_budget',
    'optimizer_io_budget',
    'incoming_shard_transfers_limit',
    'outgoing_shard_transfers_limit',
    'async_scorer',
    'io_uring@1.19.0',
    'max_concurrent_collection_loads@1.17.0',
    'max_concurrent_shard_loads@1.17.0',
    'max_concurrent_segment_loads@1.17.0',
  ],
  'storage.optimizers': [
    'deleted_threshold',
    'vacuum_min_vector_number',
    'default_segment_number',
    'max_segment_size_kb',
    'memmap_threshold_kb',
    'indexing_threshold_kb',
    'flush_interval_sec',
    'max_optimization_threads',
    'prevent_unoptimized@1.17.0',
  ],
  'storage.optimizers_overwrite': [
    'deleted_threshold',
    'vacuum_min_vector_number',
    'default_segment_number',
    'max_segment_size_kb',
    'memmap_threshold_kb',
    'indexing_threshold_kb',
    'flush_interval_sec',
    'max_optimization_threads',
    'prevent_unoptimized@1.17.0',
  ],
  'storage.hnsw_index': [
    'm',
    'ef_construct',
    'full_scan_threshold_kb',
    'max_indexing_threads',
    'on_disk',
    'memory@1.19.0',
    'payload_m',
    'inline_storage',
  ],
  'storage.hnsw_global_config': ['healing_threshold'],
  'storage.collection': ['shard_number', 'shard_number_per_node', 'replication_factor', 'write_consistency_factor'],
  'storage.collection.vectors': ['on_disk', 'memory@1.19.0'],
  'storage.collection.quantization': ['*'],
  'storage.collection.strict_mode': ['*'],
  'storage.quotas': [
    'enabled@1.19.0',
    'max_resident_memory_percent@1.19.0',
    'max_disk_usage_percent@1.19.0',
    'release_margin_percent@1.19.0',
  ],
  cluster: ['enabled', 'peer_id', 'grpc_timeout_ms', 'connection_timeout_ms', 'resharding_enabled'],
  'cluster.p2p': ['port', 'connection_pool_size', 'enable_tls'],
  'cluster.consensus': [
    'max_message_queue_size',
    'tick_period_ms',
    'bootstrap_timeout_sec',
    'message_timeout_ticks',
    'compact_wal_entries',
  ],
  tls: ['cert', 'key', 'ca_cert', 'cert_ttl'],
  audit: [
    'enabled@1.17.0',
    'dir@1.17.0',
    'rotation@1.17.0',
    'max_log_files@1.17.0',
    'log_api@1.18.0',
    'trust_forwarded_headers@1.17.0',
  ],
  gpu: [
    'indexing',
    'force_half_precision',
    'groups_count',
    'device_filter',
    'devices',
    'parallel_indexes',
    'allow_integrated',
    'allow_emulated',
  ],
  inference: ['address', 'timeout', 'token'],
  feature_flags: ['*'],
  'debugger.pyroscope': ['*'],
};

/** The release of a setting that is as old as the oldest supported server. */
const OLDEST = '1.16.0';

const since = new Map(
  Object.entries(catalog).flatMap(([section, names]) =>
    names.map((entry): [string, string] => {
      const [name, version = OLDEST] = entry.split('@');
      return [section === '' ? name : `${section}.${name}`, version];
    }),
  ),
);

/** The release that brought a setting, or undefined where no release knows it. */
export function settingSince(path: string): string | undefined {
  const exact = since.get(path);
  if (exact !== undefined) return exact;
  const parts = path.split('.');
  for (let length = parts.length - 1; length > 0; length--) {
    const wildcard = since.get(`${parts.slice(0, length).join('.')}.*`);
    if (wildcard !== undefined) return wildcard;
  }
  return undefined;
}

/** The settings and sections that stand in the same section as the given path, to show beside a name that is unknown. */
export function settingsBeside(path: string): string[] {
  const section = path.split('.').slice(0, -1).join('.');
  const prefix = section === '' ? '' : `${section}.`;
  const names = [...since.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length).split('.')[0]);
  return [...new Set(names)].sort();
}
