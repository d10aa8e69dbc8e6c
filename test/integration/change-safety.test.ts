import { TerraformStack } from 'cdktf';
import { aws, QdrantVersion } from '../../lib';
import { AwsApi } from '../support/aws/api';
import { addNetwork } from '../support/aws/network';
import { describeWith } from '../support/programs';
import { PlannedChange, TerraformRun } from '../support/terraform';

type Options = { -readonly [name in keyof aws.QdrantClusterProps]?: aws.QdrantClusterProps[name] };

const authority = aws.CaBundle.fromPem('-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n');
const secretArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:vectors-tls-AbCdEf';
const authorityArn = 'arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0123';

describeWith(['terraform', 'moto'], 'what a change does to a cluster that runs', () => {
  let api: AwsApi;
  let terraform: TerraformRun;

  const base: Options = {
    instanceType: 'r7g.large',
    dataVolume: { sizeGib: 50 },
    version: QdrantVersion.V1_18_3,
    apiKeys: aws.ApiKeys.generated(),
  };

  function synth(changed: Options, more: (cluster: aws.QdrantCluster, stack: TerraformStack) => void = () => {}): void {
    terraform.synth((stack) => {
      const { vpcId, subnetIds } = addNetwork(stack);
      const network = aws.ClusterNetwork.fromSubnets({ vpcId, subnetIds });
      const cluster = new aws.QdrantCluster(stack, 'Cluster', { network, ...base, ...changed } as aws.QdrantClusterProps);
      cluster.connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16'));
      more(cluster, stack);
    });
  }

  /** The planned actions by resource type, the type first: `aws_instance update`, each once. */
  function summary(changes: PlannedChange[]): string[] {
    return [...new Set(changes.map(({ type, actions }) => `${type} ${actions.join('+')}`))].sort();
  }

  function planned(changed: Options, more?: (cluster: aws.QdrantCluster, stack: TerraformStack) => void): string[] {
    synth(changed, more);
    return summary(terraform.plan());
  }

  /** The release goes out to every node, by one replaced association after the other; nothing else happens. */
  const rollOut = ['aws_ssm_association delete+create', 'aws_ssm_document create+delete', 'terraform_data create+delete'];

  beforeAll(async () => {
    api = await AwsApi.start();
    terraform = new TerraformRun(api.url);
    synth({});
    terraform.init();
    terraform.apply();
  });
  afterAll(() => api?.stop());

  const taggedTypes =
    'ebs_volume iam_instance_profile iam_role instance network_interface route53_zone secretsmanager_secret security_group ssm_association ' +
    'ssm_document vpc_security_group_egress_rule vpc_security_group_ingress_rule';

  const changes: Array<[string, Options, string[]]> = [
    ['nothing', {}, []],
    ['the version', { version: QdrantVersion.V1_19_0 }, rollOut],
    ['settings', { settings: { logLevel: 'WARN', additional: { 'storage.performance.max_search_threads': 4 } } }, rollOut],
    ['the image', { image: 'registry.example.com/qdrant:v1.18.3-unprivileged' }, rollOut],
    ['whether gRPC is served', { grpc: false }, rollOut],
    ['the metrics port', { metricsPort: 9153 }, rollOut],
    [
      'the TLS source, to an existing secret',
      { tls: aws.Tls.fromSecret(aws.Secret.fromArn(secretArn)) },
      [...rollOut, 'rights', 'ca'],
    ],
    ['the TLS source, to AWS Private CA', { tls: aws.Tls.fromPrivateCa(authorityArn) }, [...rollOut, 'rights', 'ca']],
    ['client verification', { clientVerification: aws.ClientVerification.required(authority) }, rollOut],
    ['whom the nodes believe', { trustedAuthorities: [authority] }, rollOut],
    ['the size of the disks', { dataVolume: { sizeGib: 80 } }, ['aws_ebs_volume update', 'aws_ssm_association delete+create']],
    ['IOPS and throughput', { dataVolume: { sizeGib: 50, iops: 6000, throughputMibps: 250 } }, ['aws_ebs_volume update']],
    ['the instance type', { instanceType: 'r7g.xlarge' }, ['aws_instance update', 'aws_ssm_association delete+create']],
    [
      'the key, first step',
      { apiKeys: aws.ApiKeys.generated({ alternateGeneration: 2 }) },
      [...rollOut, 'rights', 'aws_secretsmanager_secret create', 'aws_secretsmanager_secret_version create'],
    ],
    [
      'the read-only key',
      { apiKeys: aws.ApiKeys.generated({ readOnlyGeneration: 2 }) },
      [...rollOut, 'aws_secretsmanager_secret_version delete+create'],
    ],
    [
      'the number of nodes, up',
      { nodeCount: 4 },
      [
        ...rollOut,
        'aws_ebs_volume create',
        'aws_instance create',
        'aws_network_interface create',
        'aws_route53_record create',
        'aws_route53_record update',
        'aws_ssm_association create',
        'aws_volume_attachment create',
      ],
    ],
    ['tags', { tags: { team: 'search' } }, taggedTypes.split(' ').map((type) => `aws_${type} update`)],
    ['the founding, made anew', { foundingGeneration: 2 }, [...rollOut, 'rights']],
    ['how changes are rolled out', { rollingUpdate: { refreshHours: 6 } }, rollOut],
  ];
  const shorthand: { [name: string]: string[] } = {
    rights: ['aws_iam_role_policy update'],
    ca: ['aws_secretsmanager_secret delete', 'aws_iam_role_policy delete'],
  };

  test.each(changes)('of %s', (_what, changed, expected) => {
    const actions = planned(changed);
    expect(actions).toEqual(expected.flatMap((entry) => shorthand[entry] ?? [entry]).sort());
    expect(actions.filter((action) => /^aws_ebs_volume .*delete/.test(action))).toEqual([]);
    expect(actions.filter((action) => /^aws_instance .*delete/.test(action))).toEqual([]);
  });

  test('of the load balancers reaches the nodes one after the other, whose certificates name it', () => {
    const actions = planned({}, (cluster) => void cluster.addLoadBalancer('Front'));
    expect(actions.filter((action) => !action.endsWith(' create'))).toEqual(rollOut);
    expect(actions).toContain('aws_lb create');
  });

  test('of the allowed sources touches rules only', () => {
    const actions = planned({}, (cluster) => cluster.connections.allowGrpcFrom(aws.Peer.ipv4('10.40.0.0/16')));
    expect(actions).toEqual(['aws_vpc_security_group_ingress_rule create']);
  });

  test('of the processor is refused, as it would replace the instances', () => {
    synth({ instanceType: 'r7i.large' });
    terraform.terraform(['plan', '-input=false'], [1]);
    expect(terraform.log).toMatch(/Resource aws_instance\.\S+ has\s+lifecycle\.prevent_destroy/);
  });

  const ownImage = { machineImage: aws.MachineImage.fromImageId('ami-12c6146b') };

  test('of an own image waits until a node is unprotected, then replaces that instance, never its data', () => {
    expect(planned(ownImage)).toEqual([]);
    synth(ownImage, (cluster) => cluster.unprotectNode(1));
    const replaced = terraform.plan().filter(({ actions }) => actions.join('+') === 'delete+create');
    expect(replaced.map(({ address }) => address.replace(/_[0-9A-F]{8}$/, '')).sort()).toEqual([
      'aws_instance.Cluster_Node1_Instance',
      'aws_ssm_association.Cluster_RollingUpdate_Node1',
      'aws_volume_attachment.Cluster_Node1_Attachment',
    ]);
  });

  test('of the key that encrypts the disks is refused, as it would replace the volume', () => {
    const encryptionKeyArn = 'arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000';
    synth({ dataVolume: { sizeGib: 50, encryptionKeyArn } });
    expect(terraform.terraform(['plan', '-input=false'], [1]).code).toBe(1);
    expect(terraform.log).toContain('lifecycle.prevent_destroy');
  });

  test('of the instance type goes node by node, each after the one before it serves', () => {
    const before = api.calls().length;
    synth({ instanceType: 'r7g.xlarge' });
    terraform.apply();
    const instances = [0, 1, 2].map((index) => instanceOf(index));
    const steps = api
      .calls()
      .slice(before)
      .flatMap(({ action, parameters }) => {
        if (action === 'StopInstances') return [`stop ${instances.indexOf(parameters['InstanceId.1'])}`];
        if (action === 'CreateAssociation') return [`wait for ${instances.indexOf(parameters.Targets[0].Values[0])}`];
        return [];
      });
    expect(steps).toEqual(['stop 0', 'wait for 0', 'stop 1', 'wait for 1', 'stop 2', 'wait for 2']);
    const associations = terraform.resources('aws_ssm_association').filter(({ schedule_expression: schedule }) => !schedule);
    expect(associations.map((a) => a.wait_for_success_timeout_seconds)).toEqual([1800, 1800, 1800]);
    expect(terraform.plan()).toEqual([]);
  });

  test('of the number of nodes, down, is refused until the node is unprotected', () => {
    synth({ instanceType: 'r7g.xlarge', nodeCount: 4 });
    terraform.apply();
    synth({ instanceType: 'r7g.xlarge' });
    terraform.terraform(['plan', '-input=false'], [1]);
    expect(terraform.log.replace(/\s*\n│? ?/g, ' ')).toContain('say so with cluster.unprotectNode(NUMBER)');
    expect(terraform.resources('aws_instance')).toHaveLength(4);

    synth({ instanceType: 'r7g.xlarge' }, (cluster) => cluster.unprotectNode(3));
    terraform.apply();
    expect(terraform.resources('aws_instance')).toHaveLength(3);
    expect(api.calls().filter(({ action }) => action === 'CreateSnapshot')).toHaveLength(1);
  });

  function instanceOf(index: number): string {
    return terraform.resources('aws_instance').find(({ tags }) => tags.Name.endsWith(`node-${index}`)).id;
  }
});
