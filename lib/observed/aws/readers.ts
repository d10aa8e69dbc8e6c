import { knownOf } from '../known';
import { isGiven, listOf, mayBeAbsent, ObservedResource, Resources, unchecked } from '../resources';
import { aboutDecrypting, isLeftToAccount, KEYS } from './encryption-key';
import { Holder, HOLDERS, holderOf, isSameHolder, itself, PRINCIPALS, principalOf } from './holders';
import { AboutSecret, aboutReading, isOfReading, NamedSecret } from './named-secret';
import { isUnread, Statement, statementsIn } from './statements';
import { Verdict } from '../verdict';

/** Policies of AWS that let read every secret. */
const READS_EVERYTHING = ['AdministratorAccess', 'PowerUserAccess', 'SecretsManagerReadWrite'];
const INLINE = HOLDERS.map((holder) => `aws_iam_${holder}_policy`);
const ATTACHMENTS = [...HOLDERS.map((holder) => `aws_iam_${holder}_policy_attachment`), 'aws_iam_policy_attachment'];
const OF_SECRETS = ['aws_secretsmanager_secret_policy', 'aws_secretsmanager_secret'];

/** What tells who may read secrets. */
export const RIGHTS = new Set([
  ...[...INLINE, ...ATTACHMENTS, ...PRINCIPALS, ...OF_SECRETS],
  ...['aws_iam_policy', 'aws_iam_instance_profile', 'data.aws_iam_policy', 'data.aws_iam_policy_document'],
  ...KEYS,
  ...['aws_launch_template', 'data.aws_iam_role', 'data.aws_iam_user', 'data.aws_caller_identity', 'data.aws_region'],
]);

/** Somebody who may read secrets. */
export interface PossibleReader {
  readonly holder: Holder;
  readonly by: ObservedResource;
  /** Whether a policy allows it, whatever it asks for, and whatever another denies. */
  readonly isAllowed: (secret: NamedSecret) => boolean;
  /** Whether nothing is known that keeps them from it. */
  readonly reads: (secret: NamedSecret) => boolean;
}

/** What a policy lets one do. */
interface Right {
  readonly holder: Holder;
  readonly by: ObservedResource;
  readonly statements: RightStatement[];
  /** Whether only Terraform knows if the policy is there, or what is in it. */
  readonly mayBeAbsent: boolean;
  readonly isUnread?: boolean;
}

interface RightStatement extends Statement {
  readonly isAbout: AboutSecret;
  /** Whether it is about decrypting what a key has encrypted. */
  readonly isAboutKey: (key: string) => Verdict;
}

/** The statements of a policy, and of which secrets they are. */
function rightsIn(policy: unknown, by: ObservedResource, resources: Resources): RightStatement[] {
  const statements = statementsIn(policy, by, resources);
  return statements.map((statement) => ({
    ...statement,
    isAbout: aboutReading(statement, by, resources),
    isAboutKey: aboutDecrypting(statement, by, resources),
  }));
}

/** Who may read secrets by the policies that were read. */
export const possibleReaders = knownOf((resources): PossibleReader[] => {
  const rights = [
    ...resources.ofType(...INLINE).flatMap((policy) => ofInline(policy, resources)),
    ...resources.ofType(...ATTACHMENTS).flatMap((by) => ofAttachment(by, resources)),
    ...resources.ofType(...PRINCIPALS).flatMap((principal) => ofPrincipal(principal, resources)),
  ];
  const bounded = resources.ofType(...PRINCIPALS).filter(({ values }) => isGiven(values.permissions_boundary));
  const limited = bounded.map((principal) => itself(principal, resources));
  const denials = rights.filter(({ statements, isUnread: mayDeny }) => mayDeny || statements.some(({ isDenial }) => isDenial));
  const secretPolicies = resources.ofType(...OF_SECRETS).map((by) => secretPolicyOf(by, resources));
  const mayDeny = ({ isUnread: mayDo, statements }: Right, secret: NamedSecret) =>
    mayDo || statements.some((one) => one.isDenial && (one.isAbout(secret) !== false || isOfKey(one, secret) !== false));
  const isKept = (holder: Holder, secret: NamedSecret) =>
    limited.some((other) => isSameHolder(holder, other) !== false) ||
    denials.some((right) => mayBind(right.holder, holder) && mayDeny(right, secret)) ||
    secretPolicies.some((policy) => policy.of === secret.identity && policy.mayDeny);
  const decrypts = (holder: Holder, secret: NamedSecret) =>
    secret.encryptionKey === undefined ||
    (isLeftToAccount(secret.encryptionKey, resources) &&
      rights.some(
        (right) =>
          right.mayBeAbsent === false &&
          isSameHolder(holder, right.holder) === true &&
          right.statements.some((one) => !one.isDenial && !one.isConditional && isOfKey(one, secret) === true),
      ));
  const byRights = [...rights, ...ofNobody(rights, resources)].map((right): PossibleReader => {
    const { holder, by, statements } = right;
    const allowed = statements.filter(({ isDenial }) => !isDenial);
    const unconditional = allowed.filter(({ isConditional }) => !isConditional);
    const may = (some: RightStatement[], secret: NamedSecret) => some.some(({ isAbout }) => isAbout(secret) === true);
    const isCertain = right.mayBeAbsent === false && holder.isNobody !== true;
    return {
      ...{ holder, by, isAllowed: (secret) => may(allowed, secret) },
      reads: (secret) => isCertain && may(unconditional, secret) && !isKept(holder, secret) && decrypts(holder, secret),
    };
  });
  return [...byRights, ...secretPolicies.flatMap(readersBy)];
});

