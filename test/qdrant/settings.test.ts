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
});
