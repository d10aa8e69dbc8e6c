import { TerraformElement, Token } from 'cdktf';
import { parse } from 'yaml';
import { aws, QdrantVersion, TransportProtocol } from '../../lib';
import { minimal, nodeFiles, synth, synthCluster, SynthesizedStack } from '../support/synth';
import { network } from '../support/aws/network';

const secret = (name: string) => aws.Secret.fromArn(`arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`);
const authority = aws.CaBundle.fromPem('-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n');
const authorityArn = 'arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/0123';
const encryptionKeyArn = 'arn:aws:kms:eu-west-1:123456789012:key/0123';

const settingsOf = (stack: SynthesizedStack) => parse(nodeFiles(stack).settings);
const statements = (stack: SynthesizedStack, policy: string): any[] =>
  JSON.parse(
    Object.entries<any>({ ...stack.json.resource.aws_iam_role_policy, ...stack.json.resource.aws_iam_user_policy }).find(
      ([name]) => name.includes(policy),
    )![1].policy,
  ).Statement;
const ingress = (stack: SynthesizedStack) =>
  stack.resources('aws_vpc_security_group_ingress_rule').map((rule) => {
    const source = rule.cidr_ipv4 ?? rule.cidr_ipv6 ?? rule.prefix_list_id ?? rule.referenced_security_group_id;
    return `${rule.from_port}-${rule.to_port} ${source.includes('Cluster_SecurityGroup') ? 'nodes' : source}`;
  });

