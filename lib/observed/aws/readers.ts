import { unchecked } from '../differing';
import { displayed, hasUnknown, isGiven, listOf, ObservedResource, Resources } from '../resources';
import { IDENTITY_POLICIES, Statement, statementsOf } from './secrets';

const READING = ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue'];
/** Policies of AWS that let read every secret. */
const READS_EVERYTHING = /:policy\/(AdministratorAccess|PowerUserAccess|SecretsManagerReadWrite)$/;
const HOLDERS = ['role', 'user', 'group'];
const ATTACHMENTS = [...HOLDERS.map((holder) => `aws_iam_${holder}_policy_attachment`), 'aws_iam_policy_attachment'];
const PRINCIPALS = HOLDERS.map((holder) => `aws_iam_${holder}`);

/** What tells who may read secrets. */
export const RIGHTS = new Set([
  ...IDENTITY_POLICIES,
  ...ATTACHMENTS,
  ...PRINCIPALS,
  'data.aws_iam_policy_document',
  'aws_secretsmanager_secret_policy',
  'aws_secretsmanager_secret',
]);

/** A secret, as policies name it. */
export interface NamedSecret {
  readonly identity: string;
  /** The name, or what it begins with; undefined where only Terraform knows it. */
  readonly name?: string;
}

/** Somebody who may read secrets. */
export interface PossibleReader {
  /** The same for one who is written in two ways. */
  readonly identity: string;
  /** In a reader's words, as grants have it. */
  readonly name: string;
  readonly by: ObservedResource;
  readonly reads: (secret: NamedSecret) => boolean;
}

/** Who may read secrets by the policies that were read. */
export function possibleReaders(resources: Resources): PossibleReader[] {
  const policies = resources.ofType(...IDENTITY_POLICIES);
  return [
    ...policies.flatMap((policy) => holdersOf(policy, resources).map((holder) => readerBy(policy, holder, resources))),
    ...resources
      .ofType(...ATTACHMENTS)
      .flatMap((by) =>
        READS_EVERYTHING.test(String(by.values.policy_arn))
          ? attachedTo(by, resources).map((holder) => ofEverything(holder, by))
          : [],
      ),
    ...resources.ofType(...PRINCIPALS).flatMap((principal) => byItself(principal, resources)),
    ...resources
      .ofType('aws_secretsmanager_secret_policy', 'aws_secretsmanager_secret')
      .flatMap((by) => byResource(by, resources)),
  ];
}

/** A role, a user or a group. */
interface Holder {
  readonly identity: string;
  readonly name: string;
}

/** Who is meant by a name, or by a reference to what has it. */
export function holderOf(kind: string, value: unknown, from: Pick<ObservedResource, 'scope'>, resources: Resources): Holder {
  const target = resources.target(from, value);
  const name = target?.values.name ?? value;
  const identity = isGiven(name) && !hasUnknown(name) ? String(name) : resources.identity(from, value);
  return { identity: `${kind} ${identity}`, name: `${kind} ${displayed(value)}` };
}

function holdersOf(policy: ObservedResource, resources: Resources): Holder[] {
  const inline = HOLDERS.filter((kind) => isGiven(policy.values[kind]));
  if (inline.length > 0) return inline.map((kind) => holderOf(kind, policy.values[kind], policy, resources));
  const attached = resources
    .ofType(...ATTACHMENTS)
    .filter((by) => resources.target(by, by.values.policy_arn) === policy)
    .flatMap((by) => attachedTo(by, resources));
  const name = `whoever has the policy ${policy.address}`;
  return attached.length > 0 ? attached : [{ identity: name, name }];
}

function attachedTo(by: ObservedResource, resources: Resources): Holder[] {
  return HOLDERS.flatMap((kind) =>
    [...listOf(by.values[kind]), ...listOf(by.values[`${kind}s`])].map((value) => holderOf(kind, value, by, resources)),
  );
}

