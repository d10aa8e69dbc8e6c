import { hasUnknown, ObservedResource, Resources, unchecked } from '../resources';
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
}

/** A secret by its ARN, or a reference to it. */
export function namedSecret(arn: unknown, from: Pick<ObservedResource, 'scope' | 'where'>, resources: Resources): NamedSecret {
  const identity = resources.identity(from, unchecked(arn));
  const [, region, accountId, named] = ARN.exec(identity) ?? [];
  const place = placeOf(from);
  if (named !== undefined) return { identity, name: named, place: { ...place, region, accountId } };
  const { name, name_prefix: prefix } = resources.identified(identity)?.values ?? {};
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
/** What is of another service, or no ARN. */
const OF_OTHERS = new RegExp(`^(?!arn:)[^*?$]|^arn:${PART}:(?!secretsmanager:)[^:*?$]+:`);

/** By a reference, by its ARN, or by a part of that: what is named for certain, and what is not for certain. */
function isOf(pattern: string, secret: NamedSecret, from: ObservedResource, resources: Resources): Verdict {
  const written = resources.filledIn(from, unchecked(pattern));
  if (resources.identity(from, written.replace(/(?<=\})\*+$/, '')) === secret.identity) return true;
  const isHere = isSameAccount(placeOf(from), secret.place);
  const [, region, account, name] = ARN.exec(written) ?? [];
  const { region: own, accountId } = secret.place;
  if (name === undefined) {
    // One that leaves out the name is about all secrets there.
    const anySecret = `arn:aws:secretsmanager:${own ?? '?'}:${accountId ?? '?'}:secret:?`;
    if (!hasUnknown(written) && globOf(written.replace(/^arn:[\w-]+:/, 'arn:aws:')).test(anySecret)) return isHere;
    return OF_OTHERS.test(written) ? false : undefined;
  }
  const isThere = allOf([isPart(region, own), isPart(account, accountId)]);
  const isNamed = isName(name, secret, from, resources);
  if (isThere === false || isNamed !== true) return allOf([isThere, isNamed]);
  const isAny = /^[*?]/.test(name);
  if (isAny && account !== accountId) return allOf([isThere, isHere]);
  // Who writes down the name of a secret means this one, also where only Terraform knows the account.
  return isHere !== false || account === accountId ? true : undefined;
}

function isPart(pattern: string, own: string | undefined): Verdict {
  if (/^\*+$/.test(pattern)) return true;
  return own === undefined || hasUnknown(pattern) ? undefined : globOf(pattern).test(own);
}

/** Secrets Manager adds six characters to a name. */
function isName(pattern: string, { identity, name }: NamedSecret, from: ObservedResource, resources: Resources): Verdict {
  if (/^\*+$/.test(pattern)) return true;
  const [reference] = /^\$\{[^{}]*\}(?=[-?*]*$)/.exec(pattern) ?? [];
  if (reference !== undefined && resources.identity(from, reference) === identity) return true;
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