describe('a cluster with nothing but network, type and disk', () => {
  const stack = synthCluster();

  test('has three nodes in three subnets, each with a volume and an interface of its own', () => {
    for (const type of ['aws_instance', 'aws_ebs_volume', 'aws_network_interface', 'aws_volume_attachment']) {
      expect(stack.resources(type)).toHaveLength(3);
    }
    expect(stack.resources('aws_network_interface').map((i) => i.subnet_id)).toEqual(network.subnetIds);
  });

  test('lets in its own nodes only', () => {
    expect(ingress(stack).sort()).toEqual(['6333-6333 nodes', '6335-6335 nodes', '6337-6337 nodes']);
  });

  test('lets out to its own nodes and to HTTPS only', () => {
    const out = stack
      .resources('aws_vpc_security_group_egress_rule')
      .map((r) => `${r.from_port} ${r.cidr_ipv4 ?? r.cidr_ipv6 ?? 'nodes'}`);
    expect(out.sort()).toEqual(['443 0.0.0.0/0', '443 ::/0', '6333 nodes', '6335 nodes', '6337 nodes']);
  });

  test('has hardened instances', () => {
    for (const instance of stack.resources('aws_instance')) {
      expect(instance).toMatchObject({
        metadata_options: { http_endpoint: 'enabled', http_tokens: 'required', http_put_response_hop_limit: 1 },
        root_block_device: { encrypted: true, volume_type: 'gp3', delete_on_termination: true },
        disable_api_termination: true,
      });
      expect(instance).not.toHaveProperty('key_name');
      expect(instance.lifecycle.ignore_changes).toEqual(['user_data', 'user_data_base64', 'ebs_optimized', 'ami']);
    }
  });

  test.each([
    ['r7g.large', true],
    ['t3.medium', true],
    ['t2.medium', undefined],
    ['m3.large', undefined],
    [Token.asString({ resolve: () => 'x' }), undefined],
  ])('asks for bandwidth to the disks only where the type %s is known to have it', (instanceType, optimized) => {
    const instances = synthCluster({ instanceType }).resources('aws_instance');
    expect(instances.map(({ ebs_optimized }) => ebs_optimized)).toEqual([optimized, optimized, optimized]);
  });

  test('has a root volume as large as an image of one’s own needs', () => {
    const sizes = (machineImage?: aws.MachineImage) =>
      synthCluster({ machineImage })
        .resources('aws_instance')
        .map(({ root_block_device }) => root_block_device.volume_size);
    expect(sizes()).toEqual([20, 20, 20]);
    expect(sizes(aws.MachineImage.fromImageId('ami-1'))).toEqual([20, 20, 20]);
    expect(sizes(aws.MachineImage.fromImageId('ami-1', { rootVolumeSizeGib: 40 }))).toEqual([40, 40, 40]);
  });

  test('has no name of a security group that begins as an id, whatever its path', () => {
    const stack = synth((stack) => void new aws.QdrantCluster(stack, 'Cluster', minimal), 'sg-search');
    const [group] = stack.resources('aws_security_group');
    expect(group.name_prefix).toBe('qdrant-sg-search-cluster-qdrant-');
  });

  test('has volumes that are encrypted, protected, and leave a snapshot', () => {
    for (const volume of stack.resources('aws_ebs_volume')) {
      expect(volume).toMatchObject({
        encrypted: true,
        type: 'gp3',
        size: 50,
        iops: 3000,
        throughput: 125,
        final_snapshot: true,
      });
      expect(volume.lifecycle).toMatchObject({ prevent_destroy: true });
    }
  });

  test('generates its keys through ephemeral resources and write-only arguments', () => {
    const generated: any[] = Object.values(stack.json.ephemeral.aws_secretsmanager_random_password);
    expect(generated).toHaveLength(2);
    // Nodes take no shorter one, and no character that a header does not.
    for (const { password_length: length, exclude_punctuation: plain } of generated) {
      expect([length >= 32, plain]).toEqual([true, true]);
    }
    for (const version of stack.resources('aws_secretsmanager_secret_version')) {
      expect(version.secret_string_wo).toMatch(/^\$\{ephemeral\.aws_secretsmanager_random_password\./);
      expect(version.secret_string_wo_version).toBe(1);
      expect(version).not.toHaveProperty('secret_string');
    }
    expect(stack.json.terraform.required_version).toBe('>= 1.11.0');
  });

  test('can have its keys and its authority back for thirty days once they are deleted', () => {
    const windows = stack.resources('aws_secretsmanager_secret').map((secret) => secret.recovery_window_in_days);
    expect(windows).toEqual([30, 30, 30, 30]);
  });

  test('gives its server safe settings', () => {
    expect(settingsOf(stack)).toEqual({
      log_level: 'INFO',
      telemetry_disabled: true,
      cluster: { enabled: true, p2p: { enable_tls: true, port: 6335 } },
      service: {
        enable_cors: false,
        enable_snapshot_url_recovery: false,
        enable_static_content: false,
        enable_tls: true,
        enforce_internal_auth: true,
        grpc_port: 6334,
        host: '0.0.0.0',
        http_port: 6333,
        verify_https_client_certificate: false,
      },
      storage: { collection: { replication_factor: 2 } },
      tls: { ca_cert: './tls/ca.pem', cert: './tls/cert.pem', key: './tls/key.pem' },
    });
  });

  test('reads its own secrets, and writes none', () => {
    const rights = statements(stack, 'NodeRole_Policy');
    expect(rights.map(({ Sid }) => Sid)).toEqual(['ReadSecrets', 'BeManagedBySystemsManager']);
    expect(rights[0].Resource).toHaveLength(4);
    expect(rights[1].Action).not.toContain('ssm:GetParameter');
  });

  test('lets its first node write the secrets of its authority, within the hour of its founding', () => {
    const policies = stack.resources('aws_iam_role_policy').filter(({ name_prefix: name }) => name === 'qdrant-founding-');
    expect(policies).toHaveLength(1);
    const [write, ...others] = JSON.parse(policies[0].policy.replace(/", "|"60m"/g, "'")).Statement;
    expect(others).toEqual([]);
    expect(write).toMatchObject({ Effect: 'Allow', Action: ['secretsmanager:PutSecretValue'] });
    expect(write.Resource).toEqual([expect.stringContaining('CertificateAuthority'), expect.stringContaining('CaCertificate')]);
    expect(write.Condition).toEqual({
      ArnEquals: { 'ec2:SourceInstanceARN': [expect.stringMatching(/^\$\{aws_instance\.Cluster_Node0_\S+\.arn\}$/)] },
      DateLessThan: {
        'aws:CurrentTime': [
          expect.stringMatching(/^\$\{timeadd\(terraform_data\.Cluster_FoundingTime_\S+\.output\.time, '\)\}$/),
        ],
      },
    });
    expect(policies[0].policy).toContain('output.time, "60m")');
    expect(JSON.stringify(statements(stack, 'NodeRole_Policy'))).not.toContain('PutSecretValue');
  });

  test('runs the unprivileged image of its version, by Amazon Linux for its processor', () => {
    expect(nodeFiles(stack).config).toMatchObject({
      image: 'docker.io/qdrant/qdrant:v1.19.0-unprivileged',
      version: '1.19.0',
    });
    expect(JSON.stringify(stack.json.data.aws_ssm_parameter)).toContain('al2023-ami-kernel-default-arm64');
  });

  test('shows clients a node once it serves', () => {
    const [name] = stack.resources('aws_route53_record').filter(({ records }) => records.length === 3);
    expect(name.depends_on).toEqual([expect.stringMatching(/^aws_ssm_association\.Cluster_RollingUpdate_Node2_/)]);
  });

  test('updates one node after the other, and has each look for rotated secrets by itself', () => {
    expect(stack.resources('aws_ssm_association').filter((association) => association.schedule_expression)).toEqual([]);
    expect(nodeFiles(stack).installer).toContain('OnUnitActiveSec=12h\n');
    const instances = Object.entries<any>(stack.json.resource.aws_instance).sort(([a], [b]) => a.localeCompare(b));
    const gates = instances.map(([, instance]) =>
      instance.depends_on.filter((name: string) => name.startsWith('aws_ssm_association')),
    );
    expect(gates).toEqual([[], [expect.stringContaining('Node0')], [expect.stringContaining('Node1')]]);
  });

  test('has another document for another configuration, as all nodes at once would run one that changes', () => {
    const [document] = stack.resources('aws_ssm_document');
    const [, content] =
      /^qdrant-.*\$\{substr\(sha256\((local\.\w+)\), 0, 12\)\}-\$\{substr\(terraform_data\.\w+\.id, 0, 8\)\}$/.exec(
        document.name,
      )!;
    expect(document.content).toBe(`\${${content}}`);
    expect(document.lifecycle).toEqual({ create_before_destroy: true });
  });

  test('puts no secret, and no placeholder of SSM’s, into what nodes are given', () => {
    const { installer } = nodeFiles(stack);
    expect(installer).not.toMatch(/\{\{|PRIVATE KEY-----\n/);
  });
});

describe('variants', () => {
  test('one node keeps one copy', () => {
    const stack = synthCluster({ nodeCount: 1 });
    expect(settingsOf(stack).storage.collection.replication_factor).toBe(1);
    expect(settingsOf(stack).cluster.enabled).toBe(true);
  });

  test('more nodes than subnets are placed in turn', () => {
    const stack = synthCluster({ nodeCount: 5 });
    const [a, b, c] = network.subnetIds;
    expect(stack.resources('aws_network_interface').map((i) => i.subnet_id)).toEqual([a, b, c, a, b]);
  });

  test.each([
    ['three nodes in three subnets', 3, 3, undefined, 3],
    ['five nodes in five subnets', 5, 5, undefined, 3],
    ['one node', 1, 3, undefined, 1],
    ['one node, where the network spans three zones', 1, 3, 3, 1],
    ['three nodes in two subnets', 3, 2, undefined, 2],
    ['three nodes in one subnet', 3, 1, undefined, 1],
    ['three nodes in three subnets of one zone, said so', 3, 3, 1, 1],
  ])('%s must stand in so many zones', (_what, nodeCount, subnets, zoneCount, wanted) => {
    const subnetIds = Array.from({ length: subnets }, (_, index) => `subnet-${index}`);
    const stack = synthCluster({
      nodeCount,
      network: aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds, zoneCount }),
    });
    const { precondition } = stack.resources('aws_ebs_volume')[0].lifecycle;
    if (wanted === 1) expect(precondition).toBeUndefined();
    else expect(precondition[0].condition).toContain(`>= ${wanted}`);
    const found = stack.json['//'].qdrant['vectors/Cluster'].findings.map(({ ruleId }: any) => ruleId);
    expect(found.includes('QDR040')).toBe(nodeCount > 1 && wanted === 1);
  });

  test('QDR040 does not promise that further subnets move nodes: volumes and interfaces stay', () => {
    const one = aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: ['subnet-1'] });
    const stack = synthCluster({ network: one }, (cluster) => [0, 1, 2].forEach((index) => cluster.unprotectNode(index)));
    const ignored = (type: string) => stack.resources(type).map(({ lifecycle }) => lifecycle.ignore_changes[0]);
    expect(new Set(ignored('aws_ebs_volume'))).toEqual(new Set(['availability_zone']));
    expect(new Set(ignored('aws_network_interface'))).toEqual(new Set(['subnet_id']));
    const { findings } = stack.json['//'].qdrant['vectors/Cluster'];
    const [{ fix }] = findings.filter(({ ruleId }: any) => ruleId === 'QDR040');
    expect(fix).toMatch(/Nodes that exist stay where their volumes are, also when they are unprotected and replaced/);
  });

  test('the way out on 443 can be narrowed, and is reported', () => {
    const httpsTo = [aws.Peer.securityGroup('sg-0abc'), aws.Peer.prefixList('pl-0abc')];
    const narrow = aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: network.subnetIds, httpsTo });
    const stack = synthCluster({ network: narrow });
    const out = stack.resources('aws_vpc_security_group_egress_rule').filter((rule) => rule.from_port === 443);
    expect(out.map((rule) => rule.referenced_security_group_id ?? rule.prefix_list_id).sort()).toEqual(['pl-0abc', 'sg-0abc']);
    expect(JSON.stringify(out)).not.toMatch(/cidr/);
    expect(stack.json['//'].qdrant['vectors/Cluster'].exposure).toMatch(/443 +\| nodes \| pl-0abc/);
  });

  test('a way out on 443 that is named twice is one', () => {
    const group = () => aws.Peer.securityGroup('sg-0abc');
    const httpsTo = [group(), aws.Peer.anyIpv4(), group(), aws.Peer.ipv4('0.0.0.0/0')];
    const repeated = aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: network.subnetIds, httpsTo });
    const stack = synthCluster({ network: repeated });
    const out = stack.resources('aws_vpc_security_group_egress_rule').filter((rule) => rule.from_port === 443);
    expect(out.map((rule) => rule.referenced_security_group_id ?? rule.cidr_ipv4).sort()).toEqual(['0.0.0.0/0', 'sg-0abc']);
    expect(stack.json['//'].qdrant['vectors/Cluster'].exposure.match(/sg-0abc/g)).toHaveLength(1);
  });

  test('joining other networks to the zone elsewhere is left alone', () => {
    expect(synthCluster().resources('aws_route53_zone')).toMatchObject([{ lifecycle: { ignore_changes: ['vpc'] } }]);
  });

  test.each([
    ['r7g.large', 'arm64'],
    ['im4gn.xlarge', 'arm64'],
    ['x2gd.large', 'arm64'],
    ['t4g.medium', 'arm64'],
    ['a1.large', 'arm64'],
    ['m7i-flex.large', 'x86_64'],
    ['g5.xlarge', 'x86_64'],
    ['g5g.xlarge', 'arm64'],
    ['m7a.large', 'x86_64'],
    ['u-6tb1.metal', 'x86_64'],
    ['r7iz.metal-16xl', 'x86_64'],
  ])('%s is %s', (instanceType, architecture) => {
    const stack = synthCluster({ instanceType });
    expect(JSON.stringify(stack.json.data.aws_ssm_parameter)).toContain(`al2023-ami-kernel-default-${architecture}`);
  });

  test('client verification moves Qdrant behind the guard, to ports that only the nodes reach', () => {
    const clientVerification = aws.ClientVerification.required(authority);
    const stack = synthCluster({ clientVerification, metricsPort: 9153 }, ({ connections }) => {
      connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/8'));
      connections.allowGrpcFrom(aws.Peer.ipv4('10.0.0.0/8'));
      connections.allowMetricsFrom(aws.Peer.ipv4('10.0.0.0/8'));
      for (const port of [6336, 6337, 6338]) {
        const behind = () => connections.allowFrom(aws.Peer.ipv4('10.0.0.0/8'), port);
        expect(behind).toThrow(/6333 \(REST\), 6334 \(gRPC\), 9153 \(metrics\)/);
      }
    });
    expect(settingsOf(stack).service).toMatchObject({
      http_port: 6337,
      grpc_port: 6336,
      metrics_port: 6338,
      verify_https_client_certificate: true,
    });
    expect(nodeFiles(stack).config).toMatchObject({
      restPort: 6337,
      guardedPorts: [6333, 6334, 9153],
      portsBesideRest: [6336, 6338],
      clientCas: [{ pemBase64: expect.any(String) }],
    });
    expect(ingress(stack).sort()).toEqual([
      ...[
        '6333-6333 10.0.0.0/8',
        '6333-6333 nodes',
        '6334-6334 10.0.0.0/8',
        '6335-6335 nodes',
        '6337-6337 nodes',
        '9153-9153 10.0.0.0/8',
      ],
    ]);
    const egress = stack.resources('aws_vpc_security_group_egress_rule').filter((rule) => rule.referenced_security_group_id);
    expect(egress.map((rule) => rule.from_port).sort()).toEqual([6333, 6335, 6337]);
    const { exposure } = stack.json['//'].qdrant['vectors/Cluster'];
    for (const port of ['6333 | REST ', '6334 | gRPC ', '9153 | metrics']) {
      expect(exposure).toMatch(new RegExp(`${port.replace('|', '\\|')}.* verified by the guard`));
    }
  });

  test('without gRPC the guard is in front of REST all the same', () => {
    const stack = synthCluster({ grpc: false, clientVerification: aws.ClientVerification.required(authority) });
    expect(settingsOf(stack).service).toMatchObject({ grpc_port: null, http_port: 6337 });
    expect(nodeFiles(stack).config.guardedPorts).toEqual([6333]);
  });

  test('an upgrade from before 1.18 leaves the nodes’ mutual authentication off, and says so', () => {
    const stack = synthCluster({ version: QdrantVersion.V1_18_3, upgradingFrom: QdrantVersion.V1_17_1 });
    expect(settingsOf(stack).service.enforce_internal_auth).toBe(false);
    expect(JSON.stringify(stack.json['//'].qdrant)).toContain('QDR021');
  });

  test('an older server gets no setting that it does not know', () => {
    const { service } = settingsOf(synthCluster({ version: QdrantVersion.V1_16_3 }));
    expect(service).not.toHaveProperty('enforce_internal_auth');
    expect(service).not.toHaveProperty('enable_snapshot_url_recovery');
  });

  test('existing secrets are read, with the customer’s key where one encrypts them', () => {
    const admin = aws.Secret.fromArn(secret('admin').arn, { jsonField: 'key', encryptionKeyArn });
    const stack = synthCluster({
      apiKeys: aws.ApiKeys.fromSecrets({ admin, alternate: secret('next') }),
      tls: aws.Tls.fromSecret(secret('tls')),
    });
    expect(stack.resources('aws_secretsmanager_secret')).toEqual([]);
    expect(nodeFiles(stack).config).toMatchObject({
      keys: { admin: { arn: admin.arn, field: 'key' }, alternate: { arn: secret('next').arn } },
      tls: { source: 'secret', secretArn: secret('tls').arn },
    });
    const [read, decrypt] = statements(stack, 'NodeRole_Policy');
    expect(read.Resource).toEqual([admin.arn, secret('next').arn, secret('tls').arn]);
    expect(decrypt).toMatchObject({ Action: ['kms:Decrypt'], Resource: [encryptionKeyArn] });
  });

  test('a private registry is pulled from for the image’s own repository only', () => {
    const image = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/search/qdrant:v1.19.0-unprivileged';
    const rights = statements(synthCluster({ image }), 'NodeRole_Policy');
    expect(rights.filter(({ Action }) => Action.join().includes('ecr:'))).toEqual([
      expect.objectContaining({ Action: ['ecr:GetAuthorizationToken'], Resource: ['*'] }),
      expect.objectContaining({
        Resource: [expect.stringMatching(/^arn:\$\{.*\}:ecr:eu-central-1:123456789012:repository\/search\/qdrant$/)],
      }),
    ]);
  });

  test('AWS Private CA issues to the nodes, by the end entity template only', () => {
    const rights = statements(synthCluster({ tls: aws.Tls.fromPrivateCa(authorityArn) }), 'NodeRole_Policy');
    const issue = rights.find(({ Sid }) => Sid === 'IssueNodeCertificates');
    expect(issue.Resource).toEqual([authorityArn]);
    expect(issue.Condition).toEqual({
      StringEquals: {
        'acm-pca:TemplateArn': [
          expect.stringMatching(/^arn:\$\{data\.aws_partition\.\S+\.partition\}:acm-pca:::template\/EndEntityCertificate\/V1$/),
        ],
      },
    });
  });

  test('the addresses of the interfaces can serve as names', () => {
    const addresses = aws.ClusterNetwork.fromSubnets({
      vpcId: 'vpc-1',
      subnetIds: network.subnetIds,
      nodeNames: aws.NodeNames.addresses(),
    });
    const stack = synthCluster({ network: addresses });
    expect(stack.resources('aws_route53_zone')).toEqual([]);
    expect(nodeFiles(stack).config.peers[0]).toMatch(/^\$\{aws_network_interface\..*\.private_ip\}$/);
  });

  test('an existing zone gets the names', () => {
    const nodeNames = aws.NodeNames.existingZone('Z1', 'corp.internal');
    const zoned = aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: network.subnetIds, nodeNames });
    const records = synthCluster({ network: zoned, clusterName: 'vectors' }).resources('aws_route53_record');
    expect(records.map(({ name }) => name).sort()).toEqual(
      ['node-0.', 'node-1.', 'node-2.', ''].map((node) => `${node}vectors.corp.internal`).sort(),
    );
  });

  test('RemovalPolicy.DESTROY protects nothing, and the posture says so', () => {
    const stack = synthCluster({ removalPolicy: aws.RemovalPolicy.DESTROY });
    expect(stack.resources('aws_instance').every((i) => i.disable_api_termination === false)).toBe(true);
    expect(stack.resources('aws_ebs_volume').every((v) => v.final_snapshot === false && !v.lifecycle.prevent_destroy)).toBe(
      true,
    );
    expect(JSON.stringify(stack.json['//'].qdrant)).toContain('QDR024');
  });

  test('a node that is unprotected can be ended, and takes another image', () => {
    const machineImage = aws.MachineImage.fromImageId('ami-0123456789abcdef0');
    const stack = synthCluster({ nodeCount: 4, machineImage }, (cluster) => cluster.unprotectNode(3));
    const instances = stack.resources('aws_instance');
    expect(instances.map((i) => i.disable_api_termination)).toEqual([true, true, true, false]);
    expect(instances.map((i) => i.lifecycle.prevent_destroy)).toEqual([true, true, true, undefined]);
    expect(instances.map((i) => i.lifecycle.ignore_changes.includes('ami'))).toEqual([true, true, true, false]);
  });

  test('a node that is no longer synthesized must have been unprotected', () => {
    const surplus = (stack: SynthesizedStack) =>
      Object.entries<any>(stack.json.data.aws_instances)
        .find(([name]) => name.includes('Surplus'))![1]
        .filter.find(({ name }: any) => name === 'tag:QdrantNode').values;
    expect(surplus(synthCluster({ nodeCount: 3 })).slice(0, 2)).toEqual(['3', '4']);
    expect(surplus(synthCluster({ nodeCount: 3 }, (cluster) => cluster.unprotectNode(3))).slice(0, 2)).toEqual(['4', '5']);
  });
});

