import { badInput, quoted, Scope } from './input';

const DAY = 24 * 60 * 60 * 1000;

/** Throws unless the value is a day of the calendar as `2027-03-31`, or it is left out. It is compared when synthesizing, so it must be known then. */
export function requireDayIfGiven(scope: Scope, name: string, value: string | undefined): void {
  if (value === undefined || isDay(value)) return;
  throw badInput(scope, {
    given: `${name} is ${quoted(value)}, no day of the calendar`,
    allowed: 'a day as YYYY-MM-DD, known when synthesizing',
    instead: `${name}: "2027-03-31", for example`,
  });
}

/** The day that so many days come after another. */
export function daysAfter(day: string, count: number): string {
  return dayOf(Date.parse(day) + count * DAY);
}

/** The day of a time, in UTC. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** JavaScript takes the 30th of February for the 2nd of March. */
function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const time = Date.parse(value);
  return !Number.isNaN(time) && dayOf(time) === value;
}
