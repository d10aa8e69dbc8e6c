import { TerraformStack, Tokenization } from 'cdktf';
import { IConstruct } from 'constructs';
import { createHash } from 'node:crypto';
import { badInput } from '../input/input';
import { readableName } from './readable-name';
import { ReferenceResolver } from './reference-resolver';

/** The longest readable part of an id, and of an object's name. */
const MAX_ID = 60;
const MAX_NAME = 40;

/** How many digits of a digest tell values apart: 48 bits, which do not collide by chance, nor within a day on purpose. */
const DIGITS = 12;

/** What ends like this could be taken for a slug and its digest, and therefore never stands without one. */
const LOOKS_DIGESTED = /(^|-)[0-9a-f]{12}$/;

/**
 * What a value is, as text: equal for equal values, in whatever order their members are given, and different for different ones. What is known only
 * to Terraform is told apart by its expression and the stack that it comes from.
 */
export function identityOf(scope: IConstruct, value: unknown): string {
  return canonical(Tokenization.resolve(value, { scope, resolver, preparing: false }));
}

/**
 * The id of a construct that stands for a value: the same for the same value, another for another. It is the value itself where that is fit to be an
 * id, and otherwise a readable part of it and a digest of the whole.
 *
 * @param readable what a reader knows the value by
 */
export function idFor(scope: IConstruct, readable: string, value: unknown = readable): string {
  return slugWithDigest(slugOf(readableName(scope, readable), MAX_ID), identityOf(scope, value));
}

/**
 * The part of an object's name that stands for a value, as Kubernetes and AWS accept it anywhere in a name: lower-case letters, digits and hyphens.
 * Two values never have one name.
 */
export function nameFor(scope: IConstruct, readable: string, value: unknown = readable): string {
  return slugWithDigest(slugOf(readableName(scope, readable).toLowerCase(), MAX_NAME), identityOf(scope, value));
}

/** The identity of what each id below a scope stands for. */
const standing = new WeakMap<IConstruct, Map<string, string>>();

/**
 * Whether an id below a scope stands for that value already; from now on it does.
 *
 * @throws if it stands for another value, whose construct would be taken for this one's
 */
export function standsAlready(scope: IConstruct, id: string, value: unknown): boolean {
  const identities = standing.get(scope) ?? new Map<string, string>();
  standing.set(scope, identities);
  const identity = identityOf(scope, value);
  const former = identities.get(id);
  identities.set(id, former ?? identity);
  if (former === undefined || former === identity) return former !== undefined;
  throw badInput(scope, {
    given: `what would have the id ${id}, which another value has already: the two have one digest`,
    allowed: 'values with different digests',
    instead: 'the same, written otherwise: one more label, or a range in two halves',
  });
}

function slugOf(text: string, length: number): string {
  const slug = text.replace(/[^A-Za-z0-9]+/g, '-');
  return slug.replace(/^-/, '').slice(0, length).replace(/-$/, '');
}

function slugWithDigest(slug: string, identity: string): string {
  if (slug !== '' && identity === JSON.stringify(slug) && !LOOKS_DIGESTED.test(slug)) return slug;
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, DIGITS);
  return slug === '' ? digest : `${slug}-${digest}`;
}

/** JSON whose members are sorted. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

/**
 * Two stacks of one class are told apart, and no reference is taken for text. A stack of its own is not named, so that it may be renamed; an app has none of
 * its own.
 */
const resolver = new ReferenceResolver(({ identifier, originStack }, { scope }) => {
  const own = scope.node.scopes.filter((one) => TerraformStack.isStack(one)).pop();
  const origin = originStack === own ? '' : originStack.node.path;
  return `\u0000${origin}\u0000${identifier}`;
});
