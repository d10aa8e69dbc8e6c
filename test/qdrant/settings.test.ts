import { Token } from 'cdktf';
import { parse } from 'yaml';
import { QdrantSettings, QdrantVersion, ResolvedSettings } from '../../lib';

function resolve(given: QdrantSettings, version = QdrantVersion.V1_19_0, decided = {}): ResolvedSettings {
  return ResolvedSettings._resolve('stack/Cluster', version, decided, given);
}

describe('settings', () => {
  test('are safe where nothing is said', () => {
    expect(parse(resolve({}).toYaml())).toEqual({
      log_level: 'INFO',
      telemetry_disabled: true,
      service: { enable_cors: false, enable_static_content: false, enable_snapshot_url_recovery: false },
    });
  });

  test('leave out a safe default that the version does not know', () => {
    const { service } = parse(resolve({}, QdrantVersion.V1_17_1).toYaml());
    expect(service).toEqual({ enable_cors: false, enable_static_content: false });
  });

  test('are written as Qdrant’s configuration file names them', () => {
    const yaml = resolve({
      replicationFactor: 3,
      auditLog: true,
      additional: { 'storage.performance.max_search_threads': 4, 'storage.node_type': 'Normal' },
    }).toYaml();
    expect(parse(yaml)).toMatchObject({
      audit: { enabled: true },
      storage: { collection: { replication_factor: 3 }, performance: { max_search_threads: 4 }, node_type: 'Normal' },
    });
  });

  test('keep the type of a text and of a number, also where only Terraform knows them', () => {
    const yaml = resolve({
      additional: {
        'storage.snapshots_config.s3_config.bucket': Token.asString({ resolve: () => 'x' }),
        'storage.max_collections': Token.asNumber({ resolve: () => 1 }),
        'service.metrics_prefix': '12',
      },
    }).toYaml();
    expect(yaml).toMatch(/bucket: "\$\{TfToken\[TOKEN\.\d+\]\}"/);
    expect(yaml).toMatch(/max_collections: \$\{TfToken\[TOKEN\.\d+\]\}/);
    expect(yaml).toContain('metrics_prefix: "12"');
  });

  test('that no version knows are refused, beside those that stand there', () => {
    expect(() => resolve({ additional: { 'storage.collection.replicaton_factor': 2 } })).toThrow(
      /^stack\/Cluster: Qdrant has no setting "storage\.collection\.replicaton_factor".*replication_factor/,
    );
  });

  test.each([
    ['service.hide_nothing', 'V1_19_0'],
    ['nosuch.section', 'V1_19_0'],
  ])('that are unknown (%s) are refused', (path) => {
    expect(() => resolve({ additional: { [path]: 1 } })).toThrow(/has no setting/);
  });

  test('that came later are refused, with the version that brought them', () => {
    expect(() => resolve({ auditLog: true }, QdrantVersion.V1_16_3)).toThrow(
      /Qdrant 1\.16\.3 does not know the setting "audit\.enabled".*it came with 1\.17\.0/,
    );
    expect(() => resolve({ additional: { 'storage.quotas.enabled': true } }, QdrantVersion.V1_18_3)).toThrow(
      /came with 1\.19\.0/,
    );
  });

  test.each([
    'service.api_key',
    'service.alt_api_key',
    'service.read_only_api_key',
    'tls.key',
    'service.grpc_port',
    'cluster.p2p.enable_tls',
    'storage.storage_path',
    'service.enforce_internal_auth',
    'storage.snapshots_config.s3_config.secret_key',
  ])('that an option decides (%s) are refused, without showing their value', (path) => {
    const value = 'a-literal-that-must-not-show';
    expect(() => resolve({ additional: { [path]: value } })).toThrow(/was given by its path/);
    expect(() => resolve({ additional: { [path]: value } })).not.toThrow(new RegExp(value));
  });

  describe('have a kind', () => {
    const refused: Array<[string, unknown, RegExp]> = [
      ['storage.hnsw_index.m', 'many', /hnsw_index\.m is "many".*a whole number from 0 on/],
      ['storage.hnsw_index.m', -1, /hnsw_index\.m is -1/],
      ['storage.hnsw_index.m', NaN, /hnsw_index\.m is NaN/],
      ['storage.optimizers.deleted_threshold', 2, /from 0 to 1/],
      ['service.jwt_rbac', 'false', /jwt_rbac is "false".*true or false/],
      ['service.metrics_prefix', 'my-app_', /metrics_prefix is "my-app_".*a text of letters, digits and underscores/],
      ['service.enable_cors', 'true', /enable_cors is "true".*true or false/],
      ['storage.node_type', 'listener', /is "listener".*"Normal", or "Listener"/],
      ['storage.quotas.max_disk_usage_percent', 101, /a whole number from 1 to 100/],
      ['storage.quotas.max_disk_usage_percent', 0, /a whole number from 1 to 100/],
      ['storage.quotas.max_resident_memory_percent', 90.5, /a whole number from 1 to 100/],
      ['storage.quotas.release_margin_percent', 2.5, /a whole number from 0 to 100/],
      ...['storage.hnsw_index.memory', 'storage.collection.vectors.memory', 'storage.payload.memory'].map(
        (path): [string, unknown, RegExp] => [path, 5, /memory is 5.*"pinned", or "cached", or "cold"/],
      ),
      ['storage.performance.io_uring', 'lots', /io_uring is "lots".*"disabled", or "auto"/],
      ['storage.performance.io_uring', true, /io_uring is true/],
      ['logger.span_events', 5, /span_events is 5.*a list of "new", "enter", "exit" and "close"/],
      ['logger.span_events', 'new', /span_events is "new"/],
      ['logger.on_disk.span_events', ['new', 'open'], /span_events is a list/],
      ['gpu.devices', '0', /devices is "0".*a list of whole numbers from 0 on/],
      ['storage.collection.quantization.scalar.quantile', () => 1, /a text, a number/],
    ];
    test.each(refused)('%s is not %p', (path, value, message) => {
      expect(() => resolve({ additional: { [path]: value } })).toThrow(message);
      expect(() => resolve({ additional: { [path]: value } })).toThrow(/^stack\/Cluster: .*Allowed: .*Instead: /);
    });

    test('also where an option sets them', () => {
      expect(() => resolve({ maxRequestSizeMib: 'lots' as any })).toThrow(/settings\.maxRequestSizeMib is "lots"/);
      expect(() => resolve({ telemetry: 'false' as any })).toThrow(/settings\.telemetry is "false"/);
      expect(() => resolve({ replicationFactor: -1 })).toThrow(/settings\.replicationFactor is -1/);
      expect(() => resolve({ logLevel: null as any })).toThrow(/settings\.logLevel/);
    });

    test('and are accepted where they are of it', () => {
      const additional = {
        'storage.performance.optimizer_cpu_budget': -2,
        'storage.performance.update_rate_limit': null,
        'storage.optimizers.deleted_threshold': 0.2,
        'storage.collection.quantization.scalar': { type: 'int8', always_ram: true },
        'logger.span_events': ['new', 'close'],
        'gpu.devices': [0, 1],
        'storage.performance.io_uring': 'auto',
        'storage.hnsw_index.memory': 'pinned',
        'storage.payload.memory': 'cold',
        'storage.quotas': {
          enabled: true,
          max_disk_usage_percent: 90,
          max_resident_memory_percent: 80,
          release_margin_percent: 0,
        },
      };
      expect(parse(resolve({ additional }).toYaml()).storage).toMatchObject({
        performance: { optimizer_cpu_budget: -2, update_rate_limit: null },
        collection: { quantization: { scalar: { type: 'int8', always_ram: true } } },
        quotas: { enabled: true, max_disk_usage_percent: 90, max_resident_memory_percent: 80, release_margin_percent: 0 },
      });
    });
  });

  test('that were misspelt are met with the one that was meant', () => {
    const instead = (path: string) => () => resolve({ additional: { [path]: 1 } });
    expect(instead('storage.collection.replicaton_factor')).toThrow(/Instead: "storage\.collection\.replication_factor"/);
    expect(instead('storage.max_search_threads')).toThrow(/Instead: "storage\.performance\.max_search_threads"/);
    expect(instead('Service.Max_Workers')).toThrow(/has no setting "Service\.Max_Workers"/);
  });

  test('are given one by one, by their whole path', () => {
    const given = (additional: { [path: string]: any }) => () => resolve({ additional });
    for (const none of [2, {}, null, ['m']]) {
      expect(given({ 'storage.collection': none })).toThrow(
        /"storage\.collection" is a section.*storage\.collection\.replication_factor/,
      );
    }
    expect(given({ 'storage.on_disk_payload.x': 1 })).toThrow(/lies below the setting "storage\.on_disk_payload"/);
    expect(given({ 'storage.hnsw_index.m': { max: 3 } })).toThrow(/was given an object/);
    expect(given({ 'feature_flags.all': true, 'feature_flags.all.x': true })).toThrow(/lies within it/);
  });

  describe('of a section, given as an object', () => {
    const given = (additional: { [path: string]: any }, version?: QdrantVersion) => () => resolve({ additional }, version);

    test('are written as if each had been given', () => {
      const quantization = { scalar: { type: 'int8' } };
      const settings = given({
        'storage.hnsw_index': { m: 16, on_disk: true },
        storage: { collection: { shard_number: 6, quantization }, wal: { wal_capacity_mb: 32 } },
        feature_flags: { all: true },
      })();
      expect(parse(settings.toYaml())).toMatchObject({
        storage: {
          hnsw_index: { m: 16, on_disk: true },
          collection: { shard_number: 6, quantization },
          wal: { wal_capacity_mb: 32 },
        },
        feature_flags: { all: true },
      });
      expect(settings.value('storage.collection.shard_number')).toBe(6);
    });

    test.each<[string, { [path: string]: any }, RegExp]>([
      ['another', { 'storage.hnsw_index': { mm: 16 } }, /has no setting "storage\.hnsw_index\.mm"/],
      ['of another kind', { 'storage.hnsw_index': { m: 'many' } }, /storage\.hnsw_index\.m is "many"/],
      ['that an option decides', { service: { api_key: 'sk-3f9a8b7c' } }, /"service\.api_key" was given by its path/],
      ['that is given twice', { 'storage.hnsw_index': { m: 1 }, 'storage.hnsw_index.m': 2 }, /hnsw_index\.m" is given twice/],
      ['that holds no object', { storage: { on_disk_payload: { a: 1 } } }, /"storage\.on_disk_payload" was given an object/],
    ])('are checked one by one: one %s is refused', (_what, additional, message) => {
      expect(given(additional)).toThrow(message);
      expect(given(additional)).toThrow(/^stack\/Cluster: .*Allowed: .*Instead: /);
      expect(given(additional)).not.toThrow(/sk-3f9a8b7c/);
    });

    test('that came later are refused', () => {
      expect(given({ 'storage.quotas': { enabled: true } }, QdrantVersion.V1_18_3)).toThrow(/it came with 1\.19\.0/);
    });
  });

  test('hold no template of Terraform’s, whatever text they are given', () => {
    const logLevel = 'info,${aws_secret.x}=%{if}"$${';
    const yaml = resolve({ logLevel }).toYaml();
    expect(yaml).not.toMatch(/[$%]\{/);
    expect(parse(yaml).log_level).toBe(logLevel);
  });

  describe('of a newer server', () => {
    const unchecked = (given: { [path: string]: any }) => () => resolve({ unchecked: given });

    test('are written as they were given, and known to be unchecked', () => {
      const settings = resolve({ unchecked: { 'storage.tiers.cold_after_sec': 60 } });
      expect(parse(settings.toYaml()).storage.tiers).toEqual({ cold_after_sec: 60 });
      expect(settings.uncheckedPaths).toEqual(['storage.tiers.cold_after_sec']);
    });

    test.each(['service.api_key', 'Service.API_KEY', 'tls.new_option', 'cluster.p2p.enable_tls'])(
      'are none that the library decides: %s',
      (path) => expect(unchecked({ [path]: 'a-literal' })).toThrow(/was given by its path/),
    );

    test.each(['storage.collection', 'storage.on_disk_payload.x', 'service.Jwt_Rbac', 'a..b'])(
      'are no section, and no other than a path: %s',
      (path) => expect(unchecked({ [path]: 1 })).toThrow(/settings\.unchecked has/),
    );

    test('may be a known one, with a value that this library does not know', () => {
      const settings = unchecked({ 'storage.shard_transfer_method': 'brand_new', 'feature_flags.all': 'some' })();
      expect(parse(settings.toYaml()).storage.shard_transfer_method).toBe('brand_new');
      expect(settings.uncheckedPaths).toEqual(['storage.shard_transfer_method', 'feature_flags.all']);
    });

    test.each([
      ['log_level', 'logLevel'],
      ['telemetry_disabled', 'telemetry'],
      ['service.enable_cors', 'cors'],
      ['service.enable_static_content', 'webUi'],
      ['service.enable_snapshot_url_recovery', 'snapshotUrlRecovery'],
      ['service.jwt_rbac', 'jwtRbac'],
      ['service.max_request_size_mb', 'maxRequestSizeMib'],
      ['storage.collection.replication_factor', 'replicationFactor'],
      ['storage.collection.write_consistency_factor', 'writeConsistencyFactor'],
      ['storage.on_disk_payload', 'onDiskPayload'],
      ['audit.enabled', 'auditLog'],
    ])('are none that an option of settings decides: %s', (path, option) => {
      expect(unchecked({ [path]: 'new' })).toThrow(new RegExp(`unchecked has "${path}", which .*Instead: ${option}: VALUE`));
    });

    test('are given once, checked or not', () => {
      const given = { additional: { 'service.max_workers': 4 }, unchecked: { 'service.max_workers': 'auto' } };
      expect(() => resolve(given)).toThrow(/"service\.max_workers" is in settings\.additional and in settings\.unchecked/);
    });

    test('are no credential', () => {
      const literal = 'sk-3f9a8b7c6d5e4f3a2b1c';
      for (const given of [{ 'service.third_api_key': literal }, { 'storage.remote': { auth: { token: literal } } }]) {
        expect(unchecked(given)).toThrow(/a credential by its name/);
        expect(unchecked(given)).not.toThrow(new RegExp(literal));
      }
    });
  });
});