describe('tags', () => {
  const taggedTypes =
    'instance ebs_volume network_interface security_group vpc_security_group_ingress_rule vpc_security_group_egress_rule iam_role ' +
    'iam_instance_profile secretsmanager_secret route53_zone ssm_document ssm_association lb lb_listener lb_target_group';

  test('reach whatever takes them, also what is added later, and leave the library’s own', () => {
    const stack = synthCluster({ tags: { team: 'search' } }, (cluster) => {
      cluster.addLoadBalancer('Front').connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/8'));
    });
    for (const type of taggedTypes.split(' ')) {
      const resources = stack.resources(`aws_${type}`);
      expect(resources).not.toEqual([]);
      for (const resource of resources) expect(resource).toMatchObject({ tags: { team: 'search' } });
    }
    expect(stack.resources('aws_instance')[1].tags).toEqual({
      Name: 'vectors-cluster-node-1',
      QdrantCluster: 'vectors-cluster',
      QdrantClusterId: expect.stringMatching(/^vectors-cluster-[0-9a-f]{8}$/),
      QdrantNode: '1',
      team: 'search',
    });
    for (const { root_block_device: volume, tags } of stack.resources('aws_instance')) expect(volume.tags).toEqual(tags);
    for (const type of Object.keys(stack.json.resource)) {
      const takesTags = stack.resources(type).some((resource) => 'tags' in resource);
      expect([type, takesTags]).toEqual([type, taggedTypes.split(' ').includes(type.replace('aws_', ''))]);
    }
  });

  test.each(['Name', 'QdrantNode', 'aws:owner'])('%s is not the user’s', (name) => {
    expect(() => synthCluster({ tags: { [name]: 'x' } })).toThrow(new RegExp(`Cluster: tags names "${name}".* Instead: `));
  });
});

