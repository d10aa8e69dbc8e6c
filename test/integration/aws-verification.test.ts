import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { aws } from '../../lib';
import { AwsApi } from '../support/aws/api';
import { addNetwork } from '../support/aws/network';
import { describeWith } from '../support/programs';
import { TerraformRun } from '../support/terraform';

const folder = mkdtempSync(join(tmpdir(), 'aws-verification-'));
const [open, broken, runs, runner] = ['open', 'broken', 'runs', 'runner'].map((file) => join(folder, file));
/** A node in the place of Systems Manager's agent: its cluster is open, or it takes no change, while a file is there. */
const RUNNER = `#!/bin/bash
printf '%s %s\\n' "$1" "$2" >>${runs}
if [[ $2 == *-verify-* ]]; then [[ ! -e ${open} ]]; else [[ ! -e ${broken} ]]; fi
`;

describeWith(['terraform', 'moto'], 'a cluster on AWS that is verified after an apply', () => {
  let api: AwsApi;
  let terraform: TerraformRun;

  const synth = (more: (cluster: aws.QdrantCluster) => void = () => {}, settings?: aws.QdrantClusterProps['settings']) =>
    terraform.synth((stack) => {
      const { vpcId, subnetIds } = addNetwork(stack);
      const cluster = new aws.QdrantCluster(stack, 'Cluster', {
        network: aws.ClusterNetwork.fromSubnets({ vpcId, subnetIds }),
        ...{ instanceType: 'r7g.large', dataVolume: { sizeGib: 50 }, clusterName: 'vectors' },
        settings,
      });
      cluster.verifyAfterApply();
      more(cluster);
    });
  const letOneIn = ({ connections }: aws.QdrantCluster) => connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16'));
  const isVerification = ({ name }: any) => name.includes('-verify-');
  const document = () => terraform.resources('aws_ssm_document').find(isVerification);
  /** The nodes that have run a verification. */
  const verified = () =>
    readFileSync(runs, 'utf8')
      .split('\n')
      .filter((line) => line.includes('-verify-'))
      .map((line) => line.split(' ')[0]);
  const lastNode = () => terraform.resources('aws_instance').find(({ tags }) => tags.QdrantNode === '2').id;

  const apply = (code: number) => terraform.terraform(['apply', '-auto-approve', '-input=false', '-parallelism=30'], [code]);

  beforeAll(async () => {
    writeFileSync(runner, RUNNER, { mode: 0o755 });
    api = await AwsApi.start({ nodeRunner: runner });
    terraform = new TerraformRun(api.url);
    writeFileSync(open, '');
    synth();
    terraform.init();
  });
  afterAll(() => {
    api?.stop();
    rmSync(folder, { recursive: true });
  });

  test('fails the first apply where it is open, after all else is done', () => {
    apply(1);
    expect(terraform.log).toMatch(/waiting for SSM Association .*unexpected state 'Failed'/s);
    expect(verified()).toEqual([lastNode()]);
    expect(terraform.resources('aws_ssm_association')).toHaveLength(4);
  });

  test('is verified again by an apply that changes nothing else, once one has failed', () => {
    rmSync(open);
    expect(terraform.plan().map(({ type, actions }) => [type, actions.join('+')])).toEqual([
      ['aws_ssm_association', 'delete+create'],
    ]);
    terraform.apply();
    expect(verified()).toEqual([lastNode(), lastNode()]);
    expect(terraform.plan()).toEqual([]);
  });

  test('is attacked by a program that comes whole through Terraform, in a document that Systems Manager takes', () => {
    const { content } = document();
    process.stderr.write(`document that verifies: ${content.length} bytes of 65536\n`);
    expect(content.length).toBeLessThan(60 * 1024);
    const [, command] = JSON.parse(content).mainSteps[0].inputs.runCommand;
    const [, digest, compressed] = /'([0-9a-f]{64})'.*<<<'(\S+)'$/.exec(command)!;
    const program = gunzipSync(Buffer.from(compressed, 'base64'));
    expect(createHash('sha256').update(program).digest('hex')).toBe(digest);
  });

  test('is verified by an apply that lets one more in, and changes nothing besides', () => {
    synth(letOneIn);
    expect(
      terraform
        .plan()
        .map(({ type, actions }) => `${type} ${actions.join('+')}`)
        .sort(),
    ).toEqual([
      'aws_ssm_association delete+create',
      'aws_ssm_document create+delete',
      'aws_vpc_security_group_ingress_rule create',
      'terraform_data create+delete',
    ]);
    terraform.apply();
    expect(verified()).toHaveLength(3);
    expect(terraform.plan()).toEqual([]);
  });

  test('takes back what opened it, and is verified as it was before', () => {
    const before = verified().length;
    writeFileSync(open, '');
    synth((cluster) => {
      letOneIn(cluster);
      cluster.connections.allowGrpcFrom(aws.Peer.ipv4('10.30.0.0/16'));
    });
    apply(1);
    rmSync(open);
    synth(letOneIn);
    apply(0);
    expect(verified()).toHaveLength(before + 2);
    expect(terraform.plan()).toEqual([]);
  });

  test('takes back what a node did not take', () => {
    const before = readFileSync(runs, 'utf8').length;
    const rolled = () =>
      readFileSync(runs, 'utf8')
        .slice(before)
        .match(/^\S+ (?!.*-verify-)/gm)?.length;
    writeFileSync(broken, '');
    synth(letOneIn, { maxRequestSizeMib: 64 });
    apply(1);
    expect(rolled()).toBe(1);
    rmSync(broken);
    synth(letOneIn);
    apply(0);
    expect(rolled()).toBe(4);
    expect(terraform.plan()).toEqual([]);
  });

  test('is verified after the roll by an apply that changes what nodes run', () => {
    synth((cluster) => {
      letOneIn(cluster);
      cluster.addLoadBalancer('Front');
    });
    const before = readFileSync(runs, 'utf8').trim().split('\n').length;
    terraform.apply();
    const after = readFileSync(runs, 'utf8').trim().split('\n').slice(before);
    expect(after).toHaveLength(4);
    expect(after.map((line) => line.includes('-verify-'))).toEqual([false, false, false, true]);
  });
});
