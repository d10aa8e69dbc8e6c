import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { TerraformResource, TerraformStack, TerraformVariable, Testing } from 'cdktf';
import { aws, FindingSeverity } from '../../lib';
import { exposureOf } from '../../lib/testing';
import '../../lib/testing/jest';
import { verifierOf } from '../support/aws/verifier';
import { ROOT } from '../support/programs';
import { nodeFiles, synthCluster, SynthesizedStack } from '../support/synth';
import { stackOnAws } from '../testing/stacks';

type Props = Partial<aws.QdrantClusterProps>;
type More = (cluster: aws.QdrantCluster, stack: TerraformStack) => void;

const verified = (options: aws.VerifyAfterApplyProps = {}, props: Props = {}, more: More = () => {}) =>
  synthCluster(props, (cluster, stack) => {
    cluster.verifyAfterApply(options);
    more(cluster, stack);
  });
const secret = (name: string) => aws.Secret.fromArn(`arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`);
const authority = aws.CaBundle.fromPem('-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n');
const required = { clientVerification: aws.ClientVerification.required(authority) };

const ofVerification = (stack: SynthesizedStack, type: string): any =>
  Object.entries<any>(stack.json.resource[type] ?? {}).find(([name]) => name.includes('_VerificationAfterApply_'))?.[1];