test('the founding time is taken once what takes long is made', () => {
  const [{ depends_on: after, input }] = synthCluster().resources('terraform_data');
  expect(input.time).toMatch(/^\$\{.* \? "1970-01-01T00:00:00Z" : timestamp\(\)\}$/);
  for (const type of ['aws_ebs_volume', 'aws_network_interface', 'aws_route53_record']) {
    expect(after.filter((address: string) => address.startsWith(`${type}.`))).toHaveLength(3);
  }
  expect(after).toContainEqual(expect.stringContaining('aws_iam_role_policy.'));
});

describe('two clusters of one name, in different apps', () => {
  test('are told apart by whatever looks for nodes, and share no document', () => {
    const [one, two] = ['One', 'Two'].map((id) => {
      const stack = synth((scope) => void new aws.QdrantCluster(scope, id, { ...minimal, clusterName: 'vectors' }));
      const { data, resource } = stack.json;
      return [data.aws_instances, resource.aws_instance, resource.aws_ssm_document].map((named) => {
        const ids: string[] = Object.values(named).flatMap(
          (block) => JSON.stringify(block).match(/vectors-[0-9a-f]{8}/g) ?? [],
        );
        expect(new Set(ids).size).toBe(1);
        return ids[0];
      });
    });
    expect(new Set(one).size).toBe(1);
    expect(new Set(two).size).toBe(1);
    expect(one[0]).not.toBe(two[0]);
  });

  test('of one code, in two VPCs, count their own nodes only; who has made nodes of the name is asked of the whole account', () => {
    const { aws_instances: found } = synthCluster().json.data;
    const inVpc = (values: any) => values.filter.some(({ name }: any) => name === 'vpc-id');
    const [{ input }] = synthCluster().resources('terraform_data');
    const counted = [...new Set<string>(input.time.match(/(?<=data\.aws_instances\.)\w+/g))];
    expect(counted).toHaveLength(3);
    for (const name of counted) {
      expect(found[name].filter).toContainEqual({ name: 'vpc-id', values: [network.vpcId] });
    }
    const elsewhere = Object.keys(found).filter((name) => !inVpc(found[name]));
    expect(elsewhere.map((name) => name.replace(/_[0-9A-F]{8}$/, '')).sort()).toEqual([
      'Cluster_RemovalGuard_Namesakes',
      'Cluster_RemovalGuard_Own',
    ]);
  });
});

