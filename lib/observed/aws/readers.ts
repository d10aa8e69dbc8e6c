import { addTo } from '../grouped';
import { displayed, hasUnknown, isGiven, listOf, ObservedResource, Resources, unchecked } from '../resources';
import { isAbout, isOfReading, NamedSecret } from './named-secret';
import { Statement, statementsIn } from './statements';

/** Policies of AWS that let read every secret. */
const READS_EVERYTHING = ['AdministratorAccess', 'PowerUserAccess', 'SecretsManagerReadWrite'];
const HOLDERS = ['role', 'user', 'group'];
const INLINE = HOLDERS.map((holder) => `aws_iam_${holder}_policy`);
const ATTACHMENTS = [...HOLDERS.map((holder) => `aws_iam_${holder}_policy_attachment`), 'aws_iam_policy_attachment'];
const PRINCIPALS = HOLDERS.map((holder) => `aws_iam_${holder}`);
const OF_SECRETS = ['aws_secretsmanager_secret_policy', 'aws_secretsmanager_secret'];

/** What tells who may read secrets. */
export const RIGHTS = new Set([
  ...[...INLINE, ...ATTACHMENTS, ...PRINCIPALS, ...OF_SECRETS],
  ...['aws_iam_policy', 'aws_iam_instance_profile', 'data.aws_iam_policy', 'data.aws_iam_policy_document'],
]);

/** Somebody who may read secrets. */
export interface PossibleReader {
  /** The same for one who is written in two ways. */
  readonly identity: string;
  /** In a reader's words, as grants have it. */
  readonly name: string;
  readonly by: ObservedResource;
  /** Whether a policy allows it, whatever it asks for, and whatever another denies. */
  readonly isAllowed: (secret: NamedSecret) => boolean;
  /** Whether nothing is known that keeps them from it. */
  readonly reads: (secret: NamedSecret) => boolean;
}

/** A role, a user or a group. */
interface Holder {
  readonly identity: string;
  readonly name: string;
}

/** What a policy lets one do. */
interface Right {
  readonly holder: Holder;
  readonly by: ObservedResource;
  readonly statements: Statement[];
}

/** Who may read secrets by the policies that were read. */
export function possibleReaders(resources: Resources): PossibleReader[] {
  const rights = [
    ...resources.ofType(...INLINE).flatMap((policy) => ofInline(policy, resources)),
    ...resources.ofType(...ATTACHMENTS).flatMap((by) => ofAttachment(by, resources)),
    ...resources.ofType(...PRINCIPALS).flatMap((principal) => ofPrincipal(principal, resources)),
  ];
  const held = new Set(rights.map(({ by }) => by));
  const ofNobody = resources.ofType('aws_iam_policy').filter((policy) => !held.has(policy));
  const bounded = resources.ofType(...PRINCIPALS).filter(({ values }) => isGiven(values.permissions_boundary));
  const limited = new Set(bounded.map((principal) => itself(principal, resources).identity));
  const denials = new Map<string, Array<[Statement, ObservedResource]>>();
  for (const { holder, by, statements } of rights) {
    for (const one of statements.filter(({ isDenial }) => isDenial)) addTo(denials, holder.identity, [one, by]);
  }
  const secretPolicies = resources.ofType(...OF_SECRETS).map((by) => secretPolicyOf(by, resources));
  const isDenied = (identity: string, secret: NamedSecret) =>
    (denials.get(identity) ?? []).some(([one, by]) => isAbout(one, secret, by, resources) !== false) ||
    secretPolicies.some((policy) => policy.of === secret.identity && policy.mayDeny);
  // Who is given a policy outside of the app nobody knows.
  const unheld = ofNobody.map((by) => {
    const name = `whoever has the policy ${by.address}`;
    limited.add(name);
    return { holder: { identity: name, name }, by, statements: statementsIn(by.values.policy, by, resources) };
  });
  const byIdentity = [...rights, ...unheld].map(({ holder, by, statements }): PossibleReader => {
    const allowed = statements.filter(({ isDenial }) => !isDenial);
    const may = (some: Statement[], secret: NamedSecret) =>
      some.some((statement) => isAbout(statement, secret, by, resources) === true);
    const unconditional = allowed.filter(({ isConditional }) => !isConditional);
    return {
      ...{ ...holder, by, isAllowed: (secret) => may(allowed, secret) },
      reads: (secret) => !limited.has(holder.identity) && may(unconditional, secret) && !isDenied(holder.identity, secret),
    };
  });
  return [...byIdentity, ...secretPolicies.flatMap(readersBy)];
}

/** Who is meant by a name, or by a reference to what has it. */
export function holderOf(kind: string, value: unknown, from: Pick<ObservedResource, 'scope'>, resources: Resources): Holder {
  const target = resources.target(from, value);
  const name = target?.values.name ?? resources.meantBy(from, value);
  const identity = isGiven(name) && !hasUnknown(name) ? String(name) : resources.identity(from, value);
  const shown = displayed(value).replace(/^(aws_iam_\w+\.[\w-]+)\.\w+$/, '$1');
  return { identity: `${kind} ${identity}`, name: `${kind} ${shown}` };
}

