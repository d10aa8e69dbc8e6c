import * as fc from 'fast-check';
import { parse } from 'yaml';
import { aws, kubernetes, QdrantPorts, QdrantVersion } from '../../lib';
import { network } from '../support/aws/network';
import { objectsOf } from '../support/kubernetes/objects';
import { runs, terraformOf } from '../support/properties';
import { nodeFiles, SynthesizedStack } from '../support/synth';

/** What is said in a text that only its author may read. */
const SECRET = 'sk-3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c';
const pem = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Text that Terraform would take for more than text. */
const text = fc.string({
  unit: fc.constantFrom('a', '$', '{', '}', '%', '"', '\\', ' ', '${', '%{', '$${', 'é'),
  minLength: 1,
  maxLength: 8,
});
const port = fc.constantFrom(...(['REST', 'gRPC', 'metrics'] as const));
const range = fc.constantFrom('10.0.0.0/8', '10.0.0.0/16', '203.0.113.0/24', '2001:db8::/56', '0.0.0.0/0', '128.0.0.0/1');

/** Settings of every kind, valid for 1.19. */
const settings = fc.record(
  {
    logLevel: text,
    jwtRbac: fc.boolean(),
    cors: fc.boolean(),
    webUi: fc.boolean(),
    maxRequestSizeMib: fc.integer({ min: 1, max: 512 }),
    replicationFactor: fc.integer({ min: 1, max: 3 }),
    auditLog: fc.boolean(),
    additional: fc.record(
      {
        'storage.performance.max_search_threads': fc.nat(64),
        'service.metrics_prefix': text,
        'storage.collection.quantization.scalar': fc.record({ type: fc.constant('int8'), note: text }),
      },
      { requiredKeys: [] },
    ),
    unchecked: fc.record({ 'storage.newer.note': text }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);

const shared = fc.record({
  nodeCount: fc.constantFrom(1, 3, 4, 5),
  grpc: fc.boolean(),
  metricsPort: optional(fc.integer({ min: 9000, max: 9999 })),
  verified: fc.boolean(),
  upgradingFrom: optional(fc.constantFrom(QdrantVersion.V1_18_3)),
  settings: optional(settings),
  allowed: fc.array(fc.record({ to: port, from: range }), { maxLength: 5 }),
  note: text,
});
type Options = typeof shared extends fc.Arbitrary<infer T> ? T : never;

/** What a random cluster is made with, whatever its target: only what can be. */
function serverOf({ nodeCount, grpc, metricsPort, upgradingFrom, settings: given }: Options) {
  const copies =
    given?.replicationFactor === undefined ? {} : { replicationFactor: Math.min(given.replicationFactor, nodeCount) };
  return { nodeCount, grpc, metricsPort, upgradingFrom, settings: given && { ...given, ...copies } };
}

/** Allows what was drawn, and returns it as `PORT SOURCE`. */
function allow(
  options: Options,
  connections: aws.Connections | kubernetes.Connections,
  peerOf: (cidr: string) => any,
): string[] {
  const served = options.allowed.filter(({ to }) =>
    to === 'gRPC' ? options.grpc : to !== 'metrics' || options.metricsPort !== undefined,
  );
  return served.map(({ to, from }) => {
    if (to === 'REST') connections.allowRestFrom(peerOf(from));
    if (to === 'gRPC') connections.allowGrpcFrom(peerOf(from));
    if (to === 'metrics') connections.allowMetricsFrom(peerOf(from));
    const ports = { REST: QdrantPorts.REST, gRPC: QdrantPorts.GRPC, metrics: options.metricsPort };
    return `${ports[to]} ${from}`;
  });
}

/** What the server is told, whatever its target: TLS on every port and among the nodes, and the key asked for by all of them. */
function expectGuardedServer(yaml: string, options: Options): void {
  const server = parse(yaml);
  expect(server.service).toMatchObject({ enable_tls: true, verify_https_client_certificate: options.verified });
  expect(server.cluster).toMatchObject({ enabled: true, p2p: { enable_tls: true, port: QdrantPorts.PEER } });
  expect(server.service.enforce_internal_auth).toBe(true);
  expect(Object.keys(server.tls).sort()).toEqual(['ca_cert', 'cert', 'key']);
  // Texts arrive as they were written.
  const { settings: given } = options;
  if (given?.logLevel !== undefined) expect(server.log_level).toBe(given.logLevel);
  const scalar = given?.additional?.['storage.collection.quantization.scalar'];
  if (scalar) expect(server.storage.collection.quantization.scalar).toEqual(scalar);
  const newer = given?.unchecked?.['storage.newer.note'];
  if (newer !== undefined) expect(server.storage.newer.note).toBe(newer);
}

const unique = (values: string[]) => [...new Set(values)].sort();
const asTerraformReads = (written: string) => written.replace(/\$\$\{/g, '${').replace(/%%\{/g, '%{');

/** A text as AWS takes it in a tag: the braces of an expression are none. */
const tagOf = (text: string) => text.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, '_');

test('on AWS: nothing is open that was not allowed, 6335 is for the nodes, no secret is written, TLS and the key are on', () => {
  const options = fc.record({
    shared,
    balancer: fc.boolean(),
    byAddress: fc.boolean(),
    keys: fc.constantFrom('generated', 'existing'),
  });
  const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf';
  fc.assert(
    fc.property(options, (drawn) => {
      const { note, verified } = drawn.shared;
      let allowed: string[] = [];
      const terraform = terraformOf((stack) => {
        const cluster = new aws.QdrantCluster(stack, 'Cluster', {
          ...serverOf(drawn.shared),
          network: drawn.byAddress
            ? aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: ['subnet-1'], nodeNames: aws.NodeNames.addresses() })
            : network,
          instanceType: 'r7g.large',
          dataVolume: { sizeGib: 50 },
          apiKeys:
            drawn.keys === 'existing'
              ? aws.ApiKeys.fromSecrets({ admin: aws.Secret.fromArn(arn, { jsonField: note }) })
              : undefined,
          clientVerification: verified ? aws.ClientVerification.required(aws.CaBundle.fromPem(pem)) : undefined,
          tags: { note: tagOf(note) },
        });
        const peerOf = (cidr: string) => (cidr.includes(':') ? aws.Peer.ipv6(cidr) : aws.Peer.ipv4(cidr));
        allowed = allow(drawn.shared, cluster.connections, peerOf);
        cluster.connections.allowTo(aws.Peer.securityGroup('sg-0123'), 443);
        if (drawn.balancer) {
          const reachable = { ...drawn.shared, allowed: drawn.shared.allowed.filter(({ to }) => to !== 'metrics') };
          allowed.push(...allow(reachable, cluster.addLoadBalancer('Front').connections, peerOf));
        }
      });
      const stack = new SynthesizedStack(terraform);
      const rules = stack.resources('aws_vpc_security_group_ingress_rule');
      const nodes = rules.find(({ from_port }) => from_port === QdrantPorts.PEER).security_group_id;
      rules.forEach((rule) => expect(rule.from_port).toBe(rule.to_port));
      const fromGroups = rules.filter((rule) => rule.referenced_security_group_id);
      const fromOthers = rules.filter((rule) => !rule.referenced_security_group_id);
      expect(unique(fromOthers.map((rule) => `${rule.from_port} ${rule.cidr_ipv4 ?? rule.cidr_ipv6}`))).toEqual(
        unique(allowed),
      );
      for (const rule of fromGroups) {
        // Only groups that the library made, and among them only the nodes reach the nodes' own ports.
        expect(rule.referenced_security_group_id).toMatch(/^\$\{aws_security_group\.Cluster_/);
        const own = [
          QdrantPorts.PEER,
          QdrantPorts.GRPC_BEHIND_GUARD,
          QdrantPorts.REST_BEHIND_GUARD,
          QdrantPorts.METRICS_BEHIND_GUARD,
        ];
        if (own.includes(rule.from_port)) expect(rule.referenced_security_group_id).toBe(nodes);
      }
      const { release, settings: yaml } = nodeFiles(stack);
      expectGuardedServer(yaml, drawn.shared);
      const { grpc, metricsPort } = drawn.shared;
      const forClients = [
        QdrantPorts.REST,
        ...(grpc ? [QdrantPorts.GRPC] : []),
        ...(metricsPort === undefined ? [] : [metricsPort]),
      ];
      expect(release.guardedPorts).toEqual(verified ? forClients : []);
      expect(release.keys.admin.arn).toMatch(/^arn:aws:|^\$\{aws_secretsmanager_secret\./);
      if (drawn.keys === 'existing') expect(release.keys.admin.field).toBe(note);
      stack.resources('aws_instance').forEach(({ tags }) => expect(asTerraformReads(tags.note)).toBe(tagOf(note)));
      expect(JSON.stringify(terraform)).not.toMatch(/"secret_string"|PRIVATE KEY-----\\n/);
      stack
        .resources('aws_secretsmanager_secret_version')
        .forEach((version) => expect(version.secret_string_wo).toMatch(/^\$\{ephemeral\./));
    }),
    runs(30),
  );
});

test('on Kubernetes: nothing is open that was not allowed, 6335 is for the pods, no secret is written, TLS and the key are on', () => {
  const options = fc.record({
    shared,
    balancer: optional(fc.uniqueArray(fc.constantFrom('203.0.113.0/24', '198.51.100.0/24'), { minLength: 1 })),
    keys: fc.constantFrom('generated', 'existing', 'external'),
    tls: fc.constantFrom('generated', 'existing'),
  });
  const apiKeysOf = (keys: string, note: string) => {
    if (keys === 'existing') return kubernetes.ApiKeys.fromSecrets({ admin: kubernetes.Secret.fromName('admin') });
    if (keys === 'generated') return undefined;
    return kubernetes.ApiKeys.fromExternalSecrets({
      store: kubernetes.SecretStore.store('vault'),
      admin: { remoteKey: `a${note}` },
    });
  };
  fc.assert(
    fc.property(options, (drawn) => {
      const { note, verified, grpc } = drawn.shared;
      let allowed: string[] = [];
      const terraform = terraformOf((stack) => {
        const cluster = new kubernetes.QdrantCluster(stack, 'Cluster', {
          ...serverOf(drawn.shared),
          namespace: 'search',
          resources: { memory: '8Gi' },
          dataVolume: { size: '50Gi' },
          apiKeys: apiKeysOf(drawn.keys, note),
          tls: drawn.tls === 'existing' ? kubernetes.Tls.fromSecret('tls') : undefined,
          clientVerification: verified
            ? kubernetes.ClientVerification.required(kubernetes.CaBundle.fromPem(`${note}\n${pem}`))
            : undefined,
          clientService:
            drawn.balancer && kubernetes.ClientService.loadBalancer({ sourceRanges: drawn.balancer, annotations: { note } }),
          podAnnotations: { note },
          serviceAccountAnnotations: { note },
        });
        const peerOf = (cidr: string) => (cidr.includes(':') ? kubernetes.Peer.ipv6(cidr) : kubernetes.Peer.ipv4(cidr));
        allowed = allow(drawn.shared, cluster.connections, peerOf);
        cluster.connections.allowTo(kubernetes.Peer.namespace('storage'), 443);
      });
      for (const source of drawn.balancer ?? []) {
        allowed.push(`${QdrantPorts.REST} ${source}`, ...(grpc ? [`${QdrantPorts.GRPC} ${source}`] : []));
      }
      const objects = objectsOf(terraform);
      const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
      const pods = { 'app.kubernetes.io/name': 'qdrant', 'app.kubernetes.io/instance': 'vectors-cluster' };
      const open: string[] = [];
      for (const { spec } of ofKind('NetworkPolicy')) {
        // What waits for a rollout has a policy of its own, by which nobody reaches it.
        if (spec.podSelector.matchLabels['app.kubernetes.io/name'] !== 'qdrant') {
          expect(spec.ingress ?? []).toEqual([]);
          continue;
        }
        expect(spec.podSelector.matchLabels).toEqual(pods);
        for (const { from, ports } of spec.ingress ?? []) {
          for (const peer of from) {
            if (peer.podSelector) expect(peer).toEqual({ podSelector: { matchLabels: pods } });
            else open.push(...ports.map(({ port: number }: any) => `${number} ${peer.ipBlock.cidr}`));
          }
        }
      }
      expect(unique(open)).toEqual(unique(allowed));
      for (const { spec } of ofKind('Service')) {
        const ports = spec.ports.map(({ port: number }: any) => number);
        // Names of the pods alone: nothing stands before them.
        if (ports.includes(QdrantPorts.PEER)) expect(spec.clusterIP).toBe('None');
      }
      const { data } = ofKind('ConfigMap').find(({ data: files }) => files['settings.yaml'])!;
      expectGuardedServer(data['settings.yaml'], drawn.shared);
      const { template } = ofKind('StatefulSet')[0].spec;
      expect(template.spec.containers).toHaveLength(verified ? 2 : 1);
      expect(template.metadata.annotations.note).toBe(note);
      expect(ofKind('ServiceAccount')[0].metadata.annotations.note).toBe(note);
      const mounted = template.spec.volumes.find(({ name }: any) => name === 'keys').projected.sources;
      expect(mounted.some(({ secret }: any) => secret.items.some(({ path }: any) => path === 'admin'))).toBe(true);
      ofKind('ExternalSecret').forEach(({ spec }) => expect(spec.data[0].remoteRef.key).toBe(`a${note}`));
      ofKind('ConfigMap').forEach(({ data: files }) => expect(JSON.stringify(files)).not.toContain('PRIVATE KEY-----\\n'));
      Object.values<any>(terraform.resource.kubernetes_secret_v1 ?? {}).forEach((secret) => {
        expect(secret.data ?? secret.string_data).toBeUndefined();
        Object.values(secret.data_wo).forEach((value) => expect(value).toMatch(/^\$\{ephemeral\./));
      });
    }),
    runs(30),
  );
});

test('a literal key never gets into what is synthesized, by whatever untyped way it is given', () => {
  const shapes: Array<(key: string) => any> = [
    (key) => key,
    (arn) => ({ arn }),
    (name) => ({ name, key: name }),
    (name) => ({ ...kubernetes.Secret.fromName('a'), name, secretName: name }),
    (arn) => ({ ...aws.Secret.fromArn('arn:aws:secretsmanager:eu-west-1:123456789012:secret:a'), arn, secretArn: arn }),
  ];
  for (const shape of shapes) {
    const secret = shape(SECRET);
    const attempts = [
      () => aws.ApiKeys.fromSecrets({ admin: secret }),
      () => aws.ApiKeys.fromSecrets({ admin: aws.Secret.fromArn(secret) }),
      () => aws.Tls.fromSecret(secret),
      () => aws.CaBundle.fromSecret(secret),
      () => kubernetes.ApiKeys.fromSecrets({ admin: secret }),
      () => kubernetes.ApiKeys.fromSecrets({ admin: kubernetes.Secret.fromName('a'), readOnly: secret }),
    ];
    for (const attempt of attempts) {
      expect(attempt).toThrow(/Allowed: .*Instead: /);
      expect(attempt).not.toThrow(new RegExp(SECRET));
    }
  }
});