describe('connections', () => {
  test('open a port to each kind of peer, once', () => {
    const stack = synthCluster({ metricsPort: 9153 }, (cluster) => {
      const { connections } = cluster;
      cluster.acknowledge('QDR002', 'the ranges of the monitoring system');
      connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/8'));
      connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/8'));
      connections.allowGrpcFrom(aws.Peer.ipv6('2001:db8::/56'));
      connections.allowGrpcFrom(aws.Peer.securityGroup('sg-0123'));
      connections.allowMetricsFrom(aws.Peer.prefixList('pl-0123'));
    });
    expect(ingress(stack).sort()).toEqual([
      '6333-6333 10.0.0.0/8',
      '6333-6333 nodes',
      '6334-6334 2001:db8::/56',
      '6334-6334 sg-0123',
      '6335-6335 nodes',
      '6337-6337 nodes',
      '9153-9153 pl-0123',
    ]);
  });

  test('keep the address of a rule, whatever the order of what is only known to Terraform', () => {
    const idOf = (name: string) => Token.asString({ creationStack: [], resolve: () => `\${aws_security_group.${name}.id}` });
    const orders = [
      ['a', 'b'],
      ['b', 'a'],
    ];
    const [first, second] = orders.map((names) =>
      synthCluster({}, ({ connections }) =>
        names.forEach((name) => connections.allowRestFrom(aws.Peer.securityGroup(idOf(name)))),
      ).addresses(),
    );
    expect(first).toEqual(second);
    expect(first.join()).toContain('REST-from-aws-security-group-a-id');
  });

  test('into another group open its side only where that is asked for', () => {
    const openedIn = (options?: aws.AllowToOptions) => {
      const stack = synthCluster({}, ({ connections }) => {
        connections.allowTo(aws.Peer.securityGroup('sg-0123'), 8080);
        connections.allowTo(aws.Peer.securityGroup('sg-0123'), 8080, options);
      });
      const out = { from_port: 8080, to_port: 8080, referenced_security_group_id: 'sg-0123' };
      expect(stack.resources('aws_vpc_security_group_egress_rule')).toContainEqual(expect.objectContaining(out));
      const rules = stack.resources('aws_vpc_security_group_ingress_rule');
      return rules.filter((rule) => rule.security_group_id === 'sg-0123').map((rule) => rule.from_port);
    };
    expect(openedIn()).toEqual([]);
    expect(openedIn({ alsoAllowAtPeer: true })).toEqual([8080]);
  });

  test('let the nodes out by UDP, beside TCP', () => {
    const stack = synthCluster({}, ({ connections }) => {
      connections.allowTo(aws.Peer.ipv4('10.0.0.2/32'), 53);
      connections.allowTo(aws.Peer.ipv4('10.0.0.2/32'), 53, { protocol: TransportProtocol.UDP });
    });
    const rules = stack.resources('aws_vpc_security_group_egress_rule').filter((rule) => rule.from_port === 53);
    expect(rules.map((rule) => rule.ip_protocol).sort()).toEqual(['tcp', 'udp']);
    expect(stack.json['//'].qdrant['vectors/Cluster'].exposure).toContain('53 (UDP)');
  });

  test('any address is a warning that can be acknowledged', () => {
    const report = (acknowledge: boolean) =>
      synthCluster({}, (cluster) => {
        cluster.connections.allowRestFrom(aws.Peer.anyIpv4());
        if (acknowledge) cluster.acknowledge('QDR003', 'a public demo');
      }).json['//'].qdrant['vectors/Cluster'].findings;
    expect(report(false)).toMatchObject([{ ruleId: 'QDR003' }]);
    expect(report(true)).toMatchObject([{ ruleId: 'QDR003', acknowledgedBecause: 'a public demo' }]);
  });
});

