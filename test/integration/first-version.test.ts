import { join } from 'node:path';
import { aws } from '../../lib';
import { AwsApi } from '../support/aws/api';
import { addNetwork } from '../support/aws/network';
import { describeWith } from '../support/programs';
import { TerraformRun } from '../support/terraform';

/** What version 0.1 synthesized of the cluster below, but for its programs, and for the association that AWS refuses. */
const FIRST_VERSION = join(__dirname, 'first-version.tf.json');

describeWith(['terraform', 'moto'], 'a cluster that version 0.1 made', () => {
  let api: AwsApi;
  let terraform: TerraformRun;

  function synth(props: Partial<aws.QdrantClusterProps> = {}): void {
    terraform.synth((stack) => {
      const { vpcId, subnetIds } = addNetwork(stack);
      const network = aws.ClusterNetwork.fromSubnets({ vpcId, subnetIds });
      const more = { instanceType: 'r7g.large', dataVolume: { sizeGib: 50 }, clusterName: 'vectors', ...props };
      const cluster = new aws.QdrantCluster(stack, 'Cluster', { network, ...more });
      cluster.connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16'));
    });
  }

  /** When the first node may no longer write the authority. */
  function foundingEnd(): number {
    const policy = terraform.resources('aws_iam_role_policy').find(({ policy }) => policy.includes('aws:CurrentTime'));
    return Date.parse(JSON.parse(policy.policy).Statement[0].Condition.DateLessThan['aws:CurrentTime']);
  }

  /** What holds the data, or is the way to it. */
  const kept = () =>
    [
      'instance',
      'ebs_volume',
      'volume_attachment',
      'network_interface',
      'secretsmanager_secret',
      'secretsmanager_secret_version',
    ]
      .flatMap((type) => terraform.resources(`aws_${type}`).map(({ id }) => id))
      .sort();

  /** The tag that the first version did not give: the instances of another cluster of the name have another one. */
  async function tagInstances(action: 'CreateTags' | 'DeleteTags'): Promise<void> {
    const instances = terraform.resources('aws_instance').map(({ id }, index) => [`ResourceId.${index + 1}`, id]);
    const tag = { 'Tag.1.Key': 'QdrantClusterId', 'Tag.1.Value': 'vectors-00000000' };
    await api.call(action, { ...Object.fromEntries(instances), ...tag });
  }

  beforeAll(async () => {
    api = await AwsApi.start();
    terraform = new TerraformRun(api.url);
    terraform.use(FIRST_VERSION);
    terraform.init();
    terraform.apply();
    // As after every update of the package.
    synth();
    terraform.init();
  });
  afterAll(() => api?.stop());

  test('keeps its nodes until they are unprotected', () => {
    synth({ nodeCount: 1 });
    terraform.terraform(['plan', '-input=false'], [1]);
    expect(terraform.log.replace(/\s*\n│? ?/g, ' ')).toContain('say so with cluster.unprotectNode(NUMBER)');
  });

  test('is another one than that of its name whose instances have another id', async () => {
    await tagInstances('CreateTags');
    synth({ removalPolicy: aws.RemovalPolicy.DESTROY });
    terraform.terraform(['plan', '-input=false', '-out=plan']);
    const waits = terraform
      .planJson()
      .planned_values.root_module.resources.filter(({ type }: any) => type === 'aws_ssm_association')
      .map(({ values }: any) => values.wait_for_success_timeout_seconds ?? null);
    expect(waits).toEqual([null, null, null]);
    await tagInstances('DeleteTags');
  });

  test('is updated to this version node by node, is not founded anew, and keeps all that holds data', () => {
    const before = kept();
    synth();
    const rules = 'aws_vpc_security_group_ingress_rule';
    const moved = terraform.plan().filter(({ type, address }) => type === rules && address.includes('REST-from'));
    const [from, to] = ['delete', 'create'].map((action) => moved.find(({ actions }) => actions.includes(action))!.address);
    terraform.terraform(['state', 'mv', from, to]);

    const ended = terraform.plan().filter(({ actions }) => actions.includes('delete'));
    expect([...new Set(ended.map(({ type }) => type))].sort()).toEqual(['aws_ssm_association', 'aws_ssm_document']);
    terraform.terraform(['apply', '-input=false', 'plan']);
    expect(kept()).toEqual(before);
    const waits = terraform.resources('aws_ssm_association').map((one) => one.wait_for_success_timeout_seconds);
    expect(waits).toEqual([1800, 1800, 1800]);
    expect(foundingEnd()).toBe(3_600_000);
    expect(terraform.plan()).toEqual([]);
  });

  test('is founded anew where that is said', () => {
    synth({ foundingGeneration: 2 });
    terraform.apply();
    expect(foundingEnd()).toBeGreaterThan(Date.now());
  });
});
