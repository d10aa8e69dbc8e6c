import { Token } from 'cdktf';
import { IConstruct } from 'constructs';

/** Where a value came from: the construct that was given it, or, before there is one, the name of the factory. */
export type Place = IConstruct | string;

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
export function badInput(place: Place, input: BadInput): Error {
  const where = typeof place === 'string' ? place : place.node.path;
  return new Error(`${where}: ${input.given}. Allowed: ${input.allowed}. Instead: ${input.instead}.`);
}

/** Whether a value is known only when Terraform runs. Such a value is let through every check. */
export function isUnknown(value: unknown): boolean {
  return Token.isUnresolved(value);
}

/** Throws unless the value is a whole number from `min` to `max`, or unknown. */
export function requireWholeNumber(
  place: Place,
  name: string,
  value: number,
  range: { min: number; max: number; unit?: string },
): void {
  if (isUnknown(value) || (Number.isInteger(value) && value >= range.min && value <= range.max)) return;
  const unit = range.unit ? ` ${range.unit}` : '';
  throw badInput(place, {
    given: `${name} is ${value}`,
    allowed: `a whole number from ${range.min} to ${range.max}${unit}`,
    instead: `${name}: ${Math.min(Math.max(Math.round(value) || range.min, range.min), range.max)}`,
  });
}

/** Throws when two options were given that exclude each other, or a list that must not be empty is. */
export function requireNotEmpty(place: Place, name: string, values: readonly unknown[], instead: string): void {
  if (isUnknown(values) || values.length > 0) return;
  throw badInput(place, { given: `${name} is empty`, allowed: 'at least one', instead });
}

/** Static text that goes into a Terraform string: Terraform's own `${` and `%{` are escaped. Must hold no tokens. */
export function escapeForTerraform(text: string): string {
  return text.replace(/[$%](?=\{)/g, (sign) => sign + sign);
}
