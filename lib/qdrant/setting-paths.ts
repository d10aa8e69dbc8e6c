import { badInput, isUnknown } from '../input/input';
import { isSection } from './setting-catalog';

/**
 * What was given of settings, each by its whole path: a section may be given as an object of its settings, which are then checked one by one.
 *
 * @throws if a setting is given both by its path and within its section
 */
export function settingsByPath(scope: string, given: { readonly [path: string]: any }): { [path: string]: any } {
  const settings = Object.entries(given).flatMap(([path, value]) => withinSection(path, value));
  const paths = settings.map(([path]) => path);
  const twice = paths.find((path, index) => paths.indexOf(path) < index);
  if (twice === undefined) return Object.fromEntries(settings);
  throw badInput(scope, {
    given: `the setting "${twice}" is given twice, by its path and within its section`,
    allowed: 'each setting once',
    instead: `additional: { '${twice}': VALUE } alone`,
  });
}

/** The error for a setting that was given both to be checked and not to be. */
export function givenTwice(scope: string, path: string): Error {
  return badInput(scope, {
    given: `"${path}" is in settings.additional and in settings.unchecked`,
    allowed: 'each setting once',
    instead: `additional: { '${path}': VALUE }, or unchecked where this library does not know the value`,
  });
}

/** An object without members stays, to be refused as a section. */
function withinSection(path: string, value: unknown): Array<[string, unknown]> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !isUnknown(value);
  if (!isObject || !isSection(path) || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([name, item]) => withinSection(`${path}.${name}`, item));
}
