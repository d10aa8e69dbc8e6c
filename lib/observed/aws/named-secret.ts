import { hasUnknown, isGiven, ObservedResource, Resources, unchecked } from '../resources';
import { allOf, anyOf, not, Verdict } from '../verdict';
import { encryptionKey } from './encryption-key';
import { globOf } from './glob';
import { isSameAccount, Place, placeOf } from './place';
import { isAmong, Statement } from './statements';

/** The one right that shows what is in a secret: to read several at once needs it of each. */
const READING = 'secretsmanager:GetSecretValue';

/** A secret, as policies name it. */
export interface NamedSecret {
  readonly identity: string;
  /** The name, or what it begins with; undefined where only Terraform knows it. */
  readonly name?: string;
  readonly place: Place;
  /** The customer managed key that encrypts it, by its identity. */
  readonly encryptionKey?: string;
  /** Whether it may be in any account and region that is not known to be another: what may be is told, and is no error. */
  readonly isAnywhere?: boolean;
}

/**
 * A secret by its ARN, or a reference to it.
 *
 * @param keyArn the key that encrypts it, where that is known by other ways than the resource that makes it
 */
export function namedSecret(
  arn: unknown,
  from: Pick<ObservedResource, 'scope' | 'where'>,
  resources: Resources,
  keyArn?: unknown,
): NamedSecret {
  const target = resources.target(from, unchecked(arn));
  const key = encryptionKey(target?.values.kms_key_id, target ?? from, resources) ?? encryptionKey(keyArn, from, resources);
  return { ...calledAs(arn, from, resources), ...(key !== undefined && { encryptionKey: key }) };
}

function calledAs(arn: unknown, from: Pick<ObservedResource, 'scope' | 'where'>, resources: Resources): NamedSecret {
  const identity = resources.identityOfOne(from, unchecked(arn));
  const [, region, accountId, named] = ARN.exec(identity) ?? [];
  const place = placeOf(from);
  if (named !== undefined) return { identity, name: named, place: { ...place, region, accountId } };
  const { name, name_prefix: prefix } = resources.target(from, unchecked(arn))?.values ?? {};
  const written = name ?? (prefix === undefined ? undefined : `${prefix}0`);
  return { identity, name: hasUnknown(written) ? undefined : written, place };
}

/** Tells of each secret whether something is about it. What does not depend on the secret is looked at once: there are many of both. */
export type AboutSecret = (secret: NamedSecret) => Verdict;

/** Whether a statement is about reading a secret. */
export function aboutReading(statement: Statement, from: ObservedResource, resources: Resources): AboutSecret {
  const isReading = isOfReading(statement);
  if (isReading === false) return () => false;
  const naming = (patterns: string[]): AboutSecret => {
    const each = patterns.map((pattern) => named(pattern, from, resources));
    return (secret) => anyOf(each.map((isNamed) => isNamed(secret)));
  };
  const { resources: these, notResources: others } = statement;
  if (others.length === 0) {
    const isNamed = naming(these);
    return (secret) => allOf([isReading, isNamed(secret)]);
  }
  const [isHere, isExcepted] = [inAccountOf(from), naming(others)];
  return (secret) => allOf([isReading, isHere(secret), not(isExcepted({ ...secret, isAnywhere: false }))]);
}

/** Whether reading is among the actions of a statement. */
export function isOfReading(statement: Statement): Verdict {
  return isAmong(READING, statement);
}

/** A part of an ARN: what separates them may be in an expression too. */
const PART = '(?:\\$\\{[^{}]*\\}|[^:$])*';
const ARN = new RegExp(`^arn:${PART}:secretsmanager:(${PART}):(${PART}):secret:(.*)$`, 's');
/** Where AWS is on its own, by how its regions begin: what is of another has another partition in its ARN. */
const PARTITIONS: { [begin: string]: string } = { cn: 'aws-cn', 'us-gov': 'aws-us-gov', 'us-iso': 'aws-iso' };
/** What is of another service, or no ARN. */
const OF_OTHERS = new RegExp(`^(?!arn:)[^*?$]|^arn:${PART}:(?!secretsmanager:)[^:*?$]+:`);

/** By a reference, by its ARN, or by a part of that: what is named for certain, and what is not for certain. */
function named(pattern: string, from: ObservedResource, resources: Resources): AboutSecret {
  const written = resources.filledIn(from, unchecked(pattern));
  const identity = resources.identityOfOne(from, written.replace(/(?<=\})\*+$/, ''));
  const isOther = otherwiseNamed(written, from, resources);
  return (secret) => (identity === secret.identity ? true : isOther(secret));
}

