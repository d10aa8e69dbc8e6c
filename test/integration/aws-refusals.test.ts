import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsApi } from '../support/aws/api';
import { describeWith } from '../support/programs';
import { until } from '../support/until';

const ssm = { service: 'ssm', prefix: 'AmazonSSM' };
const secretsmanager = { service: 'secretsmanager', prefix: 'secretsmanager' };
const iam = { service: 'iam' };
const elb = { service: 'elasticloadbalancing' };
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** What the tests' API refuses, as the real one does. A rule that is never seen to refuse proves nothing of what passes it. */
describeWith(['moto'], 'the AWS API of the tests refuses', () => {
  let api: AwsApi;
  let groupId: string;
  let balancerArn: string;
  let targetGroupArn: string;
  let subnetId: string;
  let vpcId: string;

  const found = (text: string, element: string) => new RegExp(`<${element}>([^<]+)</${element}>`).exec(text)![1];
  const group = async (name: string) =>
    found(await api.call('CreateSecurityGroup', { GroupName: name, GroupDescription: name, VpcId: vpcId }), 'groupId');

  beforeAll(async () => {
    api = await AwsApi.start();
    vpcId = found(await api.call('CreateVpc', { CidrBlock: '10.0.0.0/16' }), 'vpcId');
    subnetId = found(await api.call('CreateSubnet', { VpcId: vpcId, CidrBlock: '10.0.0.0/24' }), 'subnetId');
    groupId = await group('nodes');
    const balancer = { Name: 'front', Type: 'network', 'Subnets.member.1': subnetId, 'SecurityGroups.member.1': groupId };
    balancerArn = found(await api.call('CreateLoadBalancer', balancer, elb), 'LoadBalancerArn');
    const protection = {
      LoadBalancerArn: balancerArn,
      'Attributes.member.1.Key': 'deletion_protection.enabled',
      'Attributes.member.1.Value': 'true',
    };
    await api.call('ModifyLoadBalancerAttributes', protection, elb);
    const targets = { Name: 'rest', Protocol: 'TCP', Port: '6333', VpcId: vpcId, TargetType: 'ip' };
    targetGroupArn = found(await api.call('CreateTargetGroup', targets, elb), 'TargetGroupArn');
    const listener = {
      LoadBalancerArn: balancerArn,
      Protocol: 'TCP',
      Port: '6333',
      'DefaultActions.member.1.Type': 'forward',
      'DefaultActions.member.1.TargetGroupArn': targetGroupArn,
    };
    await api.call('CreateListener', listener, elb);
    await api.call('CreateRole', { RoleName: 'nodes', AssumeRolePolicyDocument: trust }, iam);
    await api.call('CreateSecret', { Name: 'gone', SecretString: 'x' }, secretsmanager);
    await api.call('DeleteSecret', { SecretId: 'gone', RecoveryWindowInDays: 30 }, secretsmanager);
  });
  afterAll(() => api?.stop());

  const userData = (bytes: number) => Buffer.alloc(bytes, 1).toString('base64');
  const instance = { ImageId: 'ami-12c6146b', MinCount: '1', MaxCount: '1' };
  const rule = (index: number) => ({
    [`IpPermissions.${index}.IpProtocol`]: 'tcp',
    [`IpPermissions.${index}.FromPort`]: '6333',
    [`IpPermissions.${index}.ToPort`]: '6333',
    [`IpPermissions.${index}.IpRanges.1.CidrIp`]: `10.1.${index}.0/24`,
  });
  const rules = (count: number) => Object.assign({}, ...Array.from({ length: count }, (_, index) => rule(index + 1)));
  const policy = (bytes: number) => {
    const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${'a'.repeat(bytes)}/*` };
    return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  };
  const document = (bytes: number) => ({
    Name: 'update',
    DocumentType: 'Command',
    DocumentFormat: 'JSON',
    Content: JSON.stringify({ schemaVersion: '2.2', description: 'x'.repeat(bytes), mainSteps: [] }),
  });

  /** A request that was signed by a clock which is some minutes ahead. */
  const askAhead = (minutes: number) => {
    const date = new Date(Date.now() + minutes * 60000).toISOString().replace(/[-:]|\.\d+/g, '');
    const headers = { 'x-amz-target': 'secretsmanager.ListSecrets', 'x-amz-date': date };
    return api.send('secretsmanager', '', '{}', { 'content-type': 'application/x-amz-json-1.1', ...headers });
  };

  const refused: Array<[string, RegExp, () => Promise<unknown>]> = [
    ['who signs by a clock that is ahead', /InvalidSignatureException.*not yet current/, () => askAhead(6)],
    ['who signs by a clock that is behind', /InvalidSignatureException.*expired/, () => askAhead(-6)],
    [
      'a rate that is kept to its interval',
      /ValidationException.*rate/,
      () =>
        api.call('CreateAssociation', { Name: 'x', ScheduleExpression: 'rate(1 hour)', ApplyOnlyAtCronInterval: true }, ssm),
    ],
    ['a document over 64 KB', /MaxDocumentSizeExceeded/, () => api.call('CreateDocument', document(65_536), ssm)],
    [
      'a name of a document with other characters',
      /ValidationException/,
      () => api.call('CreateDocument', { ...document(1), Name: 'a b' }, ssm),
    ],
    [
      'a name of a document that AWS keeps for itself',
      /ValidationException.*reserves/,
      () => api.call('CreateDocument', { ...document(1), Name: 'aws-vectors-update' }, ssm),
    ],
    ['user data over 16 KB', /16384 bytes/, () => api.call('RunInstances', { ...instance, UserData: userData(16_385) })],
    [
      'an instance profile of this moment',
      /Invalid IAM Instance Profile name/,
      async () => {
        await api.call('CreateInstanceProfile', { InstanceProfileName: 'new' }, iam);
        return api.call('RunInstances', { ...instance, 'IamInstanceProfile.Name': 'new' });
      },
    ],
    [
      'more than sixty rules',
      /RulesPerSecurityGroupLimitExceeded/,
      async () => api.call('AuthorizeSecurityGroupIngress', { GroupId: await group('full'), ...rules(61) }),
    ],
    ['to delete a group in use', /DependencyViolation/, () => api.call('DeleteSecurityGroup', { GroupId: groupId })],
    ['a group with other characters', /InvalidParameterValue/, () => group('Größe')],
    [
      'more IOPS than the size allows',
      /InvalidParameterCombination/,
      () => api.call('CreateVolume', { AvailabilityZone: 'eu-west-1a', Size: '10', VolumeType: 'gp3', Iops: '6000' }),
    ],
    [
      'a volume smaller than its snapshot',
      /smaller than its snapshot/,
      async () => {
        const volume = await api.call('CreateVolume', { AvailabilityZone: 'eu-west-1a', Size: '20', VolumeType: 'gp3' });
        const snapshot = await api.call('CreateSnapshot', { VolumeId: found(volume, 'volumeId') });
        const SnapshotId = found(snapshot, 'snapshotId');
        return api.call('CreateVolume', { AvailabilityZone: 'eu-west-1a', Size: '10', VolumeType: 'gp3', SnapshotId });
      },
    ],
    [
      'a tag of AWS’s own',
      /aws:owner is reserved/,
      () => api.call('CreateTags', { 'ResourceId.1': groupId, 'Tag.1.Key': 'aws:owner', 'Tag.1.Value': 'x' }),
    ],
    [
      'policies of a role over 10,240 characters in all',
      /LimitExceeded/,
      async () => {
        const put = (PolicyName: string, bytes: number) =>
          api.call('PutRolePolicy', { RoleName: 'nodes', PolicyName, PolicyDocument: policy(bytes) }, iam);
        await put('first', 6000);
        return put('second', 6000);
      },
    ],
    [
      'a name of a role with other characters',
      /ValidationError/,
      () => api.call('CreateRole', { RoleName: 'no des', AssumeRolePolicyDocument: trust }, iam),
    ],
    [
      'a description of a role with other characters',
      /ValidationError/,
      () => api.call('CreateRole', { RoleName: 'n', Description: 'Nodes – of “x”', AssumeRolePolicyDocument: trust }, iam),
    ],
    ['a secret’s name in recovery', /scheduled for deletion/, () => api.call('CreateSecret', { Name: 'gone' }, secretsmanager)],
    ['a secret’s name with other characters', /Invalid name/, () => api.call('CreateSecret', { Name: 'a b' }, secretsmanager)],
    [
      'a secret over 64 KB',
      /65536 bytes/,
      () => api.call('CreateSecret', { Name: 'large', SecretString: 'x'.repeat(65_537) }, secretsmanager),
    ],
    [
      'to delete a protected balancer',
      /OperationNotPermitted/,
      () => api.call('DeleteLoadBalancer', { LoadBalancerArn: balancerArn }, elb),
    ],
    [
      'to delete a target group in use',
      /ResourceInUse/,
      () => api.call('DeleteTargetGroup', { TargetGroupArn: targetGroupArn }, elb),
    ],
    [
      'a balancer’s name that is too long',
      /ValidationError/,
      () => api.call('CreateLoadBalancer', { Name: 'x'.repeat(33), Type: 'network', 'Subnets.member.1': subnetId }, elb),
    ],
    [
      'a health check every second',
      /HealthCheckIntervalSeconds must be between 5 and 300/,
      () =>
        api.call(
          'ModifyTargetGroup',
          { TargetGroupArn: targetGroupArn, HealthCheckProtocol: 'HTTP', HealthCheckIntervalSeconds: '1' },
          elb,
        ),
    ],
    ['a record that exists', /already exists/, () => createRecord('a.vectors.internal', 2)],
    ['a record with a label that is too long', /too long/, () => createRecord(`${'a'.repeat(64)}.vectors.internal`, 1)],
  ];

  test.each(refused)('%s', async (_what, message, call) => {
    const error = await call().then(
      () => new Error('it was accepted'),
      (refusal: Error) => refusal,
    );
    expect(error.message).toMatch(message);
    expect(error.message).toContain('https://docs.aws.amazon.com/');
  });

  test('and nothing that AWS accepts', async () => {
    await api.call('RunInstances', { ...instance, UserData: userData(16_384) });
    await api.call('AuthorizeSecurityGroupIngress', { GroupId: await group('sixty'), ...rules(60) });
    await api.call('CreateDocument', { ...document(1), Name: 'small' }, ssm);
    await api.call('CreateInstanceProfile', { InstanceProfileName: 'old' }, iam);
    await new Promise((resolve) => setTimeout(resolve, 7000));
    await api.call('RunInstances', { ...instance, 'IamInstanceProfile.Name': 'old' });
  });

  test('and takes what was signed by a clock that is off by some minutes', async () => {
    await askAhead(4);
    await askAhead(-4);
  });

  test('and runs every association of a document whose default version changes, at once', async () => {
    const runs = join(mkdtempSync(join(tmpdir(), 'runs-')), 'runs');
    const runner = `${runs}.sh`;
    writeFileSync(runner, `#!/bin/sh\necho "$1" >>${runs}\n`, { mode: 0o755 });
    const own = await AwsApi.start({ nodeRunner: runner });
    try {
      const named = { ...document(1), Name: 'qdrant-update' };
      await own.call('CreateDocument', named, ssm);
      for (const id of ['i-1', 'i-2']) {
        await own.call('CreateAssociation', { Name: named.Name, Targets: [{ Key: 'InstanceIds', Values: [id] }] }, ssm);
      }
      const lines = () => (existsSync(runs) ? readFileSync(runs, 'utf8').trim().split('\n').sort() : []);
      await until('both ran', 10, () => lines().length === 2);
      await own.call('UpdateDocument', { ...document(2), Name: named.Name, DocumentVersion: '$LATEST' }, ssm);
      expect(lines()).toEqual(['i-1', 'i-2']);
      await own.call('UpdateDocumentDefaultVersion', { Name: named.Name, DocumentVersion: '2' }, ssm);
      await until('both ran again', 10, () => lines().length === 4);
      expect(lines()).toEqual(['i-1', 'i-1', 'i-2', 'i-2']);
    } finally {
      own.stop();
    }
  });

  /** Creates a record in a zone of its own, so many times. */
  async function createRecord(name: string, times: number): Promise<void> {
    const xml = { 'content-type': 'text/xml' };
    const space = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"';
    const reference = `<CallerReference>${Math.random()}</CallerReference>`;
    const request = `<CreateHostedZoneRequest ${space}><Name>vectors.internal</Name>${reference}</CreateHostedZoneRequest>`;
    const zone = await api.send('route53', '/2013-04-01/hostedzone', request, xml);
    const records = `<ResourceRecords><ResourceRecord><Value>10.0.0.1</Value></ResourceRecord></ResourceRecords>`;
    const set = `<ResourceRecordSet><Name>${name}</Name><Type>A</Type><TTL>60</TTL>${records}</ResourceRecordSet>`;
    const batch = `<ChangeBatch><Changes><Change><Action>CREATE</Action>${set}</Change></Changes></ChangeBatch>`;
    const change = `<ChangeResourceRecordSetsRequest ${space}>${batch}</ChangeResourceRecordSetsRequest>`;
    const id = found(zone, 'Id').split('/').pop();
    for (let made = 0; made < times; made++) {
      await api.send('route53', `/2013-04-01/hostedzone/${id}/rrset/`, change, xml);
    }
  }
});