function readerBy(by: ObservedResource, holder: Holder, resources: Resources): PossibleReader {
  const policy = { ...by, values: { ...by.values, policy: unchecked(by.values.policy) } };
  const statements = statementsOf(policy, resources).filter(mayRead);
  const reads = (secret: NamedSecret) => statements.some((one) => concerns(one, secret, by, resources));
  return { ...holder, by, reads: (secret) => reads(secret) || mayConcern(by, secret, resources) };
}

function ofEverything(holder: Holder, by: ObservedResource): PossibleReader {
  return { ...holder, by, reads: () => true };
}

/** What a role has in itself. */
function byItself(by: ObservedResource, resources: Resources): PossibleReader[] {
  const kind = by.type.replace('aws_iam_', '');
  const holder = holderOf(kind, `\${${by.address}.name}`, by, resources);
  const inline = listOf(by.values.inline_policy).map(({ policy }) => ({ ...by, values: { policy } }));
  const managed = listOf(by.values.managed_policy_arns).filter((arn) => READS_EVERYTHING.test(String(arn)));
  return [...inline.map((policy) => readerBy(policy, holder, resources)), ...managed.map(() => ofEverything(holder, by))];
}

/** A policy of a secret, whose statements are about that one, whatever they name. */
function byResource(by: ObservedResource, resources: Resources): PossibleReader[] {
  const of = by.type === 'aws_secretsmanager_secret' ? `\${${by.address}.arn}` : by.values.secret_arn;
  const identity = resources.identity(by, of);
  const principals = statementsOf(by, resources)
    .filter(mayRead)
    .flatMap((statement) => statement.principals);
  return [...new Set(principals)].map((principal) => {
    const name = `principal ${displayed(principal)}`;
    return { identity: name, name, by, reads: (secret) => secret.identity === identity };
  });
}

function mayRead({ actions, notActions }: Statement): boolean {
  const has = (patterns: string[]) => READING.map((action) => patterns.some((pattern) => globOf(pattern, 'i').test(action)));
  return has(actions).includes(true) || (notActions.length > 0 && has(notActions).includes(false));
}

function concerns(statement: Statement, secret: NamedSecret, from: ObservedResource, resources: Resources): boolean {
  const { resources: named, notResources } = statement;
  const isNamed = (patterns: unknown[]) => patterns.some((pattern) => isOf(String(pattern), secret, from, resources));
  return isNamed(named) || (notResources.length > 0 && !isNamed(notResources));
}

/** By itself, by the ARN or by a part of it: Secrets Manager adds six characters to a name. */
function isOf(pattern: string, { identity, name }: NamedSecret, from: ObservedResource, resources: Resources): boolean {
  if (pattern === '*' || resources.identity(from, pattern) === identity) return true;
  const [, named] = /:secret:(.*)$/.exec(pattern) ?? [];
  if (named === undefined) {
    if (hasUnknown(pattern)) return resources.identity(from, pattern.replace(/[-?*]+$/, '')) === identity;
    return pattern.endsWith('*') && globOf(pattern).test('arn:aws:secretsmanager:*:*:secret:');
  }
  const [, ofArn] = /:secret:(.*)$/.exec(identity) ?? [];
  if (ofArn !== undefined) return globOf(named).test(ofArn);
  return name !== undefined && globOf(named.replace(/-\?+$/, '-*')).test(`${name}-000000`);
}

/** A policy that cannot be read, and names both a secret and what reads it. */
function mayConcern(by: ObservedResource, secret: NamedSecret, resources: Resources): boolean {
  const { policy } = by.values;
  if (typeof policy !== 'string' || !/^\$\{.*\}$/s.test(policy) || !/secretsmanager:(\*|\w*Get)/.test(policy)) return false;
  return resources.mentioned(by, policy).includes(secret.identity);
}

function globOf(pattern: string, flags?: string): RegExp {
  const text = pattern.replace(/\$\{[^}]*\}/g, '*').replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${text.replace(/\*/g, '.*').replace(/\?/g, '.')}$`, flags);
}
