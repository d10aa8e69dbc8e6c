import { CaBundle } from '../tls/ca-bundle';
import { Secret } from '../secrets/secret';

/** Conditions of a statement, by their operator and their key. */
type Conditions = { readonly [operator: string]: { readonly [key: string]: string[] } };

/** What a policy allows. */
export interface PolicyStatement {
  readonly sid: string;
  readonly actions: string[];
  readonly resources: string[];
  readonly when?: Conditions;
}

/** The statements as JSON, as a role takes them. A data source would wait for each resource that they name, and with every change of one plan the policy anew. */
export function policyJson(statements: PolicyStatement[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map(({ sid, actions, resources, when }) => ({
      Sid: sid,
      Effect: 'Allow',
      Action: actions,
      Resource: resources,
      Condition: when,
    })),
  });
}

/** Allows to read these secrets and no other, and to decrypt them where the customer's key encrypts them. */
export function readSecrets(secrets: Secret[]): PolicyStatement[] {
  return useSecrets('ReadSecrets', 'secretsmanager:GetSecretValue', 'kms:Decrypt', secrets);
}

/** Allows to give these secrets, which exist, another value, where the conditions hold. */
export function writeSecrets(secrets: Secret[], when: Conditions): PolicyStatement[] {
  return useSecrets('WriteSecrets', 'secretsmanager:PutSecretValue', 'kms:GenerateDataKey', secrets, when);
}

/** Allows to read the certificates of these bundles, where that needs a permission. */
export function readCaBundles(bundles: CaBundle[]): PolicyStatement[] {
  const secrets = bundles.flatMap(({ _source: { secret } }) => (secret ? [secret] : []));
  const authorities = bundles.flatMap(({ _source: { privateCaArn } }) => (privateCaArn ? [privateCaArn] : []));
  return [
    ...useSecrets('ReadCaBundles', 'secretsmanager:GetSecretValue', 'kms:Decrypt', secrets),
    ...(authorities.length > 0
      ? [{ sid: 'ReadAuthorities', actions: ['acm-pca:GetCertificateAuthorityCertificate'], resources: unique(authorities) }]
      : []),
  ];
}

function useSecrets(
  sid: string,
  action: string,
  keyAction: string,
  secrets: Secret[],
  when: Conditions = {},
): PolicyStatement[] {
  if (secrets.length === 0) return [];
  const keys = secrets.flatMap(({ encryptionKeyArn }) => (encryptionKeyArn ? [encryptionKeyArn] : []));
  return [
    { sid, actions: [action], resources: unique(secrets.map(({ arn }) => arn)), when },
    ...(keys.length > 0
      ? [
          {
            sid: `${sid}Keys`,
            actions: [keyAction],
            resources: unique(keys),
            when: { ...when, StringEquals: { 'kms:EncryptionContext:SecretARN': unique(secrets.map(({ arn }) => arn)) } },
          },
        ]
      : []),
  ];
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