test('the instance of a node takes what the library has no option for', () => {
  const stack = synthCluster({}, ({ nodes }) =>
    (nodes[1].node.defaultChild as TerraformElement).addOverride('hibernation', true),
  );
  expect(stack.resources('aws_instance').map(({ hibernation }) => hibernation)).toEqual([undefined, true, undefined]);
});

describe('grants', () => {
  test('of reading give the read-only key and the CA, and nothing else', () => {
    const stack = synthCluster({}, (cluster) => {
      const grant = cluster.grantRead(aws.Grantee.role('app'));
      expect(grant.grantee.name).toBe('app');
      expect(cluster.grantRead(aws.Grantee.role('app'))).toBe(grant);
    });
    const granted = statements(stack, 'GrantRead');
    expect(granted.map(({ Action }) => Action)).toEqual([['secretsmanager:GetSecretValue'], ['secretsmanager:GetSecretValue']]);
    expect(granted.flatMap(({ Resource }) => Resource)).toEqual([
      expect.stringContaining('ReadOnlyKey'),
      expect.stringContaining('Cluster_CaCertificate'),
    ]);
    expect(stack.resources('aws_iam_role_policy')).toContainEqual(expect.objectContaining({ role: 'app' }));
  });

  test('of the admin key give both while it is rotated', () => {
    const apiKeys = aws.ApiKeys.generated({ alternateGeneration: 2 });
    const stack = synthCluster({ apiKeys }, (cluster) => {
      const grant = cluster.grantAdmin(aws.Grantee.user('operator'));
      // The one that the nodes use: it works before, during and after every node knows the other.
      expect(grant.keySecretArn).toBe(cluster.adminKeySecretArn);
      expect(grant.keySecretArn).not.toBe(cluster.alternateKeySecretArn);
    });
    expect(statements(stack, 'GrantAdmin')[0].Resource).toEqual([
      expect.stringContaining('AdminKey1'),
      expect.stringContaining('AdminKey2'),
    ]);
    expect(stack.resources('aws_iam_user_policy')).toHaveLength(1);
  });
});