function otherwiseNamed(written: string, from: ObservedResource, resources: Resources): AboutSecret {
  const isHere = inAccountOf(from);
  const [, region, account, name] = ARN.exec(written) ?? [];
  if (name !== undefined) {
    const isCalled = isCalledBy(name, from, resources);
    const isIn = [
      partOf('data.aws_region', region, from, resources),
      partOf('data.aws_caller_identity', account, from, resources),
    ];
    // A policy of another account that names this one gives nothing by itself.
    return (secret) =>
      allOf([isOfPartition(written, secret.place), ...isIn.map((isOf) => isOf(secret)), isCalled(secret), isHere(secret)]);
  }
  const otherwise = OF_OTHERS.test(written) ? false : undefined;
  if (hasUnknown(written)) return () => otherwise;
  const glob = globOf(written.replace(/^arn:[\w-]+:/, 'arn:aws:'));
  return (secret) => {
    // One that leaves out the name is about all secrets there.
    const { region: own = '?', accountId = '?' } = secret.place;
    const isOfAny = glob.test(`arn:aws:secretsmanager:${own}:${accountId}:secret:?`);
    return isOfAny ? allOf([isHere(secret), isOfPartition(written, secret.place)]) : otherwise;
  };
}

/** What is not known to be elsewhere is here, of a secret that may be anywhere. */
function orAnywhere(verdict: Verdict, { isAnywhere }: NamedSecret): Verdict {
  return verdict ?? (isAnywhere ? true : undefined);
}

function inAccountOf(from: ObservedResource): AboutSecret {
  const place = placeOf(from);
  return (secret) => orAnywhere(isSameAccount(place, secret.place), secret);
}

/** The region or the account of an ARN, by what AWS says it is of whoever asks, or as it is written. */
function partOf(
  type: 'data.aws_region' | 'data.aws_caller_identity',
  part: string,
  from: ObservedResource,
  resources: Resources,
): AboutSecret {
  const isAsked = askedFor(type, part, from, resources);
  const glob = hasUnknown(part) ? undefined : globOf(part);
  return (secret) => {
    const { region, accountId } = secret.place;
    const own = type === 'data.aws_region' ? region : accountId;
    const isWritten = /^\*+$/.test(part) || (own === undefined ? undefined : glob?.test(own));
    return orAnywhere(isAsked(secret) ?? isWritten, secret);
  };
}

/** Whether a part of an ARN is what AWS says of whoever asks, in the place of the secret. */
function askedFor(type: string, part: string, from: ObservedResource, resources: Resources): AboutSecret {
  const asked = resources.target(from, part);
  if (asked?.type !== type || !hasUnknown(part)) return () => undefined;
  const there = placeOf(asked);
  const isItsOwn = type !== 'data.aws_region' || !isGiven(asked.values.name ?? asked.values.region);
  const isThere = ({ place }: NamedSecret) => type !== 'data.aws_region' || there.region === place.region;
  return (secret) => (isItsOwn && isThere(secret) && isSameAccount(there, secret.place) ? true : undefined);
}

/** Whether an ARN is of the part of AWS that a secret is in. Most of AWS is the one that has no name of its own. */
function isOfPartition(arn: string, { region }: Place): Verdict {
  const [, partition] = /^arn:([^:$]*):/.exec(arn) ?? [];
  if (partition === undefined || /[*?]/.test(partition)) return true;
  const [, own] = Object.entries(PARTITIONS).find(([begin]) => region?.startsWith(`${begin}-`)) ?? [];
  if (partition === (own ?? 'aws')) return true;
  return region === undefined ? undefined : false;
}

/** Secrets Manager adds six characters to a name. */
function isCalledBy(pattern: string, from: ObservedResource, resources: Resources): AboutSecret {
  if (/^\*+$/.test(pattern)) return () => true;
  const [reference] = /^\$\{[^{}]*\}(?=[-?*]*$)/.exec(pattern) ?? [];
  const referred = reference && resources.identityOfOne(from, reference);
  const [known] = pattern.split(/(?<!\$)\$\{/);
  const isWhole = known === pattern;
  const glob = globOf(isWhole ? pattern.replace(/-\?+$/, '-*') : `${known}*`);
  return ({ identity, name }) => {
    if (referred === identity) return true;
    if (name === undefined) return undefined;
    const names = [`${name}-000000`, ...(ARN.test(identity) ? [name] : [])];
    return names.some((one) => glob.test(one)) ? (isWhole ? true : undefined) : false;
  };
}
