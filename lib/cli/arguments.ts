import { isIP } from 'node:net';
import { parseArgs, ParseArgsConfig } from 'node:util';
import { UsageError } from './usage-error';

/** An option that takes a text, one that may be given again, and one that takes nothing. */
export const text = { type: 'string' } as const;
export const texts = { type: 'string', multiple: true } as const;
export const flag = { type: 'boolean' } as const;

/** Whether it is an address, or the name of a host. */
export function isHost(given: string): boolean {
  return isIP(given) !== 0 || /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(given);
}

/** The options and arguments of a command; throws where one is not known. */
export function parsed<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