describe('a load balancer', () => {
  const stack = synthCluster({}, (cluster) => {
    const balancer = cluster.addLoadBalancer('Public', {
      scheme: aws.LoadBalancerScheme.INTERNET_FACING,
      subnetIds: ['subnet-1', 'subnet-2'],
    });
    balancer.connections.allowRestFrom(aws.Peer.ipv4('203.0.113.0/24'));
  });
  const rulesAt = (type: string, port: number) =>
    stack.resources(`aws_vpc_security_group_${type}_rule`).filter((rule) => rule.from_port === port);

  test('passes TLS through to every node', () => {
    expect(stack.resources('aws_lb')).toMatchObject([
      { load_balancer_type: 'network', internal: false, enable_deletion_protection: true },
    ]);
    expect(stack.resources('aws_lb_listener').map((l) => `${l.protocol} ${l.port}`)).toEqual(['TCP 6333', 'TCP 6334']);
    expect(stack.resources('aws_lb_target_group_attachment')).toHaveLength(6);
  });

  test('asks each node on a port of its own whether it serves, and lets connections end in their own time', () => {
    for (const group of stack.resources('aws_lb_target_group')) {
      expect(group).toMatchObject({
        protocol: 'TCP',
        health_check: {
          protocol: 'HTTP',
          path: '/readyz',
          port: '6339',
          interval: 5,
          timeout: 3,
          healthy_threshold: 2,
          unhealthy_threshold: 2,
        },
        deregistration_delay: '30',
        target_health_state: [{ enable_unhealthy_connection_termination: false, unhealthy_draining_interval: 30 }],
        lifecycle: { create_before_destroy: true },
      });
    }
  });

  test('alone reaches that port, which is there for it only', () => {
    const [balancer] = Object.keys(stack.json.resource.aws_security_group).filter((name) => name.includes('Public'));
    const [nodes] = Object.keys(stack.json.resource.aws_security_group).filter((name) => !name.includes('Public'));
    const id = (name: string) => `\${aws_security_group.${name}.id}`;
    expect(rulesAt('ingress', 6339)).toMatchObject([
      { security_group_id: id(nodes), referenced_security_group_id: id(balancer) },
    ]);
    expect(rulesAt('egress', 6339)).toMatchObject([
      { security_group_id: id(balancer), referenced_security_group_id: id(nodes) },
    ]);
    expect(ingress(synthCluster()).join()).not.toContain('6339');
    expect(stack.json['//'].qdrant['vectors/Cluster'].exposure).toMatch(/6339 \| health .* load balancer Public/);
  });

  test('is what its sources reach, and what the nodes let in', () => {
    expect(ingress(stack)).toContain('6333-6333 203.0.113.0/24');
    expect(stack.json['//'].qdrant['vectors/Cluster'].exposure).toContain('load balancer Public');
  });

  test('has a name of its own, which the certificates carry, as they do the one that AWS gave it', () => {
    const two = synthCluster({}, (cluster) => {
      const inner = cluster.addLoadBalancer('Front');
      const outer = cluster.addLoadBalancer('front', { hostName: 'vectors.example.com' });
      expect(inner.hostName).toMatch(/^front-[0-9a-f]{12}\.vectors-cluster\.qdrant\.internal$/);
      expect(outer.endpoint.restUrl).toBe('https://vectors.example.com:6333');
    });
    const names: string[] = nodeFiles(two).config.hostNames;
    const records = two.resources('aws_route53_record').filter((record) => record.alias);
    expect(records.map(({ name }) => name.split('.')[0]).sort()).toEqual(['front', expect.stringMatching(/^front-/)]);
    expect(names).toEqual(expect.arrayContaining(records.map(({ name }) => name)));
    expect(names).toContain('vectors.example.com');
    expect(names.filter((name) => /^\$\{aws_lb\..*\.dns_name\}$/.test(name))).toHaveLength(2);
  });

  test('has no name that a node has, or may get', () => {
    for (const id of ['node-0', 'node-17']) {
      expect(() => synthCluster({}, (cluster) => void cluster.addLoadBalancer(id))).toThrow(
        new RegExp(`^vectors/Cluster/${id}: the id of the load balancer is "${id}".* Allowed: .* Instead: `),
      );
    }
    const names = (...ids: string[]) =>
      synthCluster({}, (cluster) => ids.forEach((id) => void cluster.addLoadBalancer(id)))
        .resources('aws_route53_record')
        .map(({ name }) => name);
    const records = names('node', 'node-a', 'Node-0', 'my-node-0');
    expect(new Set(records).size).toBe(records.length);
  });

  test('where the nodes have no names has the one that AWS gave it', () => {
    const nodeNames = aws.NodeNames.addresses();
    const addresses = aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: network.subnetIds, nodeNames });
    const unnamed = synthCluster({ network: addresses }, (cluster) => {
      cluster.addLoadBalancer('Front');
      cluster.addOutputs();
    });
    expect(nodeFiles(unnamed).config.hostNames).toEqual([expect.stringMatching(/^\$\{aws_lb\..*\.dns_name\}$/)]);
    expect(Object.values<any>(unnamed.json.output).map(({ value }) => value)).toContainEqual(
      expect.stringMatching(/^https:\/\/\$\{aws_lb\..*\.dns_name\}:6333$/),
    );
  });

  test.each([
    [aws.RemovalPolicy.PROTECT, true],
    [aws.RemovalPolicy.DESTROY, false],
  ])('that is to be removed says so itself: %s', (removalPolicy, isProtected) => {
    const other = isProtected ? aws.RemovalPolicy.DESTROY : aws.RemovalPolicy.PROTECT;
    const [balancer] = synthCluster(
      { removalPolicy: other },
      (cluster) => void cluster.addLoadBalancer('Front', { removalPolicy }),
    ).resources('aws_lb');
    expect([balancer.enable_deletion_protection, balancer.lifecycle?.prevent_destroy]).toEqual(
      isProtected ? [true, true] : [false, undefined],
    );
  });
});

