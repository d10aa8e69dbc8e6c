import { badInput, isUnknown, Scope } from '../../input/input';

/** Throws unless the id is one of AWS's, or unknown. */
export function checkId(scope: Scope, what: string, id: string, pattern: RegExp, example: string): void {
  if (isUnknown(id) || (typeof id === 'string' && pattern.test(id))) return;
  throw badInput(scope, {
    given: `${what} is ${JSON.stringify(id)}, no id`,
    allowed: `an id such as ${example}`,
    instead: `"${example}"`,
  });
}

/** As `checkId`, of each of a list. */
export function checkIds(scope: Scope, what: string, ids: string[], pattern: RegExp, example: string): void {
  ids.forEach((id, index) => checkId(scope, `${what}[${index}]`, id, pattern, example));
}
