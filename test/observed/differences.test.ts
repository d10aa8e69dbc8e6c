import { DataAwsIamPolicy } from '@cdktf/provider-aws/lib/data-aws-iam-policy';
import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamInstanceProfile } from '@cdktf/provider-aws/lib/iam-instance-profile';
import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { Instance } from '@cdktf/provider-aws/lib/instance';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretPolicy } from '@cdktf/provider-aws/lib/secretsmanager-secret-policy';
import { SsmAssociation } from '@cdktf/provider-aws/lib/ssm-association';
import { SsmDocument } from '@cdktf/provider-aws/lib/ssm-document';
import { ClusterRoleV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-v1';
import { ClusterRoleBindingV1 } from '@cdktf/provider-kubernetes/lib/cluster-role-binding-v1';
import { ConfigMapV1 } from '@cdktf/provider-kubernetes/lib/config-map-v1';
import { ConfigMapV1Data } from '@cdktf/provider-kubernetes/lib/config-map-v1-data';
import { CronJobV1 } from '@cdktf/provider-kubernetes/lib/cron-job-v1';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { Env } from '@cdktf/provider-kubernetes/lib/env';
import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { RoleBindingV1 } from '@cdktf/provider-kubernetes/lib/role-binding-v1';
import { RoleV1 } from '@cdktf/provider-kubernetes/lib/role-v1';
import { SecretV1 } from '@cdktf/provider-kubernetes/lib/secret-v1';
import { SecretV1Data } from '@cdktf/provider-kubernetes/lib/secret-v1-data';
import { StatefulSetV1 } from '@cdktf/provider-kubernetes/lib/stateful-set-v1';
import {
  Aspects,
  Fn,
  TerraformElement,
  TerraformIterator,
  TerraformLocal,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
} from 'cdktf';
import { aws, kubernetes } from '../../lib';
import { differencesOf, madeOf } from '../support/differences';
import { synthCluster as synthPods } from '../support/kubernetes/synth';
import { clusterName, minimal, synth, synthCluster } from '../support/synth';

const textOf = (local: TerraformLocal): string => local.toTerraform().locals[local.friendlyUniqueId];
const overrideOfStack = (stack: TerraformStack, element: TerraformElement, path: string, value: unknown) =>
  stack.addOverride(
    `resource.${(element as TerraformResource).terraformResourceType}.${element.friendlyUniqueId}.${path}`,
    value,
  );
const reads = (resource: unknown, action: unknown = 'secretsmanager:GetSecretValue') =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: resource }] });

