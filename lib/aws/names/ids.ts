import { badInput, isUnknown, Place } from '../../input/input';

/** Throws unless the id is one of AWS's, or unknown. */
export function checkId(place: Place, what: string, id: string, pattern: RegExp, example: string): void {
  if (isUnknown(id) || (typeof id === 'string' && pattern.test(id))) return;
  throw badInput(place, {
    given: `${what} is ${JSON.stringify(id)}, no id`,
    allowed: `an id such as ${example}`,
    instead: `"${example}"`,
  });
}

/** As `checkId`, of each of a list. */
export function checkIds(place: Place, what: string, ids: string[], pattern: RegExp, example: string): void {
  ids.forEach((id, index) => checkId(place, `${what}[${index}]`, id, pattern, example));
}
