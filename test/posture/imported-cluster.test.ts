import { TerraformStack } from 'cdktf';
import { aws, kubernetes } from '../../lib';
import { synthKubernetes } from '../support/kubernetes/synth';
import { synth, SynthesizedStack } from '../support/synth';

/** One cluster that was made elsewhere, and what a user of either target would do with it. */
interface Import {
  metricsPort?: number;
  clientCertificate?: boolean;
  use?: 'openMetrics' | 'openRest' | 'privateMetrics' | 'grant';
  acknowledge?: string;
}

const onAws = (stack: TerraformStack, { use, acknowledge, ...attributes }: Import) => {
  const cluster = aws.QdrantCluster.fromClusterAttributes(stack, 'Existing', {
    host: 'vectors.internal',
    securityGroupId: 'sg-0123456789abcdef0',
    readOnlyKey: aws.Secret.fromArn('arn:aws:secretsmanager:eu-west-1:123456789012:secret:read-only-AbCdEf'),
    ...attributes,
  });
  if (use === 'openMetrics') cluster.connections.allowMetricsFrom(aws.Peer.anyIpv4());
  if (use === 'openRest') cluster.connections.allowRestFrom(aws.Peer.anyIpv4());
  if (use === 'privateMetrics') cluster.connections.allowMetricsFrom(aws.Peer.ipv4('10.0.0.0/8'));
  if (use === 'grant') cluster.grantRead(aws.Grantee.role('search'));
  if (acknowledge) cluster.acknowledge(acknowledge, 'a demonstration');
};

const onKubernetes = (stack: TerraformStack, { use, acknowledge, ...attributes }: Import) => {
  const cluster = kubernetes.QdrantCluster.fromClusterAttributes(stack, 'Existing', {
    clusterName: 'vectors',
    namespace: 'search',
    readOnlyKey: kubernetes.Secret.fromName('read-only'),
    ...attributes,
  });
  if (use === 'openMetrics') cluster.connections.allowMetricsFrom(kubernetes.Peer.anyIpv4());
  if (use === 'openRest') cluster.connections.allowRestFrom(kubernetes.Peer.anyIpv4());
  if (use === 'privateMetrics') cluster.connections.allowMetricsFrom(kubernetes.Peer.ipv4('10.0.0.0/8'));
  if (use === 'grant') cluster.grantRead(kubernetes.Grantee.group('system:authenticated'));
  if (acknowledge) cluster.acknowledge(acknowledge, 'a demonstration');
};

describe.each([
  ['AWS', (options: Import): SynthesizedStack => synth((stack) => onAws(stack, options))],
  ['Kubernetes', (options: Import): SynthesizedStack => synthKubernetes((stack) => onKubernetes(stack, options))],
])('a cluster that was made elsewhere, on %s', (_, importing) => {
  const report = (options: Import) => importing(options).json['//'].qdrant['vectors/Existing'];
  const ruleIds = (options: Import) => report(options).findings.map(({ ruleId }: any) => ruleId);

  test.each([6333, 6334, 6335, 6336, 6337, 6338, 80, 65536])('does not have %i for its metrics port', (metricsPort) => {
    expect(() => importing({ metricsPort })).toThrow(/Existing: metricsPort is \d+.* Allowed: a/);
  });

  test('does not synthesize with its metrics open to any address', () => {
    expect(() => importing({ metricsPort: 9153, use: 'openMetrics' })).toThrow(/QDR002: the metrics \(port 9153\)/);
  });

  test('draws a warning of metrics within the network, which can be accepted', () => {
    expect(ruleIds({ metricsPort: 9153, use: 'privateMetrics' })).toEqual(['QDR004']);
    const [finding] = report({ metricsPort: 9153, use: 'privateMetrics', acknowledge: 'QDR004' }).findings;
    expect(finding.acknowledgedBecause).toBe('a demonstration');
  });

  test('draws a warning of REST that is open to any address, unless clients present certificates', () => {
    expect(ruleIds({ use: 'openRest' })).toEqual(['QDR003']);
    expect(ruleIds({ use: 'openRest', clientCertificate: true })).toEqual([]);
  });

  test('is said to be unknown in what was not stated', () => {
    const { exposure, unknown, secrets } = report({});
    expect(exposure).toMatch(/6333 \| REST .*nobody yet; and whatever it allows outside this stack \| unknown \| unknown/);
    expect(unknown).toEqual(expect.arrayContaining(['the version of Qdrant', 'the settings of the server']));
    expect(secrets).toMatchObject([{ name: 'read-only API key', readers: [expect.stringMatching(/^unknown/)] }]);
  });
});

test('whom a key of an imported cluster is granted to stands in the report', () => {
  const { secrets } = synth((stack) => onAws(stack, { use: 'grant' })).json['//'].qdrant['vectors/Existing'];
  expect(secrets[0].readers).toContain('role search');
});

test('a key of an imported cluster is not granted to everyone', () => {
  expect(() => synthKubernetes((stack) => onKubernetes(stack, { use: 'grant' }))).toThrow(/QDR030: .*system:authenticated/);
});
