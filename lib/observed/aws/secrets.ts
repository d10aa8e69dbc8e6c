import { ReaderScope, SecretPurpose } from '../../posture';
import { ObservedSecret } from '../found-cluster';
import { displayed, hasUnknown, isGiven, listOf, ObservedResource, Resources } from '../resources';

/** A right of a policy. */
export interface Statement {
  readonly actions: string[];
  readonly resources: unknown[];
  readonly principals: string[];
  /** What it allows all but, where it is written so. */
  readonly notActions: string[];
  readonly notResources: unknown[];
}

const KEYS: Array<[string, SecretPurpose]> = [
  ['admin', SecretPurpose.ADMIN_API_KEY],
  ['readOnly', SecretPurpose.READ_ONLY_API_KEY],
  ['alternate', SecretPurpose.ALTERNATE_API_KEY],
];
export const IDENTITY_POLICIES = ['aws_iam_role_policy', 'aws_iam_user_policy', 'aws_iam_group_policy', 'aws_iam_policy'];

/** The keys of a cluster of this library, with who may read them by the policies of the same app; and keys of others that Terraform keeps. */
export function secretsOf(config: any, node: ObservedResource, resources: Resources): ObservedSecret[] {
  const keys = KEYS.flatMap(([name, purpose]) => (config?.keys?.[name] ? [{ purpose, arn: config.keys[name].arn }] : []));
  const kept = keys.map(({ purpose, arn }) => {
    const target = resources.target(node, arn);
    const identity = resources.identity(node, arn);
    const place = {
      purpose,
      keptIn: `Secrets Manager: ${target?.address ?? displayed(arn)}`,
      origin: target ? 'made here' : 'existing',
    };
    const secret = new ObservedSecret({ ...place, isInClearText: isInState(identity, resources) }, target ?? node);
    for (const { reader, scope } of readersOf(identity, resources)) secret.addReader(reader, scope);
    return secret;
  });
  return config ? kept : keysInState(resources);
}

/** Terraform keeps in its state what is given as `secret_string`. */
function isInState(identity: string, resources: Resources): boolean {
  return resources
    .ofType('aws_secretsmanager_secret_version')
    .some((version) => hasValue(version) && resources.identity(version, version.values.secret_id) === identity);
}

function hasValue({ values }: ObservedResource): boolean {
  return [values.secret_string, values.secret_binary].some(isGiven);
}

/** Secrets of somebody else's cluster that are named after it. */
function keysInState(resources: Resources): ObservedSecret[] {
  return resources
    .ofType('aws_secretsmanager_secret_version')
    .filter((version) => {
      const secret = resources.target(version, version.values.secret_id);
      return hasValue(version) && /qdrant/i.test(`${version.address} ${secret?.address} ${secret?.values.name}`);
    })
    .map(
      (version) =>
        new ObservedSecret(
          { purpose: SecretPurpose.ADMIN_API_KEY, keptIn: version.address, origin: 'given to Terraform', isInClearText: true },
          version,
        ),
    );
}

function readersOf(identity: string, resources: Resources): Array<{ reader: string; scope: ReaderScope }> {
  const matches = (from: ObservedResource, statement: Statement) =>
    statement.actions.some(
      (action) =>
        ['*', 'secretsmanager:*'].includes(action) ||
        /^secretsmanager:(Get\*|GetSecretValue|BatchGetSecretValue)$/i.test(action),
    ) && statement.resources.some((resource) => resource === '*' || resources.identity(from, resource) === identity);
  const byIdentity = resources
    .ofType(...IDENTITY_POLICIES)
    .flatMap((policy) =>
      statementsOf(policy, resources).some((statement) => matches(policy, statement))
        ? [{ reader: holderOf(policy), scope: ReaderScope.NAMED }]
        : [],
    );
  const byResource = resources
    .ofType('aws_secretsmanager_secret_policy')
    .filter((policy) => resources.identity(policy, policy.values.secret_arn) === identity)
    .flatMap((policy) => statementsOf(policy, resources).flatMap(({ principals }) => principals))
    .map((principal) => ({
      reader: `principal ${principal}`,
      scope: principal === '*' ? ReaderScope.EVERYONE : ReaderScope.NAMED,
    }));
  return [...byIdentity, ...byResource];
}

function holderOf({ values, address }: ObservedResource): string {
  const holder = values.role ?? values.user ?? values.group;
  return holder === undefined
    ? `whoever has the policy ${address}`
    : displayed(holder).replace(/^(aws_iam_\w+\.[\w-]+)\.\w+$/, '$1');
}

/** The rights that a policy gives, in JSON or in a data source. */
export function statementsOf(policy: ObservedResource, resources: Resources): Statement[] {
  const { policy: text } = policy.values;
  const document = resources.target(policy, text);
  if (document)
    return listOf(document.values.statement)
      .filter(({ effect = 'Allow' }) => effect === 'Allow')
      .map(fromDocument);
  if (typeof text !== 'string') return [];
  try {
    // References may have quotes in them, which JSON does not know.
    const json = JSON.parse(text.replace(/\$\{[^}]*"[^}]*\}/g, '$${expression}'));
    return listOf(json.Statement)
      .filter(({ Effect }) => Effect === 'Allow')
      .map(fromJson);
  } catch {
    return [];
  }
}

function fromJson({ Action, Resource, Principal, NotAction, NotResource }: any): Statement {
  const principals =
    typeof Principal === 'string' ? [Principal] : Object.values(Principal ?? {}).flatMap((of) => listOf<any>(of as any));
  return {
    ...{ actions: listOf(Action), resources: listOf(Resource), principals },
    ...{ notActions: listOf(NotAction), notResources: listOf(NotResource) },
  };
}

function fromDocument({ actions, resources, principals, not_actions, not_resources }: any): Statement {
  const named = listOf(principals).flatMap(({ identifiers }) => listOf(identifiers));
  return {
    actions: listOf(actions).filter((action) => !hasUnknown(action)),
    resources: listOf(resources),
    principals: named,
    notActions: listOf(not_actions),
    notResources: listOf(not_resources),
  };
}