/** One who was named in words, by the identity: of a role by its ARN, or by its name. */
export function identityNamed(name: string): string {
  return name.replace(/^principal arn:[^:]*:iam::.*:(role|user)\/(?:.*\/)?([^/]+)$/, '$1 $2');
}

function itself(principal: ObservedResource, resources: Resources): Holder {
  return holderOf(principal.type.replace('aws_iam_', ''), `\${${principal.address}.name}`, principal, resources);
}

function ofInline(by: ObservedResource, resources: Resources): Right[] {
  const statements = statementsIn(by.values.policy, by, resources);
  const kinds = HOLDERS.filter((kind) => isGiven(by.values[kind]));
  return kinds.map((kind) => ({ holder: holderOf(kind, by.values[kind], by, resources), by, statements }));
}

function ofAttachment(by: ObservedResource, resources: Resources): Right[] {
  const attached = HOLDERS.flatMap((kind) =>
    [...listOf(by.values[kind]), ...listOf(by.values[`${kind}s`])].map((value) => holderOf(kind, value, by, resources)),
  );
  return attached.map((holder) => ofManaged(by.values.policy_arn, holder, by, resources));
}

/** What a role has in itself. */
function ofPrincipal(by: ObservedResource, resources: Resources): Right[] {
  const holder = itself(by, resources);
  const inline = listOf(by.values.inline_policy).map((block) => statementsIn(block?.policy, by, resources));
  return [
    ...inline.map((statements) => ({ holder, by, statements })),
    ...listOf(by.values.managed_policy_arns).map((arn) => ofManaged(arn, holder, by, resources)),
  ];
}

const EVERYTHING = [{ Effect: 'Allow', Action: '*', Resource: '*' }];

function ofManaged(arn: unknown, holder: Holder, by: ObservedResource, resources: Resources): Right {
  const target = resources.target(by, arn);
  if (target?.type === 'aws_iam_policy') {
    return { holder, by: target, statements: statementsIn(target.values.policy, target, resources) };
  }
  const { name = '', arn: known = arn } = target?.values ?? {};
  const [, ofAws] = /^arn:[^:]*:iam::aws:policy\/(?:.*\/)?([^/]+)$/.exec(String(known)) ?? [];
  const isOfAll = READS_EVERYTHING.includes(ofAws ?? name);
  return { holder, by, statements: isOfAll ? statementsIn(JSON.stringify({ Statement: EVERYTHING }), by, resources) : [] };
}

/** A policy of a secret, whose statements are about that one, whatever they name. */
interface SecretPolicy {
  readonly by: ObservedResource;
  readonly of: string;
  readonly principals: Array<Holder & { readonly isConditional: boolean }>;
  readonly mayDeny: boolean;
}

function secretPolicyOf(by: ObservedResource, resources: Resources): SecretPolicy {
  const of = by.type === 'aws_secretsmanager_secret' ? `\${${by.address}.arn}` : by.values.secret_arn;
  const statements = statementsIn(by.values.policy, by, resources);
  const allowed = statements.filter((statement) => !statement.isDenial && isOfReading(statement) === true);
  return {
    ...{ by, of: resources.identity(by, unchecked(of)) },
    mayDeny: statements.some((statement) => statement.isDenial && isOfReading(statement) !== false),
    principals: allowed.flatMap(({ principals, notPrincipals, isConditional }) =>
      [...principals, ...(notPrincipals.length > 0 ? ['*'] : [])]
        .filter((principal) => !isAccount(principal))
        .map((principal) => ({ ...principalOf(principal, by, resources), isConditional })),
    ),
  };
}

/** An account leaves it to the policies of those who are in it. */
function isAccount(principal: string): boolean {
  return /:root$/.test(principal) || /^\d{12}$/.test(principal);
}

/** One who is named as a principal: a role or a user by its ARN is that one. */
export function principalOf(principal: string, by: ObservedResource, resources: Resources): Holder {
  const name = `principal ${displayed(principal)}`;
  const target = resources.target(by, principal);
  if (target && PRINCIPALS.includes(target.type)) return { ...itself(target, resources), name };
  return { identity: identityNamed(`principal ${principal}`), name };
}

function readersBy({ by, of, principals, mayDeny }: SecretPolicy): PossibleReader[] {
  const each = [...new Map(principals.map((one) => [`${one.identity} ${one.isConditional}`, one])).values()];
  return each.map(({ identity, name, isConditional }) => ({
    ...{ identity, name, by, isAllowed: (secret) => secret.identity === of },
    reads: (secret) => secret.identity === of && !isConditional && !mayDeny,
  }));
}