function isOfKey({ isAboutKey }: RightStatement, { encryptionKey }: NamedSecret): Verdict {
  return encryptionKey === undefined ? false : isAboutKey(encryptionKey);
}

/** Whether what one is denied may hold for another: who is in a group is not read. */
function mayBind(denied: Holder, holder: Holder): boolean {
  const isMember = denied.identity.startsWith('group ') && holder.identity.startsWith('user ');
  return isMember || isSameHolder(holder, denied) !== false;
}

/** Who is given a policy outside of the app nobody knows. */
function ofNobody(rights: Right[], resources: Resources): Right[] {
  const held = new Set(rights.map(({ by }) => by));
  const others = resources.ofType('aws_iam_policy').filter((policy) => !held.has(policy));
  return others.map((by) => {
    const name = `whoever has the policy ${by.address}`;
    const statements = rightsIn(by.values.policy, by, resources);
    return { holder: { identity: name, name, isNobody: true }, by, statements, mayBeAbsent: true };
  });
}

function ofInline(by: ObservedResource, resources: Resources): Right[] {
  const right = {
    by,
    statements: rightsIn(by.values.policy, by, resources),
    mayBeAbsent: mayBeAbsent(by),
    isUnread: isUnread(by.values.policy, by, resources),
  };
  const kinds = HOLDERS.filter((kind) => isGiven(by.values[kind]));
  return kinds.map((kind) => ({ ...right, holder: holderOf(kind, by.values[kind], by, resources) }));
}

function ofAttachment(by: ObservedResource, resources: Resources): Right[] {
  const attached = HOLDERS.flatMap((kind) =>
    [...listOf(by.values[kind]), ...listOf(by.values[`${kind}s`])].map((value) => holderOf(kind, value, by, resources)),
  );
  return attached.map((holder) => ({ holder, ...ofManaged(by.values.policy_arn, by, resources) }));
}

/** What a role has in itself. */
function ofPrincipal(by: ObservedResource, resources: Resources): Right[] {
  const holder = itself(by, resources);
  const inline = listOf(by.values.inline_policy).map(
    (block): Omit<Right, 'holder'> => ({
      by,
      statements: rightsIn(block?.policy, by, resources),
      mayBeAbsent: mayBeAbsent(by),
      isUnread: isUnread(block?.policy, by, resources),
    }),
  );
  const managed = listOf(by.values.managed_policy_arns).map((arn) => ofManaged(arn, by, resources));
  return [...inline, ...managed].map((right) => ({ holder, ...right }));
}

const EVERYTHING = [{ Effect: 'Allow', Action: '*', Resource: '*' }];

function ofManaged(arn: unknown, by: ObservedResource, resources: Resources): Omit<Right, 'holder'> {
  const target = resources.target(by, arn);
  if (target?.type === 'aws_iam_policy') {
    return {
      by: target,
      statements: rightsIn(target.values.policy, target, resources),
      mayBeAbsent: mayBeAbsent(by) || mayBeAbsent(target),
      isUnread: isUnread(target.values.policy, target, resources),
    };
  }
  const { name: lookedUp, arn: known = arn } = target?.values ?? {};
  const [, ofAws] = /^arn:[^:]*:iam::aws:policy\/(?:.*\/)?([^/]+)$/.exec(String(known)) ?? [];
  const isOfAll = READS_EVERYTHING.includes(ofAws ?? lookedUp);
  return {
    by,
    statements: isOfAll ? rightsIn(JSON.stringify({ Statement: EVERYTHING }), by, resources) : [],
    mayBeAbsent: mayBeAbsent(by),
    // What others wrote may deny it, and so do the policies of AWS that are named after that.
    isUnread: !isOfAll && (ofAws === undefined || /Deny|Quarantine/.test(ofAws)),
  };
}

/** A policy of a secret, whose statements are about that one, whatever they name. */
interface SecretPolicy {
  readonly by: ObservedResource;
  readonly of: string;
  readonly principals: Array<{ readonly holder: Holder; readonly isConditional: boolean }>;
  readonly mayDeny: boolean;
}

function secretPolicyOf(by: ObservedResource, resources: Resources): SecretPolicy {
  const of = by.type === 'aws_secretsmanager_secret' ? `\${${by.address}.arn}` : by.values.secret_arn;
  const statements = statementsIn(by.values.policy, by, resources);
  const allowed = statements.filter((statement) => !statement.isDenial && isOfReading(statement) === true);
  return {
    ...{ by, of: resources.identityOfOne(by, unchecked(of)) },
    mayDeny:
      isUnread(by.values.policy, by, resources) ||
      statements.some((statement) => statement.isDenial && isOfReading(statement) !== false),
    principals: allowed.flatMap(({ principals, notPrincipals, isConditional }) =>
      [...principals, ...(notPrincipals.length > 0 ? ['*'] : [])]
        .map((principal) => principalOf(principal, by, resources))
        .map((holder) => ({ holder, isConditional })),
    ),
  };
}

function readersBy({ by, of, principals, mayDeny }: SecretPolicy): PossibleReader[] {
  const each = [...new Map(principals.map((one) => [`${one.holder.identity} ${one.isConditional}`, one])).values()];
  return each.map(({ holder, isConditional }) => ({
    ...{ holder, by, isAllowed: (secret) => secret.identity === of },
    // One of another account is let use a key by the policy of that.
    reads: (secret) =>
      secret.identity === of &&
      secret.encryptionKey === undefined &&
      ![isConditional, mayDeny, mayBeAbsent(by), holder.isNobody].includes(true),
  }));
}
