import { App, TerraformStack, Token } from 'cdktf';
import { aws, kubernetes, QdrantPorts, QdrantVersion } from '../../lib';
import { minimal, synthCluster } from '../support/synth';

function makeCluster(props: Partial<aws.QdrantClusterProps> = {}): aws.QdrantCluster {
  return new aws.QdrantCluster(new TerraformStack(new App(), 'vectors'), 'Cluster', { ...minimal, ...props });
}

const unknownText = () => Token.asString({ resolve: () => 'x' });
const unknownNumber = () => Token.asNumber({ resolve: () => 1 });
const keyArn = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCdEf';

describe('bad input to a cluster', () => {
  const cases: Array<[string, Partial<aws.QdrantClusterProps>, RegExp]> = [
    ['no node', { nodeCount: 0 }, /nodeCount is 0\. Allowed: one node, or three and more/],
    ['a negative number of nodes', { nodeCount: -3 }, /nodeCount is -3/],
    ['two nodes', { nodeCount: 2 }, /nodeCount is 2.*no majority.*Instead: nodeCount: 3/],
    ['a part of a node', { nodeCount: 3.5 }, /nodeCount is 3\.5/],
    ['too small a volume', { dataVolume: { sizeGib: 5 } }, /dataVolume\.sizeGib is 5.*from 10 to 65536 GiB.*sizeGib: 10/],
    ['too few IOPS', { dataVolume: { sizeGib: 50, iops: 100 } }, /dataVolume\.iops is 100.*from 3000 to 80000/],
    ['too many IOPS', { dataVolume: { sizeGib: 5000, iops: 90000 } }, /dataVolume\.iops is 90000/],
    ['more IOPS than the size allows', { dataVolume: { sizeGib: 10, iops: 6000 } }, /6000 on 10 GiB.*at most 500 a GiB: 5000/],
    [
      'too little throughput',
      { dataVolume: { sizeGib: 50, throughputMibps: 50 } },
      /throughputMibps is 50.*from 125 to 1000 MiB\/s/,
    ],
    [
      'more throughput than the provider lets through',
      { dataVolume: { sizeGib: 50, iops: 8000, throughputMibps: 1001 } },
      /throughputMibps is 1001.*from 125 to 1000 MiB\/s/,
    ],
    [
      'more throughput than the IOPS allow',
      { dataVolume: { sizeGib: 50, throughputMibps: 1000 } },
      /a quarter of the IOPS: 750 MiB\/s/,
    ],
    [
      'more snapshots than nodes',
      { nodeCount: 1, dataVolume: { sizeGib: 50, snapshotIds: ['snap-1', 'snap-2'] } },
      /snapshotIds names 2 snapshots.*1 in all/,
    ],
    [
      'a snapshot that is none',
      { dataVolume: { sizeGib: 50, snapshotIds: ['vol-0123'] } },
      /snapshotIds\[0\] is "vol-0123".*snap-0123456789abcdef0/,
    ],
    [
      'snapshots of nodes that knew each other by addresses, which are others now',
      {
        dataVolume: { sizeGib: 50, snapshotIds: ['snap-1'] },
        network: aws.ClusterNetwork.fromSubnets({
          vpcId: 'vpc-1',
          subnetIds: ['subnet-1', 'subnet-2', 'subnet-3'],
          nodeNames: aws.NodeNames.addresses(),
        }),
      },
      /dataVolume\.snapshotIds, with NodeNames\.addresses\(\)/,
    ],
    ['no instance type', { instanceType: 'large' }, /"large" is no instance type.*r7g\.large/],
    [
      'an image of another release',
      { image: 'registry.example.com:5000/qdrant:v1.12.0-unprivileged' },
      /is of release 1\.12\.0, and version is 1\.19\.0.*version: QdrantVersion\.of\('1\.12\.0'\)/,
    ],
    [
      'an image of another release, with a digest',
      { image: `qdrant/qdrant:v1.12.0-unprivileged@sha256:${'a'.repeat(64)}` },
      /is of release 1\.12\.0, and version is 1\.19\.0/,
    ],
    ['an image of another release, behind a name', { image: 'my.reg/qdrant:qdrant-v1.12.0' }, /is of release 1\.12\.0/],
    [
      'an image of another release, behind a variant',
      { image: 'my.reg:5000/qdrant:unprivileged_v1.12' },
      /is of release 1\.12,/,
    ],
    ['an image of another minor release', { image: 'qdrant:1.18' }, /is of release 1\.18, and version is 1\.19\.0/],
    ['an image without a version', { image: 'qdrant/qdrant' }, /names no version.*a tag with a version, or a digest/],
    ['the latest image', { image: 'qdrant/qdrant:latest' }, /names no version/],
    ['an image by a port', { image: 'registry.example.com:5000/qdrant' }, /names no version/],
    ['a name that is none', { clusterName: 'My Cluster' }, /clusterName is "My Cluster"/],
    ['a name as ids of security groups have it', { clusterName: 'sg-vectors' }, /clusterName is "sg-vectors".*"vectors"/],
    ['a tag that is the library’s', { tags: { QdrantNode: '7' } }, /tags names "QdrantNode"/],
    ['a tag without a name', { tags: { '': 'x' } }, /tags names "".*1 to 128/],
    ['a tag with too long a name', { tags: { ['x'.repeat(129)]: 'x' } }, /tags names "x+".*1 to 128/],
    ['a tag whose name holds other characters', { tags: { 'cost|center': 'x' } }, /tags names "cost\|center".*letters/],
    ['a tag whose value holds other characters', { tags: { team: 'search; ops' } }, /tags gives team the value "search; ops"/],
    ['a tag with too long a value', { tags: { team: 'x'.repeat(257) } }, /tags gives team the value "x+".*up to 256/],
    ['a tag without a value', { tags: { team: undefined as any } }, /tags gives team the value undefined/],
    [
      'more tags than fit beside the library’s',
      { tags: Object.fromEntries(Array.from({ length: 47 }, (_, index) => [`tag-${index}`, 'x'])) },
      /tags are 47.*up to 46/,
    ],
    ['an upgrade that skips a minor release', { upgradingFrom: QdrantVersion.V1_17_1 }, /from Qdrant 1\.17\.1 to 1\.19\.0/],
    ['a metrics port that is taken', { metricsPort: 6335 }, /metricsPort is 6335, which serves something else/],
    ['a metrics port before 1.17', { metricsPort: 9153, version: QdrantVersion.V1_16_3 }, /Qdrant 1\.17\.0 and later/],
    [
      'an alternate key before 1.17',
      { apiKeys: aws.ApiKeys.generated({ alternateGeneration: 2 }), version: QdrantVersion.V1_16_3 },
      /an alternate API key with Qdrant 1\.16\.3/,
    ],
    [
      'client verification with no CA',
      { clientVerification: aws.ClientVerification.required() },
      /no CA of the clients is given/,
    ],
    ['too short a turn', { rollingUpdate: { turnSeconds: 59 } }, /turnSeconds is 59.*from 60 to 3600 seconds/],
    [
      'no time for two turns',
      { rollingUpdate: { turnSeconds: 600, nodeTimeoutMinutes: 30 } },
      /nodeTimeoutMinutes is 30, and turnSeconds is 600\..*at least 40 minutes/,
    ],
    [
      'a certificate that ends before it is looked for',
      { tls: aws.Tls.generated({ validityDays: 3 }), rollingUpdate: { refreshHours: 168 } },
      /refreshHours is 168, and certificates are valid for 3 days\. Allowed: at most 8 hours/,
    ],
    [
      'turns that come round after certificates have ended',
      {
        nodeCount: 20,
        tls: aws.Tls.generated({ validityDays: 3 }),
        rollingUpdate: { turnSeconds: 3600, nodeTimeoutMinutes: 240 },
      },
      /turnSeconds is 3600 with 20 nodes, refreshHours is 1, and certificates are valid for 3 days\. Allowed: 24 hours at most.*is 40 hours.* Instead: turnSeconds: 2070, /,
    ],
    [
      'a look and a round of turns that together take longer than certificates last',
      {
        nodeCount: 10,
        tls: aws.Tls.generated({ validityDays: 3 }),
        rollingUpdate: { refreshHours: 8, turnSeconds: 3000, nodeTimeoutMinutes: 240 },
      },
      /turnSeconds is 3000 with 10 nodes, refreshHours is 8, .* Instead: turnSeconds: 2880, /,
    ],
    ['too long between two looks', { rollingUpdate: { refreshHours: 0 } }, /refreshHours is 0.*from 1 to 168 hours/],
  ];

  test.each(cases)('%s is refused, with the path and what to write', (_what, props, message) => {
    expect(() => makeCluster(props)).toThrow(message);
    expect(() => makeCluster(props)).toThrow(/^vectors\/Cluster.*Allowed: .*Instead: /);
  });

  test('tokens pass through every check', () => {
    const props: Partial<aws.QdrantClusterProps> = {
      network: aws.ClusterNetwork.fromSubnets({ vpcId: unknownText(), subnetIds: [unknownText(), unknownText()] }),
      instanceType: unknownText(),
      dataVolume: { sizeGib: unknownNumber(), iops: unknownNumber(), throughputMibps: unknownNumber() },
      image: unknownText(),
      version: QdrantVersion.of(unknownText()),
      apiKeys: aws.ApiKeys.fromSecrets({ admin: aws.Secret.fromArn(unknownText()) }),
      tls: aws.Tls.fromPrivateCa(unknownText()),
      machineImage: aws.MachineImage.fromImageId(unknownText(), { rootVolumeSizeGib: unknownNumber() }),
      tags: { team: unknownText(), 'größe @ x=+-._:/': '' },
    };
    const stack = synthCluster(props, (cluster) => {
      cluster.connections.allowRestFrom(aws.Peer.ipv4(unknownText()));
      cluster.connections.allowGrpcFrom(aws.Peer.ipv6(unknownText()));
      cluster.connections.allowGrpcFrom(aws.Peer.securityGroup(unknownText()));
    });
    expect(stack.resources('aws_instance')).toHaveLength(3);
  });

  test('the processor of a token is asked of AWS', () => {
    const stack = synthCluster({ instanceType: unknownText() });
    expect(JSON.stringify(stack.json.data.aws_ssm_parameter)).toMatch(
      /al2023-ami-kernel-default-\$\{element\(data\.aws_ec2_instance_type/,
    );
  });
});

describe('bad input to what a cluster is made of', () => {
  const literal = 'sk-3f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c';

  test('an API key given as a literal is never accepted, and never shown', () => {
    expect(() => aws.Secret.fromArn(literal)).toThrow(/no ARN.*never given as a literal.*ApiKeys\.generated\(\)/);
    expect(() => aws.Secret.fromArn(literal)).not.toThrow(new RegExp(literal));
  });

  test('nor beside a reference', () => {
    const token = Token.asString({ resolve: () => 'x' });
    for (const arn of [`${literal}-${token}`, `${token}${literal}`, `arn:${literal}_${token}`, `arn:aws:s3:::${token}`]) {
      expect(() => aws.Secret.fromArn(arn)).toThrow(/no ARN.*never given as a literal/);
      expect(() => aws.Secret.fromArn(arn)).not.toThrow(new RegExp(literal));
    }
    expect(() => kubernetes.Secret.fromName(`MyLiteralAdminKey_${token}`)).toThrow(/Secret\.fromName: the name is no name/);
    const inPart = ['', ':secret:vectors', ':123456789012:secret:vectors-AbCdEf'].map(
      (end) => `arn:aws:secretsmanager:${token}${end}`,
    );
    for (const arn of [...inPart, `arn:${token}`, token, `arn:${token}:secretsmanager:${token}:${token}:secret:${token}`]) {
      expect(() => aws.Secret.fromArn(arn)).not.toThrow();
    }
    expect(() => kubernetes.Secret.fromName(`vectors-${token}`)).not.toThrow();
  });

  test('no subnet, one named twice, and fewer than the zones', () => {
    const subnets = (subnetIds: string[], zoneCount?: number) => () =>
      aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds, zoneCount });
    expect(subnets([])).toThrow(/subnetIds is empty/);
    expect(subnets(['subnet-1', 'subnet-1'])).toThrow(/names subnet-1 twice/);
    expect(subnets(['subnet-1', 'subnet-2'], 3)).toThrow(/2 subnets for 3 availability zones/);
  });

  test.each(['10.0.0.0', '10.0.0.1/16', '300.0.0.0/8', '10.0.0.0/33', '::/0'])('%s as a range of IPv4 addresses', (cidr) => {
    expect(() => aws.Peer.ipv4(cidr)).toThrow(/is no range of IPv4 addresses/);
  });

  test.each(['2001:db8::', '10.0.0.0/8', '::/129'])('%s as a range of IPv6 addresses', (cidr) => {
    expect(() => aws.Peer.ipv6(cidr)).toThrow(/is no range of IPv6 addresses/);
  });

  test('ids that are none', () => {
    expect(() => aws.Peer.securityGroup('my-group')).toThrow(/securityGroupId is "my-group", no id/);
    expect(() => aws.Peer.prefixList('sg-1')).toThrow(/prefixListId is "sg-1", no id/);
    expect(() => aws.MachineImage.fromImageId('al2023')).toThrow(/is no id of an image/);
    expect(() => aws.MachineImage.fromImageId('ami-1', { rootVolumeSizeGib: 7 })).toThrow(/rootVolumeSizeGib is 7.*from 8 to/);
    expect(() => aws.Tls.fromPrivateCa('my-ca')).toThrow(/is not the ARN of a CA in AWS Private CA/);
    expect(() => aws.NodeNames.privateZone('Vectors.')).toThrow(/is no name of a DNS zone/);
  });

  test('a private key as a CA', () => {
    expect(() => aws.CaBundle.fromPem('-----BEGIN PRIVATE KEY-----\nsecret')).toThrow(/holds a private key \(not shown\)/);
    expect(() => aws.CaBundle.fromPem('secret')).toThrow(/holds no certificate/);
  });

  test('generations of a key', () => {
    expect(() => aws.ApiKeys.generated({ generation: 0 })).toThrow(/generation is 0/);
    expect(() => aws.ApiKeys.generated({ generation: 2, alternateGeneration: 2 })).toThrow(/are both 2/);
  });

  test('certificates that live too long', () => {
    expect(() => aws.Tls.generated({ validityDays: 4000 })).toThrow(/validityDays is 4000.*from 3 to 825 days/);
  });

  test('the port among the nodes, for anyone else', () => {
    const { connections } = makeCluster();
    expect(() => connections.allowFrom(aws.Peer.ipv4('10.0.0.0/8'), QdrantPorts.PEER)).toThrow(
      /port 6335 for 10\.0\.0\.0\/8.*the cluster’s own nodes.*allowRestFrom/,
    );
  });

  test('ports that nothing serves', () => {
    const peer = aws.Peer.ipv4('10.0.0.0/8');
    expect(() => makeCluster().connections.allowFrom(peer, 6336)).toThrow(/6333 \(REST\), 6334 \(gRPC\)/);
    expect(() => makeCluster().connections.allowMetricsFrom(peer)).toThrow(
      /metrics is allowed, but nothing serves it.*metricsPort/,
    );
    expect(() => makeCluster({ grpc: false }).connections.allowGrpcFrom(peer)).toThrow(
      /gRPC is allowed, but nothing serves it/,
    );
  });

  test('a load balancer that faces the internet from the nodes’ subnets', () => {
    expect(() => makeCluster().addLoadBalancer('Public', { scheme: aws.LoadBalancerScheme.INTERNET_FACING })).toThrow(
      /without subnets/,
    );
  });

  test('a node that is not there', () => {
    expect(() => makeCluster().unprotectNode(100)).toThrow(/unprotectNode\(100\).*0 to 99/);
  });

  test('reading without a read-only key', () => {
    const apiKeys = aws.ApiKeys.fromSecrets({ admin: aws.Secret.fromArn(keyArn) });
    expect(() => makeCluster({ apiKeys }).grantRead(aws.Grantee.role('app'))).toThrow(/no read-only key is known/);
  });

  test('an unprotected listener stops the synthesis', () => {
    const unprotected = () =>
      synthCluster({}, (cluster) => {
        const listener = { port: 7000, at: 'nodes', tls: false, apiKey: true };
        cluster.posture.addListener({ ...listener, purpose: 'REST' as any }).addSource({ name: '0.0.0.0/0', anyAddress: true });
      });
    expect(unprotected).toThrow(/QDR002.*open to any address without TLS/s);
  });
});
