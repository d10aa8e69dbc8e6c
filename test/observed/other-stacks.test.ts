import { DataAwsIamPolicyDocument } from '@cdktf/provider-aws/lib/data-aws-iam-policy-document';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { AwsProvider, AwsProviderConfig } from '@cdktf/provider-aws/lib/provider';
import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretPolicy } from '@cdktf/provider-aws/lib/secretsmanager-secret-policy';
import { App, Fn, TerraformLocal, TerraformStack } from 'cdktf';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aws } from '../../lib';
import { main } from '../../lib/cli/main';
import { fromSynthesized } from '../../lib/observed/readers/synthesized';
import { madeOf } from '../support/differences';
import { clusterName, minimal } from '../support/synth';

const READING = 'secretsmanager:GetSecretValue';
const HERE = { region: 'eu-west-1' };
const IN = 'arn:aws:secretsmanager:eu-west-1:*:secret';

const allowing = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: READING, ...statement }] });
const reads = (resource: unknown) => allowing({ Resource: resource });
const policyOf = (stack: TerraformStack, policy: string, role = 'intern') =>
  new IamRolePolicy(stack, 'ByHand', { role, policy });
const clusterIn = (stack: TerraformStack, more: Partial<aws.QdrantClusterProps> = {}) =>
  new aws.QdrantCluster(stack, 'Cluster', { ...minimal, clusterName, ...more });

type Build = (vectors: TerraformStack, other: TerraformStack) => unknown;

/** Two stacks, each with a provider of its own. */
function inStacks(build: Build, providers: AwsProviderConfig[] = [HERE, HERE], options: object = {}): App {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'stacks-')), ...options });
  const [vectors, other] = ['vectors', 'other'].map((id) => new TerraformStack(app, id));
  [vectors, other].forEach((stack, index) => new AwsProvider(stack, 'Aws', providers[index]));
  build(vectors, other);
  app.synth();
  return app;
}

/** Who is told to read the keys of the clusters of each stack, beside the nodes, as `cdktf-qdrant posture` reads it from files. */
async function told(build: Build, providers?: AwsProviderConfig[]): Promise<{ [secret: string]: string[] }> {
  const { outdir } = inStacks(build, providers, { skipValidation: true });
  let written = '';
  await main(['posture', outdir, '--json'], { environment: {}, out: (text) => void (written += text), err: () => {} });
  const secrets = JSON.parse(written).clusters.flatMap(({ address, secrets: kept }: any) =>
    kept.map(({ name, readers }: any) => [
      `${address.split(':')[0]}: ${name}`,
      readers.filter((reader: string) => !reader.includes('NodeRole')),
    ]),
  );
  return Object.fromEntries(secrets.filter(([, readers]: any) => readers.length > 0));
}

/** Who may read the keys by what stops the synthesis. */
function refused(build: Build, providers?: AwsProviderConfig[]): string[] {
  try {
    inStacks(build, providers);
    return [];
  } catch (error) {
    return [...(error as Error).message.matchAll(/QDR039: .* may be read by (.*), which was not declared/g)].map(
      ([, reader]) => reader,
    );
  }
}

const READ_ONLY = { 'vectors: read-only API key': ['role intern'] };
const ALL = { 'vectors: admin API key': ['role intern'], ...READ_ONLY };

describe('what is told of policies in another stack', () => {
  test.each<[string, Build, object]>([
    [
      'one that names a key by a reference',
      (vectors, other) => policyOf(other, reads(clusterIn(vectors).readOnlyKeySecretArn)),
      READ_ONLY,
    ],
    [
      'one that names it in a document',
      (vectors, other) => {
        const statement = [{ actions: [READING], resources: [clusterIn(vectors).readOnlyKeySecretArn!] }];
        policyOf(other, new DataAwsIamPolicyDocument(other, 'Document', { statement }).json);
      },
      READ_ONLY,
    ],
    [
      'one whose document is beside the key',
      (vectors, other) => {
        const statement = [{ actions: [READING], resources: [clusterIn(vectors).readOnlyKeySecretArn!] }];
        policyOf(other, new DataAwsIamPolicyDocument(vectors, 'Document', { statement }).json);
      },
      READ_ONLY,
    ],
    [
      'one whose text is beside the key',
      (vectors, other) =>
        policyOf(other, new TerraformLocal(vectors, 'Text', reads(clusterIn(vectors).readOnlyKeySecretArn)).asString),
      READ_ONLY,
    ],
    [
      'one whose text Terraform makes of what is beside the key',
      (vectors, other) => {
        const policy = JSON.parse(reads(clusterIn(vectors).readOnlyKeySecretArn));
        policyOf(other, new TerraformLocal(vectors, 'Text', Fn.jsonencode(policy)).asString);
      },
      READ_ONLY,
    ],
    [
      'one that names it by a part of its ARN',
      (vectors, other) =>
        policyOf(other, reads(`${IN}:${madeOf(clusterIn(vectors), SecretsmanagerSecret, /ReadOnly/).name}-*`)),
      READ_ONLY,
    ],
    [
      'one of several keys in a list beside them',
      (vectors, other) => {
        const resources = new TerraformLocal(vectors, 'Keys', [clusterIn(vectors).readOnlyKeySecretArn]).asList;
        policyOf(
          other,
          new DataAwsIamPolicyDocument(other, 'Document', { statement: [{ actions: [READING], resources }] }).json,
        );
      },
      READ_ONLY,
    ],
    [
      'one beside a cluster of the same names names the other one',
      (vectors, other) => {
        const { readOnlyKeySecretArn: arn } = clusterIn(vectors);
        clusterIn(other);
        policyOf(other, reads(arn));
      },
      READ_ONLY,
    ],
    [
      'one of all secrets, where the provider has a profile and that of the cluster has none',
      (vectors, other) => {
        clusterIn(vectors);
        policyOf(other, reads('*'));
      },
      ALL,
    ],
  ])('%s', async (what, build, expected) => {
    const providers = what.includes('profile') ? [HERE, { ...HERE, profile: 'deploy' }] : undefined;
    expect(await told(build, providers)).toEqual(expected);
  });
});