describe('a cluster that was made elsewhere', () => {
  test('is connected to and granted like one made here', () => {
    const stack = synth((scope) => {
      const cluster = aws.QdrantCluster.fromClusterAttributes(scope, 'Existing', {
        host: 'vectors.internal',
        securityGroupId: 'sg-0123',
        readOnlyKey: secret('read-only'),
      });
      expect(cluster.endpoint.restUrl).toBe('https://vectors.internal:6333');
      cluster.connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/8'));
      cluster.grantRead(aws.Grantee.role('app'));
      expect(() => cluster.grantAdmin(aws.Grantee.role('app'))).toThrow(/no admin key is known/);
    });
    expect(ingress(stack)).toEqual(['6333-6333 10.0.0.0/8']);
    expect(statements(stack, 'GrantRead')[0].Resource).toEqual([secret('read-only').arn]);
  });
});

describe('outputs', () => {
  test('name the secrets and every load balancer, whenever it was added, as the cluster and the grant do', () => {
    const known: { [name: string]: string | undefined } = {};
    const stack = synthCluster({ hostNames: ['vectors.example.com'] }, (cluster) => {
      cluster.addLoadBalancer('Before');
      cluster.addOutputs();
      cluster.addLoadBalancer('After', { hostName: 'public.example.com' });
      const grant = cluster.grantRead(aws.Grantee.role('app'));
      const admin = cluster.grantAdmin(aws.Grantee.role('app'));
      expect(grant.keySecretArn).toBe(cluster.readOnlyKeySecretArn);
      expect(admin.keySecretArn).toBe(cluster.adminKeySecretArn);
      expect(grant.caCertificateSecretArn).toBe(cluster.caCertificateSecretArn);
      expect(cluster.alternateKeySecretArn).toBeUndefined();
      const { adminKeySecretArn, readOnlyKeySecretArn, caCertificateSecretArn } = cluster;
      Object.assign(known, { adminKeySecretArn, readOnlyKeySecretArn, caCertificateSecretArn });
      expect(new Set(Object.values(known)).size).toBe(3);
    });
    const values = Object.values<any>(stack.json.output).map(({ value }) => value);
    expect(values).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^https:\/\/before-[0-9a-f]{12}\.vectors-cluster\.qdrant\.internal:6333$/),
        'https://public.example.com:6334',
        ['vectors.example.com'],
        expect.stringMatching(/^\$\{aws_secretsmanager_secret\.\S*AdminKey1\S*\.arn\}$/),
        expect.stringMatching(/^\$\{aws_secretsmanager_secret\.\S*ReadOnlyKey\S*\.arn\}$/),
        expect.stringMatching(/^\$\{aws_secretsmanager_secret\.\S*CaCertificate\S*\.arn\}$/),
      ]),
    );
  });

  test('carry the addresses and the snippets, and no secret', () => {
    const { output } = synthCluster({}, (cluster) => cluster.addOutputs()).json;
    expect(Object.values<any>(output).map(({ value }) => value)).toEqual(
      expect.arrayContaining([
        'https://vectors-cluster.qdrant.internal:6333',
        'https://vectors-cluster.qdrant.internal:6334',
        expect.stringMatching(
          /^aws secretsmanager get-secret-value --region \S+ \S+ 3\)\} --secret-id \$\{aws_secretsmanager_secret\.\S+\.arn\} /,
        ),
      ]),
    );
  });
});

test('a name that is left out is a finding, and giving the present one changes nothing', () => {
  const [unnamed, named] = [minimal, { ...minimal, clusterName: 'vectors-cluster' }].map(
    (props) => synth((stack) => void new aws.QdrantCluster(stack, 'Cluster', props)).json,
  );
  const ruleIds = (json: any) => json['//'].qdrant['vectors/Cluster'].findings.map(({ ruleId }: any) => ruleId);
  expect([ruleIds(unnamed), ruleIds(named)]).toEqual([['QDR027'], []]);
  expect({ ...named, '//': undefined }).toEqual({ ...unnamed, '//': undefined });
});

describe('addresses of resources', () => {
  // Whoever changes one of these loses data, or has a node replaced, on the next apply of everybody who uses the library.
  test('stay as they are', () => {
    const stack = synthCluster({ apiKeys: aws.ApiKeys.generated({ alternateGeneration: 2 }) }, (cluster) => {
      cluster.addLoadBalancer('Front').connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/8'));
      cluster.connections.allowGrpcFrom(aws.Peer.securityGroup('sg-0123'));
      cluster.grantRead(aws.Grantee.role('app'));
    });
    expect(stack.addresses()).toMatchSnapshot();
  });
});
