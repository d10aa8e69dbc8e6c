import { IamGroup } from '@cdktf/provider-aws/lib/iam-group';
import { IamGroupPolicy } from '@cdktf/provider-aws/lib/iam-group-policy';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamUser } from '@cdktf/provider-aws/lib/iam-user';
import { IamUserPolicy } from '@cdktf/provider-aws/lib/iam-user-policy';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key';
import { KmsKeyPolicy } from '@cdktf/provider-aws/lib/kms-key-policy';
import { SecretsmanagerSecretPolicy } from '@cdktf/provider-aws/lib/secretsmanager-secret-policy';
import { DeploymentV1 } from '@cdktf/provider-kubernetes/lib/deployment-v1';
import { TerraformStack } from 'cdktf';
import { aws, kubernetes } from '../../lib';
import { differencesOf } from '../support/differences';
import { synthCluster as synthPods } from '../support/kubernetes/synth';
import { clusterName, minimal, synth, synthCluster } from '../support/synth';

const ALL = 'the admin API key and the read-only API key and the CA private key';
const policy = (...statements: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((one) => ({ Effect: 'Allow', Resource: '*', ...one })) });
const READS = { Action: 'secretsmanager:GetSecretValue' };
const roleWith = (stack: TerraformStack, ...statements: object[]) => {
  const { name } = new IamRole(stack, 'Eso', { assumeRolePolicy: '{}' });
  new IamRolePolicy(stack, 'Rights', { role: name, policy: policy(...statements) });
};

