import { closest, distance } from 'fastest-levenshtein';
import { badInput, isUnknown, Scope, shown } from './input';

/**
 * The names of an interface's options: TypeScript refuses a list that lacks one, or has one too many. What is a `reference` names what was made elsewhere, as a
 * class of storage: it may be left out, but is not undefined.
 */
export type OptionNames<Options> = { readonly [name in keyof Required<Options>]: true | 'reference' };

/**
 * Throws unless what was given is an object that has options of these names only, as a caller without types may misspell one: it would silently be lost.
 * So would be a reference that is undefined, as an attribute of another resource is that this version of its provider calls by another name.
 *
 * @param within the option that the object stands in, for example `dataVolume`; undefined where it is the argument itself
 */
export function requireOptions<Options>(
  scope: Scope,
  within: string | undefined,
  given: Options,
  names: OptionNames<Options>,
): void {
  if (isUnknown(given)) return;
  if (given === null || typeof given !== 'object' || Array.isArray(given)) throw noObject(scope, within, given, names);
  requireNoLostReference(scope, within, given, names);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  const meant = nearestName(unknown, Object.keys(names));
  throw badInput(scope, {
    given: `${within === undefined ? '' : `${within}.`}${unknown} is no option`,
    allowed: Object.keys(names).join(', '),
    instead: meant ?? 'leave it out',
  });
}

function requireNoLostReference<Options>(
  scope: Scope,
  within: string | undefined,
  given: Options & object,
  names: OptionNames<Options>,
): void {
  const isLost = (name: keyof Options) => names[name] === 'reference' && name in given && given[name] === undefined;
  const lost = (Object.keys(names) as Array<keyof Options & string>).find(isLost);
  if (lost === undefined) return;
  throw badInput(scope, {
    given: `${within === undefined ? '' : `${within}.`}${lost} is undefined`,
    allowed: 'a value, or the option left out',
    instead: `the text itself, as ${lost}: "search", as an attribute of another resource may not exist in this version of its provider; what may be left out is handed on by ...(${lost} !== undefined && { ${lost} })`,
  });
}

/** As `requireOptions`, where the object is left out too. */
export function requireOptionsIfGiven<Options>(
  scope: Scope,
  within: string,
  given: Options | undefined,
  names: OptionNames<Options>,
): void {
  if (given !== undefined) requireOptions(scope, within, given, names);
}

function noObject<Options>(scope: Scope, within: string | undefined, given: unknown, names: OptionNames<Options>): Error {
  return badInput(scope, {
    given: `${within === undefined ? 'the options are' : `${within} is`} ${shown(given)}`,
    allowed: `an object with ${Object.keys(names).join(', ')}`,
    instead: within === undefined ? '{ NAME: VALUE }, with what must be given' : `${within}: { NAME: VALUE }, or leave it out`,
  });
}

/** The name that was probably meant, or undefined. */
function nearestName(name: string, names: string[]): string | undefined {
  const given = name.toLowerCase();
  const nearest = names.find(
    (known) =>
      known.toLowerCase() ===
      closest(
        given,
        names.map((each) => each.toLowerCase()),
      ),
  )!;
  if (distance(given, nearest.toLowerCase()) <= Math.max(2, name.length / 5)) return nearest;
  const longer = names.filter((known) => known.startsWith(name) || name.startsWith(known));
  return longer.length === 1 ? longer[0] : undefined;
}
