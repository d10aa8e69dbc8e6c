import { TerraformStack } from 'cdktf';
import * as fc from 'fast-check';
import { aws, kubernetes, QdrantPorts, QdrantVersion } from '../../lib';
import { network } from './aws/network';

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
        'inference.address': text,
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
export type Options = typeof shared extends fc.Arbitrary<infer T> ? T : never;

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

/** A text as AWS takes it in a tag: the braces of an expression are none. */
export const tagOf = (text: string) => text.replace(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, '_');

const arn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf';

/** A cluster on AWS, with options of every kind. */
export const awsOptions = fc.record({
  shared,
  balancer: fc.boolean(),
  byAddress: fc.boolean(),
  keys: fc.constantFrom('generated', 'existing'),
});

/** Adds the cluster that was drawn. Returns what it allows, as `PORT SOURCE`. */
export function addAwsCluster(
  stack: TerraformStack,
  drawn: typeof awsOptions extends fc.Arbitrary<infer T> ? T : never,
): string[] {
  const { note, verified } = drawn.shared;
  const cluster = new aws.QdrantCluster(stack, 'Cluster', {
    ...serverOf(drawn.shared),
    network: drawn.byAddress
      ? aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: ['subnet-1'], nodeNames: aws.NodeNames.addresses() })
      : network,
    instanceType: 'r7g.large',
    dataVolume: { sizeGib: 50 },
    apiKeys:
      drawn.keys === 'existing' ? aws.ApiKeys.fromSecrets({ admin: aws.Secret.fromArn(arn, { jsonField: note }) }) : undefined,
    clientVerification: verified ? aws.ClientVerification.required(aws.CaBundle.fromPem(pem)) : undefined,
    tags: { note: tagOf(note) },
  });
  const peerOf = (cidr: string) => (cidr.includes(':') ? aws.Peer.ipv6(cidr) : aws.Peer.ipv4(cidr));
  const allowed = allow(drawn.shared, cluster.connections, peerOf);
  cluster.connections.allowTo(aws.Peer.securityGroup('sg-0123'), 443);
  if (drawn.balancer) {
    const reachable = { ...drawn.shared, allowed: drawn.shared.allowed.filter(({ to }) => to !== 'metrics') };
    allowed.push(...allow(reachable, cluster.addLoadBalancer('Front').connections, peerOf));
  }
  return allowed;
}

/** A cluster on Kubernetes, with options of every kind. */
export const kubernetesOptions = fc.record({
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

/** Adds the cluster that was drawn. Returns what it allows, as `PORT SOURCE`. */
export function addKubernetesCluster(
  stack: TerraformStack,
  drawn: typeof kubernetesOptions extends fc.Arbitrary<infer T> ? T : never,
): string[] {
  const { note, verified, grpc } = drawn.shared;
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
  const allowed = allow(drawn.shared, cluster.connections, peerOf);
  cluster.connections.allowTo(kubernetes.Peer.namespace('storage'), 443);
  for (const source of drawn.balancer ?? []) {
    allowed.push(`${QdrantPorts.REST} ${source}`, ...(grpc ? [`${QdrantPorts.GRPC} ${source}`] : []));
  }
  return allowed;
}