test.each([
  ['${var.admin}', '${vectors::var.admin}'],
  [
    'arn:${var.part}:${aws_x.y["a.b"].id}:$${no.reference}',
    'arn:${vectors::var.part}:${vectors::aws_x.y["a.b"].id}:$${no.reference}',
  ],
  ['${lower("a.b", local.none)}', '${lower("a.b", vectors::local.none)}'],
  ['${merge(each.value, a::b.c)}', '${merge(each.value, a::b.c)}'],
  [{ list: ['${var.a}', 1, null] }, { list: ['${vectors::var.a}', 1, null] }],
])('%j is seen from another stack as %j, and is one with it', (value, expected) => {
  const json = { output: { it: { value } } };
  const resources = fromSynthesized([
    { stack: 'vectors', json },
    { stack: 'other', json: {} },
  ]);
  const [here, there] = [{ scope: 'other' }, { scope: 'vectors' }];
  const seen = resources.meantBy(here, '${data.terraform_remote_state.cross-stack-reference-input-vectors.outputs.it}');
  expect(seen).toEqual(expected);
  expect(resources.identity(here, seen)).toBe(resources.identity(there, value));
});

test('accounts that a policy of a key lets in are told, and are no error: their own policies say who reads it', async () => {
  const accounts = ['arn:aws:iam::111111111111:root', '222222222222'];
  const build = (vectors: TerraformStack) => {
    const secretArn = clusterIn(vectors).adminKeySecretArn;
    const policy = allowing({ Resource: '*', Principal: { AWS: accounts } });
    new SecretsmanagerSecretPolicy(vectors, 'Shared', { secretArn, policy });
  };
  expect(await told(build)).toEqual({ 'vectors: admin API key': accounts.map((account) => `principal ${account}`) });
  expect(refused(build)).toEqual([]);
});

describe('what is an error of policies in another stack', () => {
  const PROFILE = { ...HERE, profile: 'deploy' };
  const roleOf = (account: string) => ({ ...HERE, assumeRole: [{ roleArn: `arn:aws:iam::${account}:role/deploy` }] });
  const MINE = roleOf('123456789012');
  const [theirs, mine] = ['999999999999', '123456789012'].map((one) => ({ ...PROFILE, allowedAccountIds: [one] }));
  const INTERN = 'role intern by other: aws_iam_role_policy.ByHand';

  describe.each([
    ['all secrets', reads('*')],
    ['secrets by their names', reads(`${IN}:vectors-cluster*`)],
    ['all secrets but another one', allowing({ NotResource: `${IN}:another*` })],
  ])('of %s', (_of, policy) => {
    test.each<[string, AwsProviderConfig[], string[]]>([
      ['one profile, which each environment has of its own', [PROFILE, PROFILE], []],
      ['no account is told', [HERE, HERE], []],
      ['another account', [MINE, roleOf('999999999999')], []],
      ['another account by one profile', [mine, theirs], []],
      ['an account beside one that is not told', [MINE, HERE], []],
      ['one account by its id', [mine, mine], [INTERN]],
      ['one account by a role of it, and by its id', [MINE, mine], [INTERN]],
    ])('%s', (_what, providers, expected) => {
      const build = (vectors: TerraformStack, other: TerraformStack) => {
        clusterIn(vectors);
        policyOf(other, policy);
      };
      expect(refused(build, providers)).toEqual(expected);
    });
  });
});