describe('who may read secrets that a customer’s key encrypts', () => {
  type Arrange = (stack: TerraformStack, key: KmsKey, cluster: aws.QdrantCluster) => unknown;
  const encrypted = (arrange: Arrange, keyPolicy?: string) => () =>
    synth((stack) => {
      const key = new KmsKey(stack, 'Key', { policy: keyPolicy });
      const options = { encryptionKeyArn: key.arn };
      const [apiKeys, tls] = [aws.ApiKeys.generated(options), aws.Tls.generated(options)];
      arrange(stack, key, new aws.QdrantCluster(stack, 'Cluster', { ...minimal, clusterName, apiKeys, tls }));
    });

  test.each<[string, Arrange]>([
    ['one without a right to the key', (stack) => roleWith(stack, READS)],
    [
      'one with a right to another key',
      (stack) => roleWith(stack, READS, { Action: 'kms:Decrypt', Resource: new KmsKey(stack, 'Other').arn }),
    ],
    [
      'one who is denied the key',
      (stack, key) => roleWith(stack, { Action: '*' }, { Effect: 'Deny', Action: 'kms:*', Resource: key.arn }),
    ],
    [
      'one with a right to the key under a condition',
      (stack, key) =>
        roleWith(stack, READS, {
          Action: 'kms:Decrypt',
          Resource: key.arn,
          Condition: { Bool: { 'aws:SecureTransport': true } },
        }),
    ],
    [
      'one whose key has a policy beside it',
      (stack, key) => {
        new KmsKeyPolicy(stack, 'Policy', { keyId: key.id, policy: policy({ Action: 'kms:*', Principal: { AWS: 'admin' } }) });
        roleWith(stack, { Action: '*' });
      },
    ],
    [
      'one of another account, by the policy of the secret alone',
      (stack, _key, cluster) =>
        new SecretsmanagerSecretPolicy(stack, 'Shared', {
          secretArn: cluster.readOnlyKeySecretArn!,
          policy: policy({ Action: '*', Principal: { AWS: 'arn:aws:iam::123456789012:role/other' } }),
        }),
    ],
  ])('it is not certain: %s', (_what, arrange) => {
    expect(differencesOf(encrypted(arrange))).toEqual([]);
  });

  test('it is not certain where the key has a policy of its own', () => {
    const ofAdmin = policy({ Action: 'kms:*', Principal: { AWS: 'arn:aws:iam::123456789012:role/key-admin' } });
    expect(differencesOf(encrypted((stack) => roleWith(stack, { Action: '*' }), ofAdmin))).toEqual([]);
  });

  test.each<[string, Arrange]>([
    ['one who may do all', (stack) => roleWith(stack, { Action: '*' })],
    ['one with a right to the key', (stack, key) => roleWith(stack, READS, { Action: 'kms:Decrypt', Resource: key.arn })],
  ])('it is found: %s', (_what, arrange) => {
    expect(differencesOf(encrypted(arrange))).toEqual([`QDR039: ${ALL} may be read by role aws_iam_role.Eso`]);
  });

  test('a key that is kept elsewhere, and only named, may have any policy', () => {
    const arn = (name: string) => `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
    const encryptionKeyArn = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const given = (options: aws.SecretOptions) => () =>
      synthCluster(
        {
          apiKeys: aws.ApiKeys.fromSecrets({
            admin: aws.Secret.fromArn(arn('admin'), options),
            readOnly: aws.Secret.fromArn(arn('read-only'), options),
          }),
        },
        (_cluster, stack) => roleWith(stack, { ...READS, Resource: [arn('admin'), arn('read-only')] }),
      );
    const found = 'QDR039: the admin API key and the read-only API key may be read by role aws_iam_role.Eso';
    expect(differencesOf(given({}))).toEqual([found]);
    expect(differencesOf(given({ encryptionKeyArn }))).toEqual([]);
  });
});

test('a user may be in a group that is denied it', () => {
  const withGroup = (effect: string) => () =>
    synthCluster({}, (_cluster, stack) => {
      new IamUserPolicy(stack, 'Power', { user: new IamUser(stack, 'U', { name: 'u' }).name, policy: policy({ Action: '*' }) });
      const { name } = new IamGroup(stack, 'G', { name: 'g' });
      new IamGroupPolicy(stack, 'Guard', { group: name, policy: policy({ Effect: effect, Action: 'secretsmanager:*' }) });
    });
  expect(differencesOf(withGroup('Deny'))).toEqual([]);
  expect(differencesOf(withGroup('Allow'))).toContain(`QDR039: ${ALL} may be read by user aws_iam_user.U`);
});

describe('whoever was granted the admin key gains nothing by the read-only one', () => {
  test('on AWS', () => {
    const reads = (isGranted: boolean) => () =>
      synthCluster({}, (cluster, stack) => {
        const { name } = new IamRole(stack, 'App', { assumeRolePolicy: '{}' });
        if (isGranted) cluster.grantAdmin(aws.Grantee.role(name));
        const Resource = [cluster.adminKeySecretArn, cluster.readOnlyKeySecretArn];
        new IamRolePolicy(stack, 'Own', { role: name, policy: policy({ ...READS, Resource }) });
      });
    expect(differencesOf(reads(true))).toEqual([]);
    expect(differencesOf(reads(false))).toEqual([
      'QDR039: the admin API key and the read-only API key may be read by role aws_iam_role.App',
    ]);
  });

  test('and not the other way round', () => {
    const change = (cluster: aws.QdrantCluster, stack: TerraformStack) => {
      const { name } = new IamRole(stack, 'App', { assumeRolePolicy: '{}' });
      cluster.grantRead(aws.Grantee.role(name));
      const Resource = [cluster.adminKeySecretArn, cluster.readOnlyKeySecretArn];
      new IamRolePolicy(stack, 'Own', { role: name, policy: policy({ ...READS, Resource }) });
    };
    expect(differencesOf(() => synthCluster({}, change))).toEqual([
      'QDR039: the admin API key may be read by role aws_iam_role.App',
    ]);
  });

  test('on Kubernetes', () => {
    const given = (grant: (cluster: kubernetes.QdrantCluster, app: kubernetes.Grantee) => unknown) => () =>
      synthPods({}, (cluster, stack) => {
        grant(cluster, kubernetes.Grantee.serviceAccount('search', 'app'));
        const env = ['admin-key-1', 'read-only-key'].map((name) => ({
          name: name.toUpperCase().replaceAll('-', '_'),
          valueFrom: { secretKeyRef: { name: `vectors-cluster-${name}`, key: 'api-key' } },
        }));
        const spec = { serviceAccountName: 'app', container: [{ name: 'app', image: 'app:1', env }] };
        new DeploymentV1(stack, 'App', {
          metadata: { name: 'app', namespace: 'search' },
          spec: { selector: { matchLabels: { app: 'app' } }, template: { metadata: { labels: { app: 'app' } }, spec } },
        });
      });
    expect(differencesOf(given((cluster, app) => cluster.grantAdmin(app)))).toEqual([]);
    expect(differencesOf(given((cluster, app) => cluster.grantRead(app)))).toEqual([
      'QDR039: the admin API key may be read by Deployment search/app',
    ]);
  });
});
