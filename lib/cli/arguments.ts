import { parseArgs, ParseArgsConfig } from 'node:util';
import { UsageError } from './usage-error';

/** The options and arguments of a command; throws where one is not known. */
export function parsed<Config extends ParseArgsConfig>(config: Config): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