const association = (stack: SynthesizedStack) => ofVerification(stack, 'aws_ssm_association');
const document = (stack: SynthesizedStack) => ofVerification(stack, 'aws_ssm_document');
/** Save for what Terraform computes of the content. */
const name = (stack: SynthesizedStack): string => document(stack).name.replace(/-\$\{.*/, '');
const options = (stack: SynthesizedStack) => verifierOf(stack).args.slice(5);
const skipped = (stack: SynthesizedStack) => options(stack).filter((_, index, all) => all[index - 1] === '--skip');
const timeout = ({ json }: SynthesizedStack) =>
  /"timeoutSeconds" = "(\d+)", "runCommand" = \[local\.\w+Verif/.exec(Object.values<string>(json.locals).join('\n'))![1];

describe('a cluster that is verified after an apply', () => {
  const stack = verified();

  test('is attacked by the bundled program, whose digest the node checks', () => {
    const bundle = readFileSync(join(ROOT, 'lib/cluster/bundles/verify.js'), 'utf8');
    const { program, args } = verifierOf(stack);
    expect(program).toBe(bundle);
    expect(args[2]).toBe(createHash('sha256').update(bundle).digest('hex'));
  });

  test('is attacked by what the program of the node is told, from within, and with no secret', () => {
    expect(verifierOf(stack).args).toEqual([
      ...['1530', 'docker.io/library/node:22.20.0-bookworm-slim', expect.stringMatching(/^[0-9a-f]{64}$/)],
      ...['read_only_api_key', ''],
      ...['--require', 'rest', '--require', 'grpc', '--ca', '/run/secrets/cdktf-qdrant/ca.crt'],
      ...['--read-only-key-file', '/run/secrets/cdktf-qdrant/api-key', '--skip', 'lost-copies', '--quiet'],
      ...['--inside', '--skip', 'behind-the-guard'],
    ]);
    expect(verifierOf(stack).script).not.toMatch(/\{\{|PRIVATE KEY-----\n/);
    expect(Testing.fullSynth(stackOnAws((cluster) => cluster.verifyAfterApply()))).toKeepSecretsOutOfState();
  });

  test('is attacked by the last node, once that serves and may use gRPC of the others', () => {
    const { targets, depends_on: after } = association(stack);
    expect(targets).toEqual([
      { key: 'InstanceIds', values: [expect.stringMatching(/^\$\{aws_instance\.Cluster_Node2_Instance_\w+\.id\}$/)] },
    ]);
    expect(after).toEqual([
      expect.stringMatching(/^aws_ssm_association\.Cluster_RollingUpdate_Node2_/),
      expect.stringMatching(/^aws_vpc_security_group_ingress_rule\.Cluster_SecurityGroup_GrpcIn_/),
      expect.stringMatching(/^aws_vpc_security_group_egress_rule\.Cluster_SecurityGroup_GrpcOut_/),
    ]);
  });

  test('fails the apply: it is waited for, also when the cluster is first created', () => {
    const { wait_for_success_timeout_seconds: waits } = association(stack);
    // A number, and not one that depends on what there is.
    expect(waits).toBe(Number(timeout(stack)) + 300);
    expect(Number(verifierOf(stack).args[0])).toBeLessThan(Number(timeout(stack)));
  });

  test.each([
    [1, 22],
    [5, 30],
  ])('has more time for more nodes: of %i, %i minutes', (nodeCount, minutes) => {
    expect(timeout(verified({}, { nodeCount }))).toBe(String(minutes * 60));
  });

  test('is attacked by what fits a document of Systems Manager', () => {
    const { script } = verifierOf(stack);
    process.stderr.write(`document that verifies: about ${script.length} bytes of 65536\n`);
    expect(script.length).toBeLessThan(60 * 1024);
    const image = `registry.example.com/${'long/'.repeat(4000)}node:22.20.0`;
    expect(() => verified({ image })).toThrow(
      /vectors\/Cluster\/VerificationAfterApply: .*that verifies the cluster has about \d+ bytes.*Allowed: 65536 bytes/,
    );
  });

  test('sends nothing more to the nodes', () => {
    const { installer } = nodeFiles(stack);
    expect(installer).toBe(nodeFiles(synthCluster()).installer);
    expect(installer).not.toContain('verify-cluster');
  });

  test('is given the admin key where there is no other', () => {
    const other = verified({}, { apiKeys: aws.ApiKeys.fromSecrets({ admin: secret('admin') }) });
    expect(verifierOf(other).args[3]).toBe('api_key');
    expect(options(other).join(' ')).toContain('--api-key-file /run/secrets/cdktf-qdrant/api-key');
  });
});

describe('the nodes', () => {
  const rules = (stack: SynthesizedStack, direction: string) =>
    stack
      .resources(`aws_vpc_security_group_${direction}_rule`)
      .filter(({ security_group_id: group, referenced_security_group_id: other }) => group === other)
      .map(({ from_port: port }) => port)
      .sort();

  test('are clients of each other, over gRPC too where it is served', () => {
    for (const direction of ['ingress', 'egress']) {
      expect(rules(verified(), direction)).toEqual([6333, 6334, 6335, 6337]);
      expect(rules(verified({}, { grpc: false }), direction)).toEqual([6333, 6335, 6337]);
      expect(rules(synthCluster(), direction)).toEqual([6333, 6335, 6337]);
    }
    expect(options(verified({}, { grpc: false })).join(' ')).not.toContain('grpc');
  });

  test('are in the posture: as a source of gRPC, and the program as a reader of its key', () => {
    const report = verified({ clientCertificateSecret: secret('client') }, required).json['//'].qdrant['vectors/Cluster'];
    expect(report.findings).toEqual(synthCluster(required).json['//'].qdrant['vectors/Cluster'].findings);
    expect(report.exposure).toMatch(/6334 .*the nodes/);
    expect(report.exposure).not.toMatch(/6336 .*the nodes/);
    const readers = (purpose: string) => report.secrets.find(({ name }: any) => name === purpose).readers;
    const reader = 'the program that verifies the cluster after an apply, on its last node';
    expect(readers('read-only API key')).toContain(reader);
    expect(readers('admin API key')).not.toContain(reader);
  });

  test('are what the readers of resources see, with nothing unread or found', () => {
    const synthesized = (verifies: boolean) =>
      exposureOf(
        Testing.fullSynth(
          stackOnAws(
            (cluster) => verifies && cluster.verifyAfterApply({ clientCertificateSecret: secret('client') }),
            required,
          ),
        ),
      );
    const [withIt, without] = [true, false].map(synthesized);
    const by = ({ clusters }: typeof withIt) =>
      clusters[0].ports.filter(({ sources }) => sources.some(({ nodes }) => nodes)).map(({ port }) => port);
    expect(by(withIt).filter((port) => !by(without).includes(port))).toEqual([6334]);
    expect({ unread: withIt.unread, findings: withIt.clusters[0].findings, unknown: withIt.clusters[0].unknown }).toEqual({
      ...{ unread: without.unread, findings: without.clusters[0].findings, unknown: without.clusters[0].unknown },
    });
  });
});

describe('a client certificate', () => {
  const rights = (stack: SynthesizedStack) =>
    JSON.parse(ofVerification(stack, 'aws_iam_role_policy')?.policy ?? '{"Statement":[]}').Statement;

  test('is presented where it is given, and may then be read by the role of the nodes', () => {
    const encryptionKeyArn = 'arn:aws:kms:eu-west-1:123456789012:key/0123';
    const { arn } = secret('client');
    const clientCertificateSecret = aws.Secret.fromArn(arn, { encryptionKeyArn });
    const stack = verified({ clientCertificateSecret }, required);
    expect(verifierOf(stack).args[4]).toBe(arn);
    expect(options(stack).join(' ')).toContain(
      '--cert /run/secrets/cdktf-qdrant/client.crt --key /run/secrets/cdktf-qdrant/client.key',
    );
    expect(rights(stack).map(({ Action, Resource }: any) => [Action, Resource])).toEqual([
      [['secretsmanager:GetSecretValue'], [arn]],
      [['kms:Decrypt'], [encryptionKeyArn]],
    ]);
    expect(ofVerification(stack, 'aws_iam_role_policy').role).toMatch(/^\$\{aws_iam_role\.Cluster_NodeRole_\w+\.name\}$/);
    expect(association(stack).depends_on.join()).toMatch(/aws_iam_role_policy\.Cluster_VerificationAfterApply_Rights/);
  });

  test('is presented to nobody where none is given, and gives no rights', () => {
    expect(options(verified())).not.toContain('--cert');
    expect(rights(verified())).toEqual([]);
  });

  test('is required where the cluster requires one', () => {
    expect(() => verified({}, required)).toThrow(/without a client certificate.*Instead: clientCertificateSecret/s);
  });

  test('is in a secret with both of its parts', () => {
    const { arn } = secret('client');
    expect(() => verified({ clientCertificateSecret: aws.Secret.fromArn(arn, { jsonField: 'certificate' }) })).toThrow(
      /jsonField "certificate".*certificate and private_key/,
    );
    expect(() => verified({ clientCertificateSecret: arn as any })).toThrow(/clientCertificateSecret is a string, no Secret/);
  });
});

describe('the verification', () => {
  const changes: Array<[string, Props, More?]> = [
    ['more nodes', { nodeCount: 5 }],
    ['a rotated key', { apiKeys: aws.ApiKeys.generated({ generation: 2 }) }],
    ['a rotated read-only key', { apiKeys: aws.ApiKeys.generated({ readOnlyGeneration: 2 }) }],
    ['larger disks', { dataVolume: { sizeGib: 80 } }],
    ['one more that is let in', {}, ({ connections }) => connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16'))],
    ['one more that may read a key', {}, (cluster) => void cluster.grantRead(aws.Grantee.role('search'))],
    ['a load balancer', {}, (cluster) => void cluster.addLoadBalancer('Front')],
  ];

  test.each(changes)('runs anew for %s', (...[, props, more]) => {
    expect(name(verified({}, props, more))).not.toBe(name(verified()));
  });

  test('runs anew for what only Terraform knows to have changed, whatever of the cluster it is of', () => {
    const stack = verified({}, {}, ({ connections }) => connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16')));
    const made = stack.addresses().filter((address) => !/_VerificationAfterApply_/.test(address));
    expect(association(stack).lifecycle.replace_triggered_by.sort()).toEqual(made.filter((one) => /\.Cluster_/.test(one)));
    // Among them the document that brings every setting to the nodes.
    expect(made.join('\n')).toMatch(/^aws_ssm_document\.Cluster_RollingUpdate_/m);
  });

  test('runs anew for a secret of the same stack that the nodes read', () => {
    const stack = synthCluster({}, (_, scope) => {
      const key = new SecretsmanagerSecret(scope, 'Key', { name: 'key' });
      const other = new aws.QdrantCluster(scope, 'Other', {
        network: aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2', 'subnet-3'] }),
        ...{ clusterName: 'other', instanceType: 'r7g.large', dataVolume: { sizeGib: 50 } },
        apiKeys: aws.ApiKeys.fromSecrets({ admin: aws.Secret.fromArn(key.arn) }),
      });
      other.verifyAfterApply();
    });
    expect(association(stack).lifecycle.replace_triggered_by).toContain('aws_secretsmanager_secret.Key');
  });

  test('does not run for what changes nothing: the same again, or what Terraform alone is told', () => {
    expect(name(verified())).toBe(name(verified()));
    expect(name(verified())).toMatch(/^qdrant-vectors-cluster-[0-9a-f]{8}-verify-[0-9a-f]{10}$/);
    const releases: More = ({ nodes }) =>
      (nodes[2].node.defaultChild as TerraformResource).addOverride('lifecycle.prevent_destroy', false);
    expect(name(verified({}, {}, releases))).toBe(name(verified()));
  });

  test('has another document for another content, which State Manager would run by itself', () => {
    const { name, content, lifecycle } = document(verified());
    expect(name).toMatch(/-\$\{substr\(sha256\(local\.\w+\), 0, 12\)\}-\$\{substr\(terraform_data\.\w+\.id, 0, 8\)\}$/);
    expect(content).toBe(`\${${/local\.\w+/.exec(name)![0]}}`);
    expect(lifecycle).toEqual({ create_before_destroy: true });
    expect(association(verified()).name).toMatch(/^\$\{aws_ssm_document\.Cluster_VerificationAfterApply_Document_\w+\.name\}$/);
  });
});

describe('an option', () => {
  test('accepts findings, by probes and by rules', () => {
    expect(skipped(verified({ accept: ['QDR020', 'audit-log'] }))).toEqual([
      ...['lost-copies', 'version', 'audit-log', 'behind-the-guard'],
    ]);
  });

  test('has warnings fail the apply', () => {
    expect(options(verified({ failOn: FindingSeverity.WARNING }))).toContain('--strict');
    expect(options(verified())).not.toContain('--strict');
  });

  test('names the port of metrics, the image and the time', () => {
    const image = `registry.example.com/node@sha256:${'a'.repeat(64)}`;
    const stack = verified({ image, timeoutMinutes: 3 }, { metricsPort: 9153 });
    expect(verifierOf(stack).args.slice(0, 2)).toEqual(['150', image]);
    expect(timeout(stack)).toBe('180');
    expect(options(stack).join(' ')).toContain('--metrics-port 9153');
  });

  test('names an image of a private repository, from which the role of the nodes may then pull', () => {
    const image = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror/node:22.20.0';
    const { policy } = ofVerification(verified({ image }), 'aws_iam_role_policy');
    expect(policy).toContain(':ecr:eu-west-1:123456789012:repository/mirror/node');
  });

  test('names an image that only Terraform knows, which has no quote that a shell would take for its own', () => {
    const stack = verified({}, {}, () => {});
    const unknown = synthCluster({}, (cluster, scope) =>
      cluster.verifyAfterApply({ image: new TerraformVariable(scope, 'image', {}).stringValue }),
    );
    expect(verifierOf(unknown).args[1]).toBe('${regex("^[A-Za-z0-9._:/@-]+$", var.image)}');
    expect(name(unknown)).toBe(name(stack));
  });

  test.each<[string, any, RegExp]>([
    ['a finding that nothing finds', { accept: ['no-such-probe'] }, /accept names "no-such-probe".*Allowed: no-key, QDR013/],
    ['an image that may change', { image: 'node:latest' }, /image "node:latest" names no version/],
    ['no time', { timeoutMinutes: 0 }, /timeoutMinutes is 0.*from 1 to 1440 minutes/],
    ['another severity', { failOn: 'notice' }, /failOn is "notice".*FindingSeverity\.ERROR/],
    ['one of another target', { resources: {} }, /resources is no option/],
  ])('is refused: %s', (_what, given, message) => {
    expect(() => verified(given)).toThrow(message);
  });
});

test('a cluster is verified once', () => {
  expect(() => verified({}, {}, (cluster) => cluster.verifyAfterApply())).toThrow(/a second time/);
});