describe('AWS', () => {
  const policyOf = (stack: TerraformStack, policy: string, role = 'intern') =>
    new IamRolePolicy(stack, 'ByHand', { role, policy });
  const config = (cluster: aws.QdrantCluster) => madeOf(cluster, TerraformLocal, /InstallConfig/);
  const rewritten = (cluster: aws.QdrantCluster, stack: TerraformStack, change: (text: string) => string) => {
    const local = config(cluster);
    stack.addOverride(`locals.${local.friendlyUniqueId}`, change(textOf(local)));
  };
  const OTHERS = 'QDR078: the nodes are given what this library did not write';

  test.each<[string, (cluster: aws.QdrantCluster, stack: TerraformStack) => unknown, string[]]>([
    ['nothing', () => {}, []],
    [
      'user data, by an override',
      (cluster) => madeOf(cluster, Instance).addOverride('user_data_base64', 'IyEvYmluL3No'),
      [OTHERS],
    ],
    ['user data, by a property', (cluster) => (madeOf(cluster, Instance).userData = 'docker run qdrant/qdrant'), [OTHERS]],
    [
      'user data of the stack',
      (cluster, stack) => overrideOfStack(stack, madeOf(cluster, Instance), 'user_data', 'x'),
      [OTHERS],
    ],
    ['a launch template', (cluster) => madeOf(cluster, Instance).addOverride('launch_template', { id: 'lt-1' }), [OTHERS]],
    ['tags of an instance', (cluster) => madeOf(cluster, Instance).addOverride('tags.team', 'search'), []],
    [
      'the machine image',
      (cluster) => madeOf(cluster, Instance).addOverride('ami', 'ami-1'),
      [expect.stringMatching(/^QDR065: the machine image is ami-1, and not data\.aws_ssm_parameter\..*$/)],
    ],
    ['the document', (cluster) => madeOf(cluster, SsmDocument).addOverride('content', '{"mainSteps":[]}'), [OTHERS]],
    ['tags of the document', (cluster) => madeOf(cluster, SsmDocument).addOverride('tags.team', 'search'), []],
    [
      'another document that is run',
      (cluster) => madeOf(cluster, SsmAssociation).addOverride('name', 'AWS-RunShellScript'),
      [expect.stringMatching(/^QDR078: the document that the nodes are updated by is AWS-RunShellScript, and not /)],
    ],
    [
      'parameters of an association',
      (cluster) => madeOf(cluster, SsmAssociation).addOverride('parameters.Peers', 'ignored'),
      [],
    ],
    [
      'a setting, in the text that installs it',
      (cluster, stack) => rewritten(cluster, stack, (text) => text.replaceAll('enable_tls: true', 'enable_tls: false')),
      ['cluster.p2p', 'service'].map((of) => `QDR078: the setting ${of}.enable_tls is false, and not true`),
    ],
    [
      'a setting, by an Aspect',
      (cluster, stack) =>
        Aspects.of(stack).add({
          visit: (construct) => {
            if (construct === config(cluster)) config(cluster).expression += '\nsystemctl stop nftables';
          },
        }),
      [OTHERS],
    ],
    ['the text as it is, once more', (cluster, stack) => rewritten(cluster, stack, (text) => text), [OTHERS]],
    [
      'a local of others',
      (_, stack) => stack.addOverride(`locals.${new TerraformLocal(stack, 'Other', 'a').friendlyUniqueId}`, 'b'),
      [],
    ],
    [
      'a policy that reads a key',
      (cluster, stack) => policyOf(stack, reads(cluster.adminKeySecretArn)),
      ['QDR039: the admin API key may be read by role intern'],
    ],
    [
      'one that describes it',
      (cluster, stack) => policyOf(stack, reads(cluster.adminKeySecretArn, 'secretsmanager:DescribeSecret')),
      [],
    ],
    ['one that reads the CA certificate', (cluster, stack) => policyOf(stack, reads(cluster.caCertificateSecretArn)), []],
    [
      'one that reads another secret',
      (_, stack) => policyOf(stack, reads('arn:aws:secretsmanager:eu-west-1:*:secret:other-*')),
      [],
    ],
    [
      'one that reads secrets whose names begin so',
      (_, stack) => policyOf(stack, reads(['arn:aws:secretsmanager:eu-west-1:*:secret:vectors-*'], ['secretsmanager:Get*'])),
      ['QDR039: the admin API key and the read-only API key and the CA private key may be read by role intern'],
    ],
    [
      'one that may everything',
      (_, stack) => policyOf(stack, reads('*', '*')),
      ['QDR039: the admin API key and the read-only API key and the CA private key may be read by role intern'],
    ],
    [
      'one that may everything but read secrets',
      (_, stack) =>
        policyOf(stack, JSON.stringify({ Statement: { Effect: 'Allow', NotAction: 'secretsmanager:*', Resource: '*' } })),
      [],
    ],
    [
      'one that a data source describes',
      (cluster, stack) => {
        const resources = [cluster.readOnlyKeySecretArn!];
        const document = new DataAwsIamPolicyDocument(stack, 'Document', {
          statement: [{ actions: ['secretsmanager:GetSecretValue'], resources }],
        });
        policyOf(stack, document.json);
      },
      ['QDR039: the read-only API key may be read by role intern'],
    ],
    [
      'a policy that is attached',
      (cluster, stack) => {
        const policy = new IamPolicy(stack, 'Shared', { policy: reads(cluster.adminKeySecretArn) });
        const role = new IamRole(stack, 'Intern', { name: 'intern', assumeRolePolicy: '{}' });
        new IamRolePolicyAttachment(stack, 'Attached', { policyArn: policy.arn, role: role.name });
      },
      [expect.stringMatching(/^QDR039: the admin API key may be read by role aws_iam_role\.Intern$/)],
    ],
    [
      'an administrator',
      (_, stack) =>
        new IamRolePolicyAttachment(stack, 'Attached', {
          policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
          role: 'intern',
        }),
      ['QDR039: the admin API key and the read-only API key and the CA private key may be read by role intern'],
    ],
    [
      'one who reads metrics',
      (_, stack) =>
        new IamRolePolicyAttachment(stack, 'Attached', {
          policyArn: 'arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess',
          role: 'intern',
        }),
      [],
    ],
    [
      'a policy of the secret',
      (cluster, stack) =>
        new SecretsmanagerSecretPolicy(stack, 'Shared', {
          secretArn: cluster.readOnlyKeySecretArn!,
          policy: JSON.stringify({
            Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'secretsmanager:*', Resource: '*' }],
          }),
        }),
      ['QDR039: the read-only API key may be read by principal *'],
    ],
    [
      'one who was written down',
      (cluster, stack) => {
        policyOf(stack, reads(cluster.adminKeySecretArn));
        cluster.posture.secrets[0].addReader('role intern');
      },
      [],
    ],
    [
      'one who was granted it',
      (cluster, stack) => {
        policyOf(stack, reads(cluster.readOnlyKeySecretArn));
        cluster.grantRead(aws.Grantee.role('intern'));
      },
      [],
    ],
    [
      'one who was granted it by an imported cluster, with a policy of the same beside it',
      (cluster, stack) => {
        policyOf(stack, reads(cluster.readOnlyKeySecretArn));
        const imported = aws.QdrantCluster.fromClusterAttributes(stack, 'Imported', {
          host: 'vectors.internal',
          securityGroupId: cluster.connections.securityGroupId,
          readOnlyKey: aws.Secret.fromArn(cluster.readOnlyKeySecretArn!),
        });
        imported.grantRead(aws.Grantee.role('intern'));
      },
      [],
    ],
    [
      'one who was granted less',
      (cluster, stack) => {
        policyOf(stack, reads(cluster.adminKeySecretArn));
        cluster.grantRead(aws.Grantee.role('intern'));
      },
      ['QDR039: the admin API key may be read by role intern'],
    ],
    [
      'a grant that is given another role',
      (cluster) => {
        const grant = cluster.grantRead(aws.Grantee.role('search'));
        madeOf(grant, IamRolePolicy).addOverride('role', 'intern');
      },
      ['QDR039: the read-only API key may be read by role intern'],
    ],
    [
      'a grant that reads more',
      (cluster) => {
        const grant = cluster.grantRead(aws.Grantee.role('search'));
        madeOf(grant, IamRolePolicy).policy = reads('*');
      },
      ['QDR039: the admin API key and the CA private key may be read by role search'],
    ],
    [
      'a policy of the nodes that is rewritten, and reads no more',
      (cluster) => madeOf(cluster, IamRolePolicy, /NodeRole/).addOverride('name_prefix', 'other-'),
      [],
    ],
    [
      'one that the nodes have as well',
      (cluster, stack) => policyOf(stack, reads(cluster.adminKeySecretArn), cluster.roleName),
      [],
    ],
  ])('%s', (_what, change, expected) => {
    expect(differencesOf(() => synthCluster({}, change))).toEqual(expected);
  });

  const BY_HAND = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret';
  const HERE = 'arn:aws:secretsmanager:eu-west-1:*:secret';
  const allowing = (...statements: object[]) =>
    JSON.stringify({ Statement: statements.map((one) => ({ Effect: 'Allow', ...one })) });
  const everything = { Action: '*', Resource: '*' };
  const readingAll = { Action: 'secretsmanager:GetSecretValue', Resource: '*' };

  // What is not known for certain stops no synthesis.
  test.each<[string, (cluster: aws.QdrantCluster, stack: TerraformStack) => unknown]>([
    [
      'a secret of another name, which is referred to',
      (_, stack) => {
        const other = new SecretsmanagerSecret(stack, 'Database', { name: 'database' });
        policyOf(stack, reads(`${HERE}:${other.name}-??????`));
      },
    ],
    [
      'secrets whose names begin as only Terraform knows',
      (_, stack) => policyOf(stack, reads(`${HERE}:${new TerraformVariable(stack, 'env', {}).stringValue}-*`)),
    ],
    [
      'secrets whose names begin otherwise by default',
      (_, stack) => policyOf(stack, reads(`${HERE}:${new TerraformVariable(stack, 'env', { default: 'test' }).stringValue}-*`)),
    ],
    ['all secrets of another region', (_, stack) => policyOf(stack, reads('arn:aws:secretsmanager:us-east-1:*:secret:*'))],
    ['all of an account that is not known to be this one', (_, stack) => policyOf(stack, reads(`${BY_HAND}:*`))],
    [
      'a role of another account, by the provider',
      (_, stack) =>
        new IamRolePolicyAttachment(stack, 'Attached', {
          provider: new AwsProvider(stack, 'Sandbox', { alias: 'sandbox', allowedAccountIds: ['222222222222'] }),
          policyArn: 'arn:aws:iam::aws:policy/PowerUserAccess',
          role: 'developers',
        }),
    ],
    [
      'one who was granted it, and is named by a policy of the secret too',
      (cluster, stack) => {
        const role = new IamRole(stack, 'Search', { name: 'search', assumeRolePolicy: '{}' });
        cluster.grantRead(aws.Grantee.role(role.name));
        new SecretsmanagerSecretPolicy(stack, 'Shared', {
          secretArn: cluster.readOnlyKeySecretArn!,
          policy: allowing({ ...readingAll, Principal: { AWS: [role.arn, 'arn:aws:iam::123456789012:role/search'] } }),
        });
      },
    ],
    [
      'the account itself in a policy of the secret, which leaves it to the policies of its principals',
      (cluster, stack) =>
        new SecretsmanagerSecretPolicy(stack, 'Shared', {
          secretArn: cluster.readOnlyKeySecretArn!,
          policy: allowing({ ...readingAll, Principal: { AWS: 'arn:aws:iam::123456789012:root' } }),
        }),
    ],
    [
      'one who is denied it in the same policy',
      (_, stack) => policyOf(stack, allowing(everything, { Effect: 'Deny', Action: 'secretsmanager:*', Resource: '*' })),
    ],
    [
      'one who is denied it by another policy',
      (_, stack) => {
        policyOf(stack, allowing(everything));
        const policy = allowing({ Effect: 'Deny', Action: 'secretsmanager:Get*', Resource: `${HERE}:vectors-*` });
        new IamRolePolicy(stack, 'Limits', { role: 'intern', policy });
      },
    ],
    [
      'all whom the secret itself denies it',
      (cluster, stack) => {
        policyOf(stack, reads(cluster.adminKeySecretArn));
        const condition = { StringNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::123456789012:role/nodes' } };
        new SecretsmanagerSecretPolicy(stack, 'Closed', {
          secretArn: cluster.adminKeySecretArn,
          policy: allowing({ ...readingAll, Effect: 'Deny', Principal: '*', Condition: condition }),
        });
      },
    ],
    [
      'one who may do no more than a boundary allows',
      (_, stack) => {
        const permissionsBoundary = 'arn:aws:iam::123456789012:policy/developers';
        const role = new IamRole(stack, 'Developer', { name: 'developer', assumeRolePolicy: '{}', permissionsBoundary });
        policyOf(stack, allowing(everything), role.name);
      },
    ],
    [
      'what has a tag of others',
      (_, stack) =>
        policyOf(stack, allowing({ ...readingAll, Condition: { StringEquals: { 'aws:ResourceTag/team': 'billing' } } })),
    ],
    [
      'one who was granted it, and has a policy of the role itself',
      (cluster, stack) => {
        const policy = new IamPolicy(stack, 'Own', { policy: reads(cluster.readOnlyKeySecretArn) });
        new IamRole(stack, 'Search', { name: 'search', assumeRolePolicy: '{}', managedPolicyArns: [policy.arn] });
        cluster.grantRead(aws.Grantee.role('search'));
      },
    ],
    [
      'a policy that nobody of the app has',
      (cluster, stack) => new IamPolicy(stack, 'Own', { policy: reads(cluster.readOnlyKeySecretArn) }),
    ],
    [
      'one who reads who may read it',
      (cluster, stack) =>
        policyOf(stack, Fn.jsonencode(JSON.parse(reads(cluster.adminKeySecretArn, 'secretsmanager:GetResourcePolicy')))),
    ],
    [
      'rights that read several secrets at once, where each may be read',
      (_, stack) => policyOf(stack, reads('*', 'secretsmanager:BatchGetSecretValue')),
    ],
    [
      'a machine with a role of its own',
      (_, stack) => {
        const role = new IamRole(stack, 'Other', { assumeRolePolicy: allowing({ Action: '*', Principal: '*' }) });
        const iamInstanceProfile = new IamInstanceProfile(stack, 'Profile', { role: role.name }).name;
        new Instance(stack, 'Bastion', { ami: 'ami-1', instanceType: 't3.micro', iamInstanceProfile });
      },
    ],
    [
      'one more of the services of AWS that may start nodes',
      (cluster) => madeOf(cluster, DataAwsIamPolicyDocument, /NodeRole/).addOverride('statement.0.actions', ['sts:TagSession']),
    ],
    ['no policy at all', (_, stack) => policyOf(stack, 'null')],
    [
      'a policy that AWS refuses',
      (_, stack) => policyOf(stack, '{"Statement":[null,3,{"Effect":"Allow","Principal":null,"Action":{},"Resource":[{}]}]}'),
    ],
  ])('nothing is made of %s', (_what, change) => {
    expect(differencesOf(() => synthCluster({}, change))).toEqual([]);
  });

  const ALL_OF_THEM = 'the admin API key and the read-only API key and the CA private key';

  test.each<[string, (cluster: aws.QdrantCluster, stack: TerraformStack) => unknown, string]>([
    [
      'a name by a reference to it',
      (cluster, stack) => policyOf(stack, reads(`${HERE}:${madeOf(cluster, SecretsmanagerSecret, /AdminKey/).name}-??????`)),
      'the admin API key may be read by role intern',
    ],
    [
      'all secrets wherever they are',
      (_, stack) => policyOf(stack, reads('arn:aws:secretsmanager:*')),
      `${ALL_OF_THEM} may be read by role intern`,
    ],
    [
      'a policy that Terraform makes JSON of',
      (_, stack) => policyOf(stack, Fn.jsonencode(JSON.parse(reads('*', '*')))),
      `${ALL_OF_THEM} may be read by role intern`,
    ],
    [
      'names in a policy that Terraform makes JSON of',
      (_, stack) => policyOf(stack, Fn.jsonencode(JSON.parse(reads([`${HERE}:vectors-*`])))),
      `${ALL_OF_THEM} may be read by role intern`,
    ],
    [
      'a local that Terraform makes JSON of',
      (cluster, stack) =>
        policyOf(
          stack,
          Fn.jsonencode(new TerraformLocal(stack, 'Local', JSON.parse(reads(cluster.adminKeySecretArn))).expression),
        ),
      'the admin API key may be read by role intern',
    ],
    [
      'documents that a document is made of',
      (cluster, stack) => {
        const statement = [{ actions: ['secretsmanager:GetSecretValue'], resources: [cluster.adminKeySecretArn] }];
        const inner = new DataAwsIamPolicyDocument(stack, 'Inner', { statement });
        const sourcePolicyDocuments = [inner.json, reads(cluster.readOnlyKeySecretArn)];
        policyOf(stack, new DataAwsIamPolicyDocument(stack, 'Outer', { sourcePolicyDocuments }).json);
      },
      'the admin API key and the read-only API key may be read by role intern',
    ],
    [
      'statements that are made one by one',
      (cluster, stack) => {
        const items = TerraformIterator.fromList([cluster.adminKeySecretArn]);
        const statement = items.dynamic({ actions: ['secretsmanager:GetSecretValue'], resources: [items.value] }) as any;
        policyOf(stack, new DataAwsIamPolicyDocument(stack, 'Document', { statement }).json);
      },
      'the admin API key may be read by role intern',
    ],
    [
      'a document that its stack overrides',
      (_, stack) => {
        const statement = [{ actions: ['s3:GetObject'], resources: ['*'] }];
        const document = new DataAwsIamPolicyDocument(stack, 'Document', { statement });
        policyOf(stack, document.json);
        stack.addOverride(`data.aws_iam_policy_document.${document.friendlyUniqueId}.statement`, [
          { actions: ['secretsmanager:GetSecretValue'], resources: ['*'] },
        ]);
      },
      `${ALL_OF_THEM} may be read by role intern`,
    ],
    [
      'a policy of AWS that is looked up',
      (_, stack) =>
        new IamRolePolicyAttachment(stack, 'Attached', {
          policyArn: new DataAwsIamPolicy(stack, 'Admin', { name: 'AdministratorAccess' }).arn,
          role: 'intern',
        }),
      `${ALL_OF_THEM} may be read by role intern`,
    ],
    [
      'policies of a role that are made one by one',
      (_, stack) => {
        const inlinePolicy = TerraformIterator.fromList(['a']).dynamic({ name: 'all', policy: reads('*') }) as any;
        new IamRole(stack, 'Intern', { name: 'intern', assumeRolePolicy: '{}', inlinePolicy });
      },
      `${ALL_OF_THEM} may be read by role aws_iam_role.Intern`,
    ],
    [
      'all but one, by a policy of the secret',
      (cluster, stack) =>
        new SecretsmanagerSecretPolicy(stack, 'Shared', {
          secretArn: cluster.adminKeySecretArn,
          policy: allowing({ ...readingAll, NotPrincipal: { AWS: 'arn:aws:iam::123456789012:role/intern' } }),
        }),
      'the admin API key may be read by principal *',
    ],
    [
      'who may take the role of the nodes',
      (cluster) =>
        madeOf(cluster, IamRole, /NodeRole/).addOverride(
          'assume_role_policy',
          allowing({ Action: 'sts:AssumeRole', Principal: { AWS: '*' } }),
        ),
      `${ALL_OF_THEM} may be read by principal *, which may take the role of the nodes`,
    ],
    [
      'a document of who may take the role of the nodes',
      (cluster) =>
        madeOf(cluster, DataAwsIamPolicyDocument, /NodeRole/).addOverride('statement', [
          { actions: ['sts:*'], principals: [{ type: 'AWS', identifiers: ['arn:aws:iam::123456789012:user/intern'] }] },
        ]),
      `${ALL_OF_THEM} may be read by principal arn:aws:iam::123456789012:user/intern, which may take the role of the nodes`,
    ],
    [
      'another machine with the role of the nodes',
      (cluster, stack) => {
        const iamInstanceProfile = new IamInstanceProfile(stack, 'Profile', { role: cluster.roleName }).name;
        new Instance(stack, 'Bastion', { ami: 'ami-1', instanceType: 't3.micro', iamInstanceProfile });
      },
      `${ALL_OF_THEM} may be read by the machine aws_instance.Bastion, which has the role of the nodes`,
    ],
  ])('a reader is found by %s', (_what, change, expected) => {
    expect(differencesOf(() => synthCluster({}, change))).toEqual([`QDR039: ${expected}`]);
  });

  test('keys that exist are known by the references that they are given by', () => {
    const withKeysOf = (change: (cluster: aws.QdrantCluster, secret: SecretsmanagerSecret) => unknown) => () =>
      synth((stack) => {
        const secret = new SecretsmanagerSecret(stack, 'Key', {});
        const apiKeys = aws.ApiKeys.fromSecrets({ admin: aws.Secret.fromArn(secret.arn) });
        change(new aws.QdrantCluster(stack, 'Cluster', { ...minimal, clusterName, apiKeys }), secret);
      });
    expect(
      differencesOf(withKeysOf((cluster, secret) => policyOf(cluster.node.scope as TerraformStack, reads(secret.id)))),
    ).toEqual(['QDR039: the admin API key may be read by role intern']);
    expect(
      differencesOf(
        withKeysOf((cluster) =>
          madeOf(cluster.grantAdmin(aws.Grantee.role('operator')), IamRolePolicy).addOverride('role', 'intern'),
        ),
      ),
    ).toEqual(['QDR039: the admin API key may be read by role intern']);
    expect(differencesOf(withKeysOf((cluster) => cluster.grantAdmin(aws.Grantee.role('operator'))))).toEqual([]);
  });

  test('it can be accepted, and stands in the report then', () => {
    const stack = synthCluster({}, (cluster) => {
      madeOf(cluster, Instance).addOverride('user_data', 'x');
      cluster.acknowledge('QDR078', 'a test');
    });
    expect(stack.json['//'].qdrant['vectors/Cluster'].findings).toMatchObject([
      { ruleId: 'QDR078', acknowledgedBecause: 'a test' },
    ]);
  });

  test('a cluster is compared with what it was meant to be, and no other is', () => {
    const found = differencesOf(() =>
      synthCluster({}, (cluster, stack) => {
        const other = new aws.QdrantCluster(stack, 'Other', {
          network: aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2', 'subnet-3'] }),
          instanceType: 'r7g.large',
          dataVolume: { sizeGib: 50 },
          clusterName: 'other',
        });
        policyOf(stack, reads(other.adminKeySecretArn), cluster.roleName);
      }),
    );
    expect(found).toEqual([expect.stringMatching(/^QDR039: the admin API key may be read by role aws_iam_role\..*NodeRole/)]);
  });
});

