import * as fc from 'fast-check';
import { parse } from 'yaml';
import { aws, kubernetes, QdrantPorts } from '../../lib';
import { objectsOf } from '../support/kubernetes/objects';
import { runs, terraformOf } from '../support/properties';
import { addAwsCluster, addKubernetesCluster, awsOptions, kubernetesOptions, Options, tagOf } from '../support/random-clusters';
import { nodeFiles, SynthesizedStack } from '../support/synth';

/** What is said in a text that only its author may read. */
const SECRET = 'sk-3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c';

/** How many clusters are drawn per target: few while one works, more in CI and before a release (`RANDOM_CLUSTERS`). */
const CLUSTERS = process.env.RANDOM_CLUSTERS ? { numRuns: Number(process.env.RANDOM_CLUSTERS) } : runs(30);

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

test('on AWS: nothing is open that was not allowed, 6335 is for the nodes, no secret is written, TLS and the key are on', () => {
  fc.assert(
    fc.property(awsOptions, (drawn) => {
      const { note, verified } = drawn.shared;
      let allowed: string[] = [];
      const terraform = terraformOf((stack) => {
        allowed = addAwsCluster(stack, drawn);
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
      const { config, settings: yaml } = nodeFiles(stack);
      expectGuardedServer(yaml, drawn.shared);
      const { grpc, metricsPort } = drawn.shared;
      const forClients = [
        QdrantPorts.REST,
        ...(grpc ? [QdrantPorts.GRPC] : []),
        ...(metricsPort === undefined ? [] : [metricsPort]),
      ];
      expect(config.guardedPorts).toEqual(verified ? forClients : []);
      expect(config.keys.admin.arn).toMatch(/^arn:aws:|^\$\{aws_secretsmanager_secret\./);
      if (drawn.keys === 'existing') expect(config.keys.admin.field).toBe(note);
      stack.resources('aws_instance').forEach(({ tags }) => expect(asTerraformReads(tags.note)).toBe(tagOf(note)));
      expect(JSON.stringify(terraform)).not.toMatch(/"secret_string"|PRIVATE KEY-----\\n/);
      stack
        .resources('aws_secretsmanager_secret_version')
        .forEach((version) => expect(version.secret_string_wo).toMatch(/^\$\{ephemeral\./));
    }),
    CLUSTERS,
  );
});

test('on Kubernetes: nothing is open that was not allowed, 6335 is for the pods, no secret is written, TLS and the key are on', () => {
  fc.assert(
    fc.property(kubernetesOptions, (drawn) => {
      const { note, verified } = drawn.shared;
      let allowed: string[] = [];
      const terraform = terraformOf((stack) => {
        allowed = addKubernetesCluster(stack, drawn);
      });
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
    CLUSTERS,
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
