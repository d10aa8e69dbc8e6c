import { App, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import {
  FindingSeverity,
  ListenerPurpose,
  Posture,
  QdrantSettings,
  QdrantVersion,
  ReaderScope,
  SecretPurpose,
  ResolvedSettings,
} from '../../lib';

function posture(
  options: {
    version?: QdrantVersion;
    settings?: QdrantSettings;
    nodeCount?: number;
    clientVerification?: boolean;
    clusterNameGiven?: boolean;
    protectedFromRemoval?: boolean;
  } = {},
) {
  const scope = new Construct(new TerraformStack(new App(), 'stack'), 'Cluster');
  const { version = QdrantVersion.V1_19_0, settings = {}, nodeCount = 3, clientVerification = false } = options;
  const { clusterNameGiven = true, protectedFromRemoval = true } = options;
  const decided = { 'service.enforce_internal_auth': true, 'storage.collection.replication_factor': 2 };
  return new Posture(scope, {
    version,
    settings: ResolvedSettings._resolve('stack/Cluster', version, decided, settings),
    nodeCount,
    clientVerification,
    protectedFromRemoval,
    clusterName: 'stack-cluster',
    clusterNameGiven,
  });
}

const rest = { purpose: ListenerPurpose.REST, port: 6333, at: 'nodes', tls: true, apiKey: true };
const anywhere = { name: '0.0.0.0/0', anyAddress: true };
const ids = (subject: Posture) => subject.findings().map(({ ruleId }) => ruleId);

describe('the rules', () => {
  test('QDR026: a node that is counted stays guarded', () => {
    const subject = posture({ nodeCount: 3 });
    subject._unprotectNode(3);
    expect(ids(subject)).toEqual([]);
    subject._unprotectNode(2);
    expect(ids(subject)).toEqual(['QDR026']);
  });

  test('QDR027: a name that follows from the path lets a renamed construct end what it made, where anything is to be protected', () => {
    expect(posture({ clusterNameGiven: false }).findings()).toMatchObject([
      { ruleId: 'QDR027', severity: FindingSeverity.WARNING, what: expect.stringContaining('"stack-cluster"') },
    ]);
    expect(ids(posture({ clusterNameGiven: false, protectedFromRemoval: false }))).toEqual(['QDR024']);
  });

  test('find nothing in a guarded cluster', () => {
    const subject = posture();
    subject.addListener(rest).addSource({ name: '10.0.0.0/8' });
    expect(subject.findings()).toEqual([]);
  });

  test('QDR001: the peer port is for the nodes alone', () => {
    const subject = posture();
    const peer = subject.addListener({ ...rest, purpose: ListenerPurpose.PEER, port: 6335 });
    peer.addSource({ name: 'the nodes', nodes: true });
    expect(ids(subject)).toEqual([]);
    peer.addSource({ name: '10.0.0.0/8' });
    expect(ids(subject)).toEqual(['QDR001']);
  });

  test('QDR001: so are the ports behind the guard', () => {
    const subject = posture({ clientVerification: true });
    const behind = { ...rest, purpose: ListenerPurpose.GRPC, port: 6336, behindGuard: true };
    const listener = subject.addListener(behind);
    expect(ids(subject)).toEqual([]);
    listener.addSource({ name: '10.0.0.0/8' });
    expect(ids(subject)).toEqual(['QDR001']);
  });

  test.each([
    [{ tls: false }, ['QDR002', 'QDR011']],
    [{ apiKey: false }, ['QDR002', 'QDR013']],
  ])('QDR002: an any-address source without %j is an error', (lack, expected) => {
    const subject = posture();
    subject.addListener({ ...rest, ...lack }).addSource(anywhere);
    expect(ids(subject)).toEqual(expected);
    expect(subject.findings().every(({ severity }) => severity === FindingSeverity.ERROR)).toBe(true);
  });

  test('QDR003: with both it is a warning, and with client certificates none', () => {
    const subject = posture();
    subject.addListener(rest).addSource(anywhere);
    expect(subject.findings()).toMatchObject([{ ruleId: 'QDR003', severity: FindingSeverity.WARNING }]);
    const verified = posture({ clientVerification: true });
    verified.addListener({ ...rest, clientVerifiedBy: 'Qdrant' }).addSource(anywhere);
    expect(verified.findings()).toEqual([]);
  });

  test('QDR004: a metrics port that clients reach', () => {
    const subject = posture();
    subject.addListener({ ...rest, purpose: ListenerPurpose.METRICS, port: 9153, apiKey: false }).addSource({ name: 'sg-1' });
    expect(ids(subject)).toEqual(['QDR004']);
  });

  test('QDR010: client certificates that nobody verifies', () => {
    const subject = posture({ clientVerification: true });
    subject.addListener({ ...rest, clientVerifiedBy: 'Qdrant' });
    subject.addListener({ ...rest, purpose: ListenerPurpose.GRPC, port: 6334 });
    expect(ids(subject)).toEqual(['QDR010']);
  });

  test('QDR012: peers in clear text, where there is more than one', () => {
    const peers = (nodeCount: number) => {
      const subject = posture({ nodeCount });
      subject.addListener({ ...rest, purpose: ListenerPurpose.PEER, port: 6335, tls: false });
      return ids(subject);
    };
    expect(peers(3)).toEqual(['QDR012']);
    expect(peers(1)).toEqual([]);
  });

  test.each([
    ['http://snapshots.internal:9000', ['QDR014']],
    ['HTTP://snapshots.internal:9000', ['QDR014']],
    ['https://snapshots.internal:9000', []],
  ])('QDR014: snapshots that go to %s', (endpoint, expected) => {
    const additional = { 'storage.snapshots_config.s3_config.endpoint_url': endpoint };
    expect(ids(posture({ settings: { additional } }))).toEqual(expected);
  });

  test.each([
    [ReaderScope.EVERYONE, [{ ruleId: 'QDR030', severity: FindingSeverity.ERROR }]],
    [ReaderScope.EVERY_WORKLOAD, [{ ruleId: 'QDR031', severity: FindingSeverity.WARNING }]],
    [ReaderScope.NAMED, []],
  ])('QDR030 and QDR031: a secret that %s may read', (scope, expected) => {
    const subject = posture();
    subject
      .addSecret({ purpose: SecretPurpose.ADMIN_API_KEY, keptIn: 'Secret a', origin: 'generated' })
      .addReader('group g', scope);
    expect(subject.findings()).toMatchObject(expected);
    expect(subject.findings()).toHaveLength(expected.length);
  });

  test('QDR020 and QDR021: what an older server lacks', () => {
    expect(ids(posture({ version: QdrantVersion.V1_18_3 }))).toEqual(['QDR020']);
    expect(ids(posture({ version: QdrantVersion.V1_19_1 }))).toEqual([]);
    expect(ids(posture({ version: QdrantVersion.V1_20_0 }))).toEqual([]);
    expect(ids(posture({ version: QdrantVersion.V1_17_1 }))).toEqual(['QDR020', 'QDR021']);
  });

  test('QDR022: what was loosened', () => {
    const subject = posture({ settings: { cors: true, telemetry: true, webUi: true, snapshotUrlRecovery: true } });
    expect(ids(subject)).toEqual(['QDR022', 'QDR022', 'QDR022', 'QDR022']);
  });

  test('QDR025: settings that were not checked, each by its name', () => {
    const findings = posture({ settings: { unchecked: { 'service.brand_new': true, 'storage.newer.still': 1 } } }).findings();
    expect(findings.map(({ ruleId, severity, what }) => [ruleId, severity, what])).toEqual([
      ['QDR025', 'warning', 'the setting service.brand_new was not checked'],
      ['QDR025', 'warning', 'the setting storage.newer.still was not checked'],
    ]);
  });

  test('QDR023: a single copy on several nodes', () => {
    expect(ids(posture({ settings: { replicationFactor: 1 } }))).toEqual(['QDR023']);
  });
});

describe('what is unknown', () => {
  const unknown = () => new Posture(new Construct(new TerraformStack(new App(), 'stack'), 'Cluster'));
  const elsewhere = { purpose: ListenerPurpose.REST, port: 6333, at: 'vectors.internal', madeElsewhere: true };

  test('is named, and no rule makes anything up of it', () => {
    const subject = unknown();
    subject.addListener(elsewhere).addSource({ name: '10.0.0.0/8' });
    expect(subject.findings()).toEqual([]);
    expect(subject.unknown).toHaveLength(5);
    expect(posture().unknown).toEqual([]);
  });

  test('is not taken for safe: an open port is an open port', () => {
    const subject = unknown();
    subject.addListener(elsewhere).addSource(anywhere);
    expect(subject.findings()).toMatchObject([
      { ruleId: 'QDR003', what: expect.stringMatching(/TLS and an API key is not known/) },
    ]);
  });

  test('stands in the table and in the diagram', () => {
    const subject = unknown();
    subject.addListener(elsewhere).addSource({ name: '10.0.0.0/8' });
    expect(subject.toTable()).toMatch(/10\.0\.0\.0\/8; and whatever .* \| unknown \| unknown \| unknown/);
    expect(subject.toDiagram()).toContain('"TLS unknown, API key unknown, client certificate unknown"');
  });

  test('of whom a source stands for is judged like the internet', () => {
    const ofSource = (source: { unknown?: boolean }) => {
      const subject = posture();
      subject.addListener(rest).addSource({ name: 'whoever', ...source });
      return subject.findings();
    };
    expect(ofSource({ unknown: true })).toMatchObject([{ ruleId: 'QDR003', what: expect.stringMatching(/open to whoever$/) }]);
    expect(ofSource({})).toEqual([]);
  });
});

describe('acknowledging', () => {
  test('silences a finding, and the report shows who accepted it', () => {
    const subject = posture();
    subject.addListener(rest).addSource(anywhere);
    subject.acknowledge('QDR003', 'a public demo');
    expect(subject.findings()).toMatchObject([{ ruleId: 'QDR003', acknowledgedBecause: 'a public demo' }]);
  });

  test('needs a rule that exists, and a reason', () => {
    expect(() => posture().acknowledge('QDR999', 'why')).toThrow(/names no rule.*QDR001/);
    expect(() => posture().acknowledge('QDR003', ' ')).toThrow(/has no reason/);
  });
});

describe('the report', () => {
  test('is a table of what is exposed to whom, and a diagram', () => {
    const subject = posture();
    subject.addListener({ ...rest, clientVerifiedBy: 'Qdrant' }).addSource({ name: '10.0.0.0/8' });
    subject.addListener({ ...rest, purpose: ListenerPurpose.GRPC, port: 6334 });
    expect(subject.toTable().split('\n')).toEqual([
      '| Port | What | At    | Exposed to | TLS | API key | Client certificate |',
      '| ---- | ---- | ----- | ---------- | --- | ------- | ------------------ |',
      '| 6333 | REST | nodes | 10.0.0.0/8 | yes | yes     | verified by Qdrant |',
      '| 6334 | gRPC | nodes | nobody yet | yes | yes     | not asked for      |',
    ]);
    expect(subject.toDiagram()).toContain('source0 -- "TLS, API key, client certificate" --> port0');
  });

  test('has a table of the ways out', () => {
    const subject = posture();
    subject.addOutbound({ from: 'nodes', to: '0.0.0.0/0', port: 443, purpose: 'AWS' });
    expect(subject.toTable().split('\n').at(-1)).toBe('| 443  | nodes | 0.0.0.0/0      | AWS |');
  });
});
