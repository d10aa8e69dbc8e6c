import { displayed, hasUnknown, isGiven, ObservedResource, Resources } from '../resources';
import { isSameText } from '../sameness';
import { Verdict } from '../verdict';

/** Who holds rights in AWS. */
export const HOLDERS = ['role', 'user', 'group'];
/** What makes them. */
export const PRINCIPALS = HOLDERS.map((holder) => `aws_iam_${holder}`);
const LOOKED_UP = PRINCIPALS.map((type) => `data.${type}`);

/** A role, a user or a group; or whoever else is named as a principal. */
export interface Holder {
  /** The same for one who is written in two ways, with what of it only Terraform knows. */
  readonly identity: string;
  /** In a reader's words, as grants have it. */
  readonly name: string;
  /** What makes them, where the app does. */
  readonly madeBy?: string;
  /** Whether only Terraform knows if it is anybody at all: an account leaves all to its own policies. */
  readonly isNobody?: boolean;
}

/** Whether two are one; undefined where only Terraform knows. Two that the app makes are not. */
export function isSameHolder(one: Holder, other: Holder): Verdict {
  if (one.madeBy !== undefined && other.madeBy !== undefined) return one.madeBy === other.madeBy;
  return isSameText(one.identity, other.identity);
}

/** Who is meant by a name, or by a reference to what has it. */
export function holderOf(kind: string, value: unknown, from: Pick<ObservedResource, 'scope'>, resources: Resources): Holder {
  const target = resources.target(from, value);
  const name = `${kind} ${displayed(value).replace(/^(aws_iam_\w+\.[\w-]+)\.\w+$/, '$1')}`;
  if (!target || ![...PRINCIPALS, ...LOOKED_UP].includes(target.type)) {
    return { identity: `${kind} ${resources.filledIn(from, String(value))}`, name };
  }
  const madeBy = `${target.scope}::${target.address}`;
  const identity = `${kind} ${calledBy(target, madeBy, resources)}`;
  return LOOKED_UP.includes(target.type) ? { identity, name } : { identity, name, madeBy };
}

/** What a role is called that is made, or looked up. */
function calledBy(target: ObservedResource, key: string, resources: Resources): string {
  const { name, name_prefix: prefix } = target.values;
  const unknown = `\${${key}.name}`;
  const known = isGiven(name) ? resources.filledIn(target, String(name)) : `${prefix ?? 'terraform-'}${unknown}`;
  // What each of several is called is not what another one is called for each of its own.
  return hasUnknown(known) && !known.includes('::') ? unknown : known;
}

/** A role by the resource that makes it. */
export function itself(principal: ObservedResource, resources: Resources): Holder {
  return holderOf(principal.type.replace('aws_iam_', ''), `\${${principal.address}.name}`, principal, resources);
}

/** A part of an ARN: what separates them may be in an expression too. */
const PART = '(?:\\$\\{[^{}]*\\}|[^:/$])*';
const OF_HOLDER = new RegExp(`^arn:${PART}:iam::${PART}:(role|user)/(?:.*/)?((?:\\$\\{[^{}]*\\}|[^/$])+)$`);
const OF_SESSION = new RegExp(`^arn:${PART}:sts::${PART}:assumed-role/(${PART})/`);

/** One who is named as a principal: a role or a user by its ARN is that one. An account, which leaves it to its own policies, is nobody yet. */
export function principalOf(principal: string, from: Pick<ObservedResource, 'scope'>, resources: Resources): Holder {
  const name = `principal ${displayed(principal)}`;
  const target = resources.target(from, principal);
  const [, type] = /^(?:data\.)?aws_iam_(.*)$/.exec(target?.type ?? '') ?? [];
  if (type !== undefined) return { ...holderOf(type, principal, from, resources), name };
  const written = resources.filledIn(from, principal);
  const [, kind = 'role', called = OF_SESSION.exec(written)?.[1]] = OF_HOLDER.exec(written) ?? [];
  if (called !== undefined) {
    const holder = holderOf(kind, called, from, resources);
    return { ...holder, name, isNobody: isUnsure(holder) };
  }
  return { identity: `principal ${written}`, name, isNobody: hasUnknown(written) || /:root$|^\d{12}$/.test(written) };
}

/** One whose name only Terraform knows may be one of those who may. */
function isUnsure({ identity, madeBy }: Holder): boolean {
  return madeBy === undefined && hasUnknown(identity);
}

/** One who was written down in words, with references in them. */
export function writtenDown(words: string, from: Pick<ObservedResource, 'scope'>, resources: Resources): Holder {
  const [, kind, value] = /^(principal|role|user|group) (.+)$/s.exec(words) ?? [];
  const holder = kind === 'principal' ? principalOf(value, from, resources) : kind && holderOf(kind, value, from, resources);
  return { ...(holder || { identity: resources.filledIn(from, words) }), name: displayed(words) };
}