describe('Kubernetes', () => {
  const NAMESPACE = 'search';
  const programsOf = (cluster: kubernetes.QdrantCluster) => madeOf(cluster, ConfigMapV1, /Programs/);
  const rewritten = (cluster: kubernetes.QdrantCluster, file: string, change: (text: string) => string) => {
    const { data } = programsOf(cluster).toTerraform().resource.kubernetes_config_map_v1[programsOf(cluster).friendlyUniqueId];
    programsOf(cluster).data = { ...data, [file]: change(data[file]) };
  };
  const pods = (cluster: kubernetes.QdrantCluster) => madeOf(cluster, StatefulSetV1);
  const SPEC = 'spec.template.spec';
  const role = (stack: TerraformStack, rule: object, subject: object = { kind: 'User', name: 'intern' }) => {
    const metadata = { name: 'by-hand', namespace: NAMESPACE };
    new RoleV1(stack, 'Role', { metadata, rule: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'], ...rule }] });
    new RoleBindingV1(stack, 'Binding', {
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'by-hand' },
      subject: [subject as any],
    });
  };
  const ALL = 'the admin API key and the read-only API key and the CA private key and the TLS private key';

  test.each<[string, (cluster: kubernetes.QdrantCluster, stack: TerraformStack) => unknown, string[]]>([
    ['nothing', () => {}, []],
    [
      'a setting in the ConfigMap',
      (cluster) => rewritten(cluster, 'settings.yaml', (text) => text.replaceAll('enable_tls: true', 'enable_tls: false')),
      ['cluster.p2p', 'service'].map((of) => `QDR078: the setting ${of}.enable_tls is false, and not true`),
    ],
    [
      'the ConfigMap, by an override of the stack',
      (cluster, stack) => overrideOfStack(stack, programsOf(cluster), 'data', { 'run-server.sh': 'exec qdrant' }),
      ['QDR078: the file run-server.sh of the pods is another one'],
    ],
    ['comments in its settings', (cluster) => rewritten(cluster, 'settings.yaml', (text) => `# ours\n${text}`), []],
    ['labels of the ConfigMap', (cluster) => programsOf(cluster).addOverride('metadata.labels.team', 'search'), []],
    [
      'the image',
      (cluster) => pods(cluster).addOverride(`${SPEC}.container.0.image`, 'qdrant/qdrant:v1.17.1'),
      [
        expect.stringMatching(
          /^QDR065: the image of the container qdrant is qdrant\/qdrant:v1\.17\.1, and not docker\.io\/qdrant\/qdrant:v.*-unprivileged$/,
        ),
      ],
    ],
    [
      'the image, by an Aspect',
      (cluster, stack) =>
        Aspects.of(stack).add({
          visit: (construct) =>
            construct === pods(cluster) && pods(cluster).addOverride(`${SPEC}.container.0.image`, 'mirror.internal/qdrant:1'),
        }),
      [expect.stringMatching(/^QDR065: the image of the container qdrant is mirror\.internal/)],
    ],
    [
      'what the container runs',
      (cluster) => pods(cluster).addOverride(`${SPEC}.container.0.command`, ['--debug']),
      [
        'QDR078: the command of the container qdrant is ["/opt/qdrant/run-server.sh","--debug"], and not ["/opt/qdrant/run-server.sh"]',
      ],
    ],
    ['resources of the container', (cluster) => pods(cluster).addOverride(`${SPEC}.container.0.resources.limits.cpu`, '4'), []],
    [
      'a setting by the environment',
      (cluster) =>
        pods(cluster).addOverride(`${SPEC}.container.0.env`, [{ name: 'QDRANT__SERVICE__ENABLE_TLS', value: 'false' }]),
      ['QDR078: the setting service.enable_tls is false, and not left out'],
    ],
    [
      'a variable of others',
      (cluster) => pods(cluster).addOverride(`${SPEC}.container.0.env`, [{ name: 'RUST_BACKTRACE', value: '1' }]),
      [],
    ],
    [
      'the environment from a ConfigMap',
      (cluster) => pods(cluster).addOverride(`${SPEC}.container.0.env_from`, [{ config_map_ref: { name: 'ours' } }]),
      ['QDR078: the environment of the container qdrant is taken from elsewhere as well (envFrom)'],
    ],
    [
      'a file over the settings',
      (cluster) =>
        pods(cluster).addOverride(`${SPEC}.container.0.volume_mount`, [
          { name: 'storage', mount_path: '/qdrant/config/production.yaml', sub_path: 'p.yaml' },
        ]),
      ['QDR078: what is mounted at /qdrant/config/production.yaml of the container qdrant is other than was meant'],
    ],
    [
      'a file elsewhere',
      (cluster) => pods(cluster).addOverride(`${SPEC}.container.0.volume_mount`, [{ name: 'storage', mount_path: '/models' }]),
      [],
    ],
    [
      'other keys',
      (cluster) => {
        const volumes =
          pods(cluster).toTerraform().resource.kubernetes_stateful_set_v1[pods(cluster).friendlyUniqueId].spec.template.spec
            .volume;
        const index = volumes.findIndex(({ name }: any) => name === 'keys');
        pods(cluster).addOverride(`${SPEC}.volume.${index}.projected.0.sources.0.secret.0.name`, 'known-to-all');
      },
      ['QDR078: the volume keys of the pods is other than was meant'],
    ],
    [
      'a container that is given the keys',
      (cluster) =>
        pods(cluster).addOverride(`${SPEC}.container`, [
          { name: 'shell', image: 'busybox:1', volume_mount: [{ name: 'keys', mount_path: '/keys' }] },
        ]),
      ['QDR039: the admin API key and the read-only API key may be read by the container shell'],
    ],
    [
      'one that is given none',
      (cluster) => pods(cluster).addOverride(`${SPEC}.container`, [{ name: 'shell', image: 'busybox:1' }]),
      [],
    ],
    [
      'one of the same name',
      (cluster) =>
        pods(cluster).addOverride(`${SPEC}.container`, [
          { name: 'log', image: 'a:1' },
          { name: 'log', image: 'a:1' },
        ]),
      ['QDR078: two containers of the pods have one name'],
    ],
    ['where the pods stand', (cluster) => pods(cluster).addOverride(`${SPEC}.node_selector.disk`, 'ssd'), []],
    ['a role that reads every Secret', (_, stack) => role(stack, {}), [`QDR039: ${ALL} may be read by user intern`]],
    [
      'a role that reads a key',
      (_, stack) => role(stack, { resourceNames: ['vectors-cluster-read-only-key'] }),
      ['QDR039: the read-only API key may be read by user intern'],
    ],
    ['one that reads another Secret', (_, stack) => role(stack, { resourceNames: ['another'] }), []],
    ['one that makes Secrets', (_, stack) => role(stack, { verbs: ['create'] }), []],
    ['one that reads ConfigMaps', (_, stack) => role(stack, { resources: ['configmaps'] }), []],
    ['one of another group of kinds', (_, stack) => role(stack, { apiGroups: ['external-secrets.io'] }), []],
    [
      'one who was granted it',
      (cluster, stack) => {
        const subject = { kind: 'ServiceAccount', namespace: 'search', name: 'search' };
        role(stack, { resourceNames: ['vectors-cluster-read-only-key'] }, subject);
        cluster.grantRead(kubernetes.Grantee.serviceAccount('search', 'search'));
      },
      [],
    ],
    [
      'one who was granted it by an imported cluster',
      (cluster, stack) => {
        const imported = kubernetes.QdrantCluster.fromClusterAttributes(stack, 'Imported', {
          clusterName: cluster.clusterName,
          namespace: NAMESPACE,
          readOnlyKey: kubernetes.Secret.fromName('vectors-cluster-read-only-key'),
        });
        imported.grantRead(kubernetes.Grantee.group('interns'));
      },
      [],
    ],
    [
      'a grant that is bound to others as well',
      (cluster) => {
        const grant = cluster.grantRead(kubernetes.Grantee.serviceAccount('search', 'search'));
        madeOf(grant, RoleBindingV1).addOverride('subject', [{ kind: 'Group', name: 'interns' }]);
      },
      ['QDR039: the read-only API key may be read by group interns'],
    ],
    [
      'a grant that reads more',
      (cluster) => {
        const grant = cluster.grantRead(kubernetes.Grantee.serviceAccount('search', 'search'));
        madeOf(grant, RoleV1).addOverride('rule.0.resource_names', ['vectors-cluster-admin-key-1']);
      },
      ['QDR039: the admin API key may be read by service account search/search'],
    ],
    [
      'a manifest that binds a role of Kubernetes',
      (_, stack) =>
        new Manifest(stack, 'Bound', {
          manifest: {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'RoleBinding',
            metadata: { name: 'operators', namespace: NAMESPACE },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
            subjects: [{ kind: 'Group', name: 'operators' }],
          },
        }),
      [`QDR039: ${ALL} may be read by group operators`],
    ],
    [
      'the same, in another namespace',
      (_, stack) =>
        new Manifest(stack, 'Bound', {
          manifest: {
            apiVersion: 'rbac.authorization.k8s.io/v1',
            kind: 'RoleBinding',
            metadata: { name: 'operators', namespace: 'another' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
            subjects: [{ kind: 'Group', name: 'operators' }],
          },
        }),
      [],
    ],
    [
      'a role for all namespaces',
      (_, stack) => {
        const metadata = { name: 'readers' };
        new ClusterRoleV1(stack, 'Role', { metadata, rule: [{ apiGroups: ['*'], resources: ['*'], verbs: ['list'] }] });
        new ClusterRoleBindingV1(stack, 'Binding', {
          metadata,
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'readers' },
          subject: [{ kind: 'ServiceAccount', namespace: 'backup', name: 'backup' }],
        });
      },
      [`QDR039: ${ALL} may be read by service account backup/backup`],
    ],
  ])('%s', (_what, change, expected) => {
    expect(differencesOf(() => synthPods({}, change))).toEqual(expected);
  });

  const READ_ONLY = 'vectors-cluster-read-only-key';
  const metadata = { name: 'api', namespace: NAMESPACE };
  const volumeIndex = (cluster: kubernetes.QdrantCluster, wanted: string): number =>
    pods(cluster)
      .toTerraform()
      .resource.kubernetes_stateful_set_v1[pods(cluster).friendlyUniqueId].spec.template.spec.volume.findIndex(
        ({ name }: any) => name === wanted,
      );
  const sidecar = (cluster: kubernetes.QdrantCluster, given: object) =>
    pods(cluster).addOverride(`${SPEC}.container`, [{ name: 'shell', image: 'busybox:1', ...given }]);
  const deployment = (stack: TerraformStack, spec: object, place: object = metadata) => {
    const template = { metadata: { labels: { app: 'api' } }, spec };
    new DeploymentV1(stack, 'Api', { metadata: place, spec: { selector: { matchLabels: { app: 'api' } }, template } });
  };
  const withKey = (name: string, key: string) => [{ name: 'KEY', valueFrom: { secretKeyRef: { name, key } } }];
  const adminKey = (cluster: kubernetes.QdrantCluster) => madeOf(cluster, SecretV1, /AdminKey/);

  // What is harmless, or not known for certain, stops no synthesis.
  test.each<[string, (cluster: kubernetes.QdrantCluster, stack: TerraformStack) => unknown]>([
    [
      'the size of what is in memory',
      (cluster) => pods(cluster).addOverride(`${SPEC}.volume.${volumeIndex(cluster, 'runtime')}.empty_dir.size_limit`, '32Mi'),
    ],
    [
      'who may read the files of the keys',
      (cluster) => pods(cluster).addOverride(`${SPEC}.volume.${volumeIndex(cluster, 'keys')}.projected.0.default_mode`, '0400'),
    ],
    ['a file that nothing runs', (cluster) => programsOf(cluster).addOverride('data.notes', 'ours')],
    ['a text that is the name of a Secret', (cluster) => sidecar(cluster, { env: [{ name: 'NAME', value: READ_ONLY }] })],
    [
      'a workload that reads another Secret',
      (_, stack) => deployment(stack, { container: [{ name: 'api', env: withKey('another', 'api-key') }] }),
    ],
    [
      'one of another namespace',
      (_, stack) =>
        deployment(
          stack,
          { container: [{ name: 'api', env: withKey(READ_ONLY, 'api-key') }] },
          { name: 'api', namespace: 'other' },
        ),
    ],
    [
      'one that reads the certificate of a TLS Secret',
      (_, stack) => deployment(stack, { container: [{ name: 'api', env: withKey('vectors-cluster-tls', 'ca.crt') }] }),
    ],
    [
      'one whose service account was granted it',
      (cluster, stack) => {
        cluster.grantRead(kubernetes.Grantee.serviceAccount(NAMESPACE, 'api'));
        deployment(stack, { serviceAccountName: 'api', container: [{ name: 'api', env: withKey(READ_ONLY, 'api-key') }] });
      },
    ],
    [
      'one that was written down',
      (cluster, stack) => {
        cluster.posture.secrets.forEach((secret) => secret.addReader('Deployment search/api'));
        deployment(stack, { container: [{ name: 'api', env: withKey(READ_ONLY, 'api-key') }] });
      },
    ],
    [
      'a role for Secrets whose names only Terraform knows',
      (_, stack) => role(stack, { resourceNames: [new TerraformVariable(stack, 'name', {}).stringValue] }),
    ],
  ])('nothing is made of %s', (_what, change) => {
    expect(differencesOf(() => synthPods({}, change))).toEqual([]);
  });

  const KEY = 'the admin API key may be read by';
  const TLS = 'QDR078: the setting service.enable_tls is false, and not left out';

  test.each<[string, (cluster: kubernetes.QdrantCluster, stack: TerraformStack) => unknown, string]>([
    [
      'files that only Terraform knows',
      (cluster) => (programsOf(cluster).data = Fn.merge([{ a: 'b' }, { c: 'd' }]) as any),
      'QDR078: the files of the pods are others',
    ],
    [
      'settings that only Terraform knows',
      (cluster) => rewritten(cluster, 'settings.yaml', () => Fn.file('ours.yaml')),
      'QDR078: the file settings.yaml of the pods is another one',
    ],
    [
      'settings that are none',
      (cluster) => rewritten(cluster, 'settings.yaml', () => '{{{: ['),
      'QDR078: the file settings.yaml of the pods is another one',
    ],
    [
      'a workload that reads a key',
      (_, stack) => deployment(stack, { container: [{ name: 'api', env: withKey(READ_ONLY, 'api-key') }] }),
      'QDR039: the read-only API key may be read by Deployment search/api',
    ],
    [
      'a workload that mounts the certificates with their keys',
      (_, stack) =>
        deployment(stack, {
          volume: [{ name: 'tls', secret: { secretName: 'vectors-cluster-tls' } }],
          initContainer: [{ name: 'copy', volumeMount: [{ name: 'tls', mountPath: '/tls' }] }],
          container: [{ name: 'api' }],
        }),
      'QDR039: the TLS private key may be read by Deployment search/api',
    ],
    [
      'a job at times',
      (cluster, stack) => {
        const from = [{ secretRef: { name: adminKey(cluster).metadata.name } }];
        const template = { spec: { container: [{ name: 'copy', envFrom: from }] } };
        const jobTemplate = { metadata: {}, spec: { template: { metadata: {}, ...template } } };
        new CronJobV1(stack, 'Nightly', { metadata, spec: { schedule: '0 3 * * *', jobTemplate } });
      },
      `QDR039: ${KEY} CronJob search/api`,
    ],
    [
      'a manifest of a pod',
      (_, stack) => {
        const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: READ_ONLY, key: 'api-key' } } }];
        const manifest = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'api', env }] } };
        new Manifest(stack, 'Pod', { manifest });
      },
      'QDR039: the read-only API key may be read by Pod search/api',
    ],
    [
      'a container that is given a Secret by a reference',
      (cluster) => sidecar(cluster, { env_from: [{ secret_ref: { name: adminKey(cluster).metadata.name } }] }),
      `QDR039: ${KEY} the container shell`,
    ],
    [
      'a container that is made one by one',
      (cluster) =>
        pods(cluster).addOverride(`${SPEC}.dynamic.container`, {
          for_each: ['a'],
          content: { name: 'shell', image: 'busybox:1', env_from: [{ secret_ref: { name: 'vectors-cluster-admin-key-1' } }] },
        }),
      `QDR039: ${KEY} the container shell`,
    ],
    [
      'a variable that is made one by one',
      (cluster) =>
        pods(cluster).addOverride(`${SPEC}.container.0.dynamic.env`, {
          for_each: ['a'],
          content: { name: 'QDRANT__SERVICE__ENABLE_TLS', value: 'false' },
        }),
      TLS,
    ],
    [
      'a role for a Secret by a reference',
      (cluster, stack) => role(stack, { resourceNames: [adminKey(cluster).metadata.name] }),
      `QDR039: ${KEY} user intern`,
    ],
    [
      'a role for a Secret by a reference that is written by hand',
      (cluster, stack) =>
        role(stack, { resourceNames: [`\${kubernetes_secret_v1.${adminKey(cluster).friendlyUniqueId}.metadata[0].name}`] }),
      `QDR039: ${KEY} user intern`,
    ],
    [
      'subjects that are made one by one',
      (_, stack) => {
        const rule = [{ apiGroups: [''], resources: ['secrets'], resourceNames: [READ_ONLY], verbs: ['get'] }];
        new RoleV1(stack, 'Role', { metadata, rule });
        const subject = TerraformIterator.fromList(['others']).dynamic({ kind: 'Group', name: 'others' }) as any;
        const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'api' };
        new RoleBindingV1(stack, 'Others', { metadata, roleRef, subject });
      },
      'QDR039: the read-only API key may be read by group others',
    ],
    [
      'a role by a reference that is written by hand',
      (_, stack) => {
        role(stack, { resourceNames: [READ_ONLY] });
        madeOf(stack, RoleBindingV1, /Binding/).addOverride('role_ref.name', '${kubernetes_role_v1.Role.metadata.0.name}');
      },
      'QDR039: the read-only API key may be read by user intern',
    ],
    [
      'a role that is put together of others',
      (_, stack) => {
        const rule = [{ apiGroups: [''], resources: ['secrets'], resourceNames: [READ_ONLY], verbs: ['get'] }];
        new ClusterRoleV1(stack, 'Part', { metadata: { name: 'part', labels: { to: 'whole' } }, rule });
        const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { to: 'whole' } }] };
        new ClusterRoleV1(stack, 'Whole', { metadata: { name: 'whole' }, aggregationRule } as any);
        const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'whole' };
        new RoleBindingV1(stack, 'Binding', { metadata, roleRef, subject: [{ kind: 'User', name: 'intern' }] });
      },
      'QDR039: the read-only API key may be read by user intern',
    ],
    [
      'a role that is added to one of Kubernetes',
      (_, stack) => {
        const labels = { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' };
        const rule = [{ apiGroups: [''], resources: ['secrets'], resourceNames: [READ_ONLY], verbs: ['get'] }];
        new ClusterRoleV1(stack, 'Part', { metadata: { name: 'part', labels }, rule });
        const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
        new RoleBindingV1(stack, 'Binding', { metadata, roleRef, subject: [{ kind: 'User', name: 'intern' }] });
      },
      'QDR039: the read-only API key may be read by user intern',
    ],
    [
      'what is run when a container has been started',
      (cluster) => pods(cluster).addOverride(`${SPEC}.container.0.lifecycle.post_start`, [{ exec: { command: ['sh'] } }]),
      'QDR078: the command of the postStart of the container qdrant is ["sh"], and not left out',
    ],
    [
      'what is run to see whether it lives',
      (cluster) => pods(cluster).addOverride(`${SPEC}.container.0.liveness_probe`, { exec: { command: ['sh'] } }),
      'QDR078: the command of the livenessProbe of the container qdrant is ["sh"], and not left out',
    ],
    [
      'a file over the server',
      (cluster) =>
        pods(cluster).addOverride(`${SPEC}.container.0.volume_mount`, [{ name: 'storage', mount_path: '/qdrant/qdrant' }]),
      'QDR078: what is mounted at /qdrant/qdrant of the container qdrant is other than was meant',
    ],
    [
      'a file over the settings, by another path',
      (cluster) =>
        pods(cluster).addOverride(`${SPEC}.container.0.volume_mount`, [
          { name: 'storage', mount_path: '/./qdrant//config/production.yaml' },
        ]),
      'QDR078: what is mounted at /./qdrant//config/production.yaml of the container qdrant is other than was meant',
    ],
    [
      'a library that is put before all others',
      (cluster) =>
        pods(cluster).addOverride(`${SPEC}.container.0.env`, [{ name: 'LD_PRELOAD', value: '/qdrant/storage/x.so' }]),
      'QDR078: the variable LD_PRELOAD is /qdrant/storage/x.so, and not left out',
    ],
    [
      'processes that other containers see',
      (cluster) => pods(cluster).addOverride(`${SPEC}.share_process_namespace`, true),
      'QDR078: the shareProcessNamespace of the pods is true, and not left out',
    ],
    [
      'a variable that is added to what was made',
      (cluster, stack) =>
        new Env(stack, 'Patch', {
          ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', container: 'qdrant' },
          metadata: { name: cluster.clusterName, namespace: NAMESPACE },
          env: [{ name: 'QDRANT__SERVICE__ENABLE_TLS', value: 'false' }],
        }),
      TLS,
    ],
    [
      'files that are put over those that were made, by a reference',
      (cluster, stack) =>
        new ConfigMapV1Data(stack, 'Patch', {
          metadata: { name: programsOf(cluster).metadata.name, namespace: NAMESPACE },
          data: { 'run-server.sh': 'exec qdrant' },
        }),
      'QDR078: the files of the pods are written anew',
    ],
    [
      'a key that is put over the one that was made',
      (_, stack) =>
        new SecretV1Data(stack, 'Patch', {
          metadata: { name: READ_ONLY, namespace: NAMESPACE },
          data: { 'api-key': 'known-to-all' },
        }),
      `QDR078: the data of the Secret ${READ_ONLY} are written anew`,
    ],
  ])('it is found: %s', (_what, change, expected) => {
    expect(differencesOf(() => synthPods({}, change))).toEqual([expected]);
  });

  test.each(['spec', 'spec.template', `${SPEC}.container`])('what is taken away is missed: %s', (path) => {
    const change = (value: unknown) => differencesOf(() => synthPods({}, (cluster) => pods(cluster).addOverride(path, value)));
    expect(change(null)).toContain('QDR078: the container qdrant is not among those of the pods');
  });

  test('the guard, which verifies client certificates', () => {
    const guarded = {
      clientVerification: kubernetes.ClientVerification.required(kubernetes.CaBundle.fromConfigMap('company-ca')),
    } as any;
    const changed = (change: (cluster: kubernetes.QdrantCluster) => void) => differencesOf(() => synthPods(guarded, change));
    expect(changed(() => {})).toEqual([]);
    expect(
      changed((cluster) =>
        rewritten(cluster, 'cluster.env', (text) =>
          text.replace(/^readonly GUARDED_PORTS.*$/m, "readonly GUARDED_PORTS='6334'"),
        ),
      ),
    ).toEqual(['QDR078: the list of ports on which clients’ certificates are verified is 6334, and not 6333 6334']);
    expect(changed((cluster) => pods(cluster).addOverride(`${SPEC}.container.1.name`, 'proxy'))).toEqual(
      expect.arrayContaining(['QDR078: the container guard is not among those of the pods']),
    );
    expect(changed((cluster) => pods(cluster).addOverride(`${SPEC}.container.1.image`, 'nginx:latest'))).toEqual([
      expect.stringMatching(/^QDR065: the image of the container guard is nginx:latest, and not /),
    ]);
  });
});
