import { isUnknown } from '../input/input';

/** What begins an expression or a directive of Terraform's, save the encoded references of CDK for Terraform. */
const TEMPLATE = /([$%])\{(?!TfToken\[)/g;

/** A reference of CDK for Terraform within a text. */
const REFERENCE = /\$\{TfToken\[[^\]]*\]\}/g;

/** What stands for a reference in `withoutReferences`: no text that anybody writes has it. */
export const A_REFERENCE = '\u0000';

/** Text with one character in place of each reference, so that what was written beside them can be looked at. */
export function withoutReferences(text: string): string {
  return text.replace(REFERENCE, A_REFERENCE);
}

/**
 * Text as its author wrote it: what Terraform would take for an expression (`${`) or a directive (`%{`) is escaped. References are kept.
 */
export function literalText(text: string): string {
  // Beside a reference, CDK for Terraform takes `${` for the begin of an expression, which must therefore end.
  const dollar = isUnknown(text) ? '${"$"}{' : '$${';
  return text.replace(TEMPLATE, (_, sign) => (sign === '$' ? dollar : '%%{'));
}

/** Each text within a plain object or list as its author wrote it. What is of a class stays as it is. */
export function literally<T>(value: T): T {
  if (typeof value === 'string') return literalText(value) as T;
  if (Array.isArray(value)) return (isUnknown(value) ? value : value.map((item) => literally(item))) as T;
  if (!isPlain(value) || isUnknown(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [literalText(name), literally(item)])) as T;
}

/** JSON, or YAML whose texts are quoted, within a text of Terraform's: a brace that would begin an expression is written by its number. */
export function literalJson(json: string): string {
  return json.replace(TEMPLATE, '$1\\u007b');
}

function isPlain(value: unknown): value is { [name: string]: unknown } {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
