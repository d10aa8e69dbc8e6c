import { badInput, isUnknown, quoted } from '../input/input';

/** The kinds of value that settings take, as the catalog names them. */
const kinds: Record<string, { allowed: string; example: string; accepts: (value: unknown) => boolean }> = {
  flag: { allowed: 'true or false', example: 'true', accepts: (value) => typeof value === 'boolean' },
  text: { allowed: 'a text', example: '"..."', accepts: (value) => typeof value === 'string' && value !== '' },
  prefix: {
    allowed: 'a text of letters, digits and underscores',
    example: '"vectors_"',
    accepts: (value) => typeof value === 'string' && /^[a-zA-Z0-9_]+$/.test(value),
  },
  count: { allowed: 'a whole number from 1 on', example: '1', accepts: (value) => isWhole(value) && value >= 1 },
  number: { allowed: 'a whole number from 0 on', example: '0', accepts: (value) => isWhole(value) && value >= 0 },
  integer: { allowed: 'a whole number', example: '0', accepts: isWhole },
  amount: { allowed: 'a number from 0 on', example: '1.5', accepts: (value) => isFinite(value) && value >= 0 },
  numbers: {
    allowed: 'a list of whole numbers from 0 on',
    example: '[0]',
    accepts: (value) => isListOf(value, (item) => isWhole(item) && item >= 0),
  },
  events: {
    allowed: 'a list of "new", "enter", "exit" and "close"',
    example: '["new", "close"]',
    accepts: (value) => isListOf(value, (item) => ['new', 'enter', 'exit', 'close'].includes(item as string)),
  },
  fraction: {
    allowed: 'a number from 0 to 1',
    example: '0.2',
    accepts: (value) => isFinite(value) && value >= 0 && value <= 1,
  },
  quota: {
    allowed: 'a whole number from 1 to 100',
    example: '90',
    accepts: (value) => isWhole(value) && value >= 1 && value <= 100,
  },
  margin: {
    allowed: 'a whole number from 0 to 100',
    example: '5',
    accepts: (value) => isWhole(value) && value >= 0 && value <= 100,
  },
};

/** Kinds of which `null` means that there is no limit. */
const LIMITS = ['count', 'number', 'numbers', 'integer', 'amount'];

/**
 * Throws unless a setting takes the value, or it is unknown.
 *
 * @param option what was given: an option, or the setting's path
 * @param of the kinds that the setting takes, `"..."` for one of its words; undefined where that is not known
 */
export function checkSettingValue(scope: string, option: string, value: unknown, of?: string[]): void {
  if (isUnknown(value)) return;
  if (!of) return checkPlain(scope, option, value);
  if (value === null && of.some((kind) => LIMITS.includes(kind))) return;
  const words = of.flatMap((kind) => (kinds[kind] ? [] : [kind.replace(/"/g, '')]));
  if (words.includes(value as string) || of.some((kind) => kinds[kind]?.accepts(value))) return;
  throw badInput(scope, {
    given: `${option} is ${quoted(value)}`,
    allowed: of.map((kind) => kinds[kind]?.allowed ?? kind.replace(/^([^"].*)$/, '"$1"')).join(', or '),
    instead: `${option}: ${kinds[of[0]]?.example ?? of[0]}`,
  });
}

/** Throws unless a value is one that a configuration file can hold: no function, no number that is none, no name that is more than a name. */
function checkPlain(scope: string, option: string, value: unknown): void {
  if (value === null || isUnknown(value) || ['string', 'boolean'].includes(typeof value)) return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (Array.isArray(value)) return value.forEach((item, index) => checkPlain(scope, `${option}[${index}]`, item));
  if (typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    return Object.entries(value).forEach(([name, item]) => {
      if (/^[\w-]+$/.test(name)) return checkPlain(scope, `${option}.${name}`, item);
      throw badInput(scope, {
        given: `${option} has the member ${quoted(name)}`,
        allowed: 'letters, digits, hyphens and underscores',
        instead: 'a name',
      });
    });
  }
  throw badInput(scope, {
    given: `${option} is ${quoted(value)}`,
    allowed: 'a text, a number, true or false, or a list or an object of those',
    instead: `${option}: 1`,
  });
}

function isListOf(value: unknown, accepts: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isUnknown(item) || accepts(item));
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}
