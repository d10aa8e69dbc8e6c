import { hasUnknown, isGiven, ObservedResource, Resources, unchecked } from '../resources';
import { allOf, anyOf, not, Verdict } from '../verdict';
import { isSameAccount, Place, placeOf } from './place';
import { Statement } from './statements';

/** The one right that shows what is in a secret: to read several at once needs it of each. */
const READING = 'secretsmanager:GetSecretValue';

/** A secret, as policies name it. */
export interface NamedSecret {
  readonly identity: string;
  /** The name, or what it begins with; undefined where only Terraform knows it. */
  readonly name?: string;
  readonly place: Place;
  /** Whether it may be in any account and region that is not known to be another: what may be is told, and is no error. */
  readonly isAnywhere?: boolean;
}

/** A secret by its ARN, or a reference to it. */
export function namedSecret(arn: unknown, from: Pick<ObservedResource, 'scope' | 'where'>, resources: Resources): NamedSecret {
  const identity = resources.identityOfOne(from, unchecked(arn));
  const [, region, accountId, named] = ARN.exec(identity) ?? [];
  const place = placeOf(from);
  if (named !== undefined) return { identity, name: named, place: { ...place, region, accountId } };
  const { name, name_prefix: prefix } = resources.target(from, unchecked(arn))?.values ?? {};
  const written = name ?? (prefix === undefined ? undefined : `${prefix}0`);
  return { identity, name: hasUnknown(written) ? undefined : written, place };
}

/** Whether a statement is about reading a secret. */
export function isAbout(statement: Statement, secret: NamedSecret, from: ObservedResource, resources: Resources): Verdict {
  const { resources: named, notResources } = statement;
  const isNamed = (patterns: string[]) => anyOf(patterns.map((pattern) => isOf(pattern, secret, from, resources)));
  return allOf([isOfReading(statement), notResources.length > 0 ? not(isNamed(notResources)) : isNamed(named)]);
}

/** Whether reading is among the actions of a statement. */
export function isOfReading({ actions, notActions }: Statement): Verdict {
  const has = (patterns: string[]) =>
    anyOf(patterns.map((action) => (hasUnknown(action) ? undefined : globOf(action, 'i').test(READING))));
  return notActions.length > 0 ? not(has(notActions)) : has(actions);
}

/** A part of an ARN: what separates them may be in an expression too. */
const PART = '(?:\\$\\{[^{}]*\\}|[^:$])*';
const ARN = new RegExp(`^arn:${PART}:secretsmanager:(${PART}):(${PART}):secret:(.*)$`, 's');
/** Where AWS is on its own, by how its regions begin: what is of another has another partition in its ARN. */
const PARTITIONS: { [begin: string]: string } = { cn: 'aws-cn', 'us-gov': 'aws-us-gov', 'us-iso': 'aws-iso' };
/** What is of another service, or no ARN. */
const OF_OTHERS = new RegExp(`^(?!arn:)[^*?$]|^arn:${PART}:(?!secretsmanager:)[^:*?$]+:`);

/** By a reference, by its ARN, or by a part of that: what is named for certain, and what is not for certain. */
function isOf(pattern: string, secret: NamedSecret, from: ObservedResource, resources: Resources): Verdict {
  const written = resources.filledIn(from, unchecked(pattern));
  if (resources.identityOfOne(from, written.replace(/(?<=\})\*+$/, '')) === secret.identity) return true;
  const orAnywhere = (verdict: Verdict) => verdict ?? (secret.isAnywhere ? true : undefined);
  const isHere = orAnywhere(isSameAccount(placeOf(from), secret.place));
  const isThere = isOfPartition(written, secret.place);
  const [, region, account, name] = ARN.exec(written) ?? [];
  const { region: own, accountId } = secret.place;
  if (name === undefined) {
    // One that leaves out the name is about all secrets there.
    const anySecret = `arn:aws:secretsmanager:${own ?? '?'}:${accountId ?? '?'}:secret:?`;
    const isOfAny = !hasUnknown(written) && globOf(written.replace(/^arn:[\w-]+:/, 'arn:aws:')).test(anySecret);
    if (isOfAny) return allOf([isHere, isThere]);
    return OF_OTHERS.test(written) ? false : undefined;
  }
  const isOwn = (wanted: string, part: string) => isAsked(wanted, part, secret.place, from, resources);
  const verdicts = [
    isThere,
    orAnywhere(isOwn('data.aws_region', region) ?? isPart(region, own)),
    orAnywhere(isOwn('data.aws_caller_identity', account) ?? isPart(account, accountId)),
  ];
  // A policy of another account that names this one gives nothing by itself.
  return allOf([...verdicts, isName(name, secret, from, resources), isHere]);
}

/** Whether a part of an ARN is what AWS says of whoever asks, in the place of the secret. */
function isAsked(type: string, part: string, place: Place, from: ObservedResource, resources: Resources): Verdict {
  const asked = resources.target(from, part);
  if (asked?.type !== type || !hasUnknown(part)) return undefined;
  const there = placeOf(asked);
  const isSameRegion = there.region === place.region && !isGiven(asked.values.name ?? asked.values.region);
  return isSameAccount(there, place) && (type !== 'data.aws_region' || isSameRegion) ? true : undefined;
}

/** Whether an ARN is of the part of AWS that a secret is in. Most of AWS is the one that has no name of its own. */
function isOfPartition(arn: string, { region }: Place): Verdict {
  const [, partition] = /^arn:([^:$]*):/.exec(arn) ?? [];
  if (partition === undefined || /[*?]/.test(partition)) return true;
  const [, own] = Object.entries(PARTITIONS).find(([begin]) => region?.startsWith(`${begin}-`)) ?? [];
  if (partition === (own ?? 'aws')) return true;
  return region === undefined ? undefined : false;
}

function isPart(pattern: string, own: string | undefined): Verdict {
  if (/^\*+$/.test(pattern)) return true;
  return own === undefined || hasUnknown(pattern) ? undefined : globOf(pattern).test(own);
}

/** Secrets Manager adds six characters to a name. */
function isName(pattern: string, { identity, name }: NamedSecret, from: ObservedResource, resources: Resources): Verdict {
  if (/^\*+$/.test(pattern)) return true;
  const [reference] = /^\$\{[^{}]*\}(?=[-?*]*$)/.exec(pattern) ?? [];
  if (reference !== undefined && resources.identityOfOne(from, reference) === identity) return true;
  if (name === undefined) return undefined;
  const [known] = pattern.split(/(?<!\$)\$\{/);
  const isWhole = known === pattern;
  const names = [`${name}-000000`, ...(ARN.test(identity) ? [name] : [])];
  const glob = globOf(isWhole ? pattern.replace(/-\?+$/, '-*') : `${known}*`);
  return names.some((one) => glob.test(one)) ? (isWhole ? true : undefined) : false;
}

function globOf(pattern: string, flags?: string): RegExp {
  const text = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${text.replace(/\*+/g, '.*').replace(/\?/g, '.')}$`, `s${flags ?? ''}`);
}
