import { Token } from 'cdktf';
import { IConstruct } from 'constructs';

/** Where a value came from: the construct that was given it, or, before there is one, the name of the factory. */
export type Scope = IConstruct | string;

/** What was wrong with an input, in the words that the person who wrote it needs. */
interface BadInput {
  /** What was given, as the user would recognise it. Never the value of a secret. */
  readonly given: string;
  /** What is allowed. */
  readonly allowed: string;
  /** What to write instead. */
  readonly instead: string;
}

/** The error for an input that cannot be accepted: it names the place, what was given, what is allowed and what to write. */
export function badInput(scope: Scope, input: BadInput): Error {
  const where = typeof scope === 'string' ? scope : scope.node.path;
  return new Error(`${where}: ${input.given}. Allowed: ${input.allowed}. Instead: ${input.instead}.`);
}

/** A value as its author wrote it, so that a number is told from a text of digits. Not for what may be a secret. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `${JSON.stringify(value)}, a string`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** As `shown`, where a text is what is asked for, so that it need not be told. */
export function quoted(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : shown(value);
}

/** Whether a value is known only when Terraform runs. Such a value is let through every check. */
export function isUnknown(value: unknown): boolean {
  return Token.isUnresolved(value);
}

/** Throws unless the value is a whole number from `min` to `max`, or unknown. */
export function requireWholeNumber(
  scope: Scope,
  name: string,
  value: number,
  range: { min: number; max: number; unit?: string; example?: number },
): void {
  if (isUnknown(value) || (Number.isInteger(value) && value >= range.min && value <= range.max)) return;
  const unit = range.unit ? ` ${range.unit}` : '';
  throw badInput(scope, {
    given: `${name} is ${shown(value)}`,
    allowed: `a whole number from ${range.min} to ${range.max}${unit}`,
    instead: `${name}: ${Math.min(Math.max(Math.round(value) || (range.example ?? range.min), range.min), range.max)}`,
  });
}

/** Throws unless the value is a member of an enum, or it is left out. The first one is proposed. */
export function requireEnumIfGiven(
  scope: Scope,
  name: string,
  value: string | undefined,
  enumName: string,
  members: { readonly [member: string]: string },
): void {
  if (value === undefined || isUnknown(value) || Object.values(members).includes(value)) return;
  const names = Object.keys(members).map((member) => `${enumName}.${member}`);
  throw badInput(scope, { given: `${name} is ${shown(value)}`, allowed: names.join(', '), instead: `${name}: ${names[0]}` });
}

/** Throws unless the value is true or false, unknown, or left out: any other would count as true or false by chance. */
export function requireBooleanIfGiven(scope: Scope, name: string, value: boolean | undefined): void {
  if (value === undefined || isUnknown(value) || typeof value === 'boolean') return;
  const meant = String(value) !== 'false';
  throw badInput(scope, { given: `${name} is ${shown(value)}`, allowed: 'true or false', instead: `${name}: ${meant}` });
}

/** Throws unless the value is a list whose members are known, or it is left out. */
export function requireListIfGiven(scope: Scope, name: string, values: readonly unknown[] | undefined): void {
  if (values === undefined) return;
  requireKnownList(scope, name, values);
  if (Array.isArray(values)) return;
  throw badInput(scope, {
    given: `${name} is ${typeof values === 'string' ? JSON.stringify(values) : shown(values)}, no list`,
    allowed: 'a list, or the option left out',
    instead: `${name}: [${typeof values === 'string' ? JSON.stringify(values) : '...'}]`,
  });
}

/** Throws where the members of a list, for each of which something is made, are known only when Terraform runs. */
export function requireKnownList(scope: Scope, name: string, values: readonly unknown[]): void {
  const isSpread = Array.isArray(values) && values.length > 1 && values.some(standsForList);
  if (!isUnknown(values) && !isSpread) return;
  throw badInput(scope, {
    given: `${name} ${isSpread ? 'has the members of' : 'is'} a list that is known only when Terraform runs`,
    allowed: 'a list of so many members as are known when synthesizing; each may be known only later',
    instead: `${name}: [0, 1, 2].map((index) => Fn.element(LIST, index))`,
  });
}

/** Whether a text is what CDK for Terraform has as the only member of a list that it does not know: beside others it is refused when all is written. */
function standsForList(value: unknown): boolean {
  return typeof value === 'string' && value.startsWith('#{TfToken[');
}

/** Throws unless the value is a plain object, or unknown: of a list or an object of a class not each member would be what was meant. */
export function requireMap(scope: Scope, name: string, value: object, example: string): void {
  if (isUnknown(value)) return;
  const prototype = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype === Object.prototype || prototype === null) return;
  throw badInput(scope, {
    given: `${name} is ${shown(value)}, no plain object`,
    allowed: 'an object of names and values',
    instead: `${name}: ${example}`,
  });
}

/** Throws unless a list has members, and so many as are known: something is made for each of them. */
export function requireNotEmpty(scope: Scope, name: string, values: readonly unknown[], instead: string): void {
  requireKnownList(scope, name, values);
  if (Array.isArray(values) && values.length > 0) return;
  throw badInput(scope, {
    given: Array.isArray(values) ? `${name} is empty` : `${name} is ${values === undefined ? 'missing' : 'no list'}`,
    allowed: 'a list of at least one',
    instead,
  });
}

/** Throws where an option that must be given is not, as a caller in a language without types may have it. */
export function requireMembers(scope: Scope, props: object, options: { [option: string]: string }): void {
  for (const [option, example] of Object.entries(options)) {
    const value = (props as any)?.[option];
    if (value !== undefined && value !== null) continue;
    throw badInput(scope, {
      given: `${option} is ${value}`,
      allowed: 'a value: it must be given',
      instead: `${option}: ${example}`,
    });
  }
}
