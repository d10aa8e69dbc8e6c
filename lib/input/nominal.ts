import { badInput, Scope } from './input';

/** A class of the library's. */
interface NamedClass {
  readonly name: string;
  readonly prototype: object;
}

/**
 * Throws unless a value was made by a class of the library's own: an object that only looks like one went through none of its checks.
 *
 * @param option what was given, for example `apiKeys`
 * @param instead how one is made
 */
export function requireInstance(scope: Scope, option: string, value: unknown, type: NamedClass, instead: string): void {
  if (value instanceof (type as unknown as abstract new (...args: never[]) => object)) return;
  throw badInput(scope, {
    given: `${option} is ${describe(value, type)}`,
    allowed: `${/^[AEIO]/.test(type.name) ? 'an' : 'a'} ${type.name} that this library made`,
    instead,
  });
}

/** As `requireInstance`, where an option is left out too. */
export function requireInstanceIfGiven(scope: Scope, option: string, value: unknown, type: NamedClass, instead: string): void {
  if (value !== undefined) requireInstance(scope, option, value, type, instead);
}

/** Says what a value is without showing it, as it may be a secret. */
function describe(value: unknown, { name }: NamedClass): string {
  if (value === undefined || value === null) return `${value}, no ${name}`;
  if (typeof value !== 'object') return `a ${typeof value}, no ${name}`;
  if (Array.isArray(value)) return `a list, no ${name}`;
  const { constructor } = value;
  if (constructor === undefined || constructor === Object) return `a plain object, no ${name}`;
  if (constructor.name === name) return `a ${name} of another target, or of a second copy of the library`;
  return `of the class ${constructor.name}, no ${name}`;
}
