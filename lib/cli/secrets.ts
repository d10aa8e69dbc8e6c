import { readFileSync } from 'node:fs';
import { UsageError } from './usage-error';

/** What people take for the option that takes a key. */
const KEY_OPTIONS = /^--?(api-?key|read-?only-?(api-?)?key|admin-?(api-?)?key|token|password|secret)(=|$)/i;

/** A token, a UUID, or so many letters and digits in a row as no host and no word has. */
const KEY_FORMS = [
  /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/,
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  /^[\w+=-]*(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{20,}[\w+=-]*$/,
];

/** Names of collections are often UUIDs, or hashes. */
const NAME_OPTIONS = /^--(collection|as)=/;

const INSTEAD = 'set QDRANT_API_KEY or QDRANT_READ_ONLY_API_KEY, or name a file with --api-key-file or --read-only-key-file';

/** Throws where an argument is a key. It is not repeated: whoever reads the log would have it too. */
export function refuseKeys(args: string[], environment: NodeJS.ProcessEnv): void {
  const { QDRANT_API_KEY, QDRANT_READ_ONLY_API_KEY, QDRANT_THROWAWAY_API_KEY } = environment;
  const given = [QDRANT_API_KEY, QDRANT_READ_ONLY_API_KEY, QDRANT_THROWAWAY_API_KEY].filter(Boolean);
  for (const [index, argument] of args.entries()) {
    const isName = NAME_OPTIONS.test(argument) || (NAME_OPTIONS.test(`${args[index - 1]}=`) && !argument.startsWith('-'));
    const value = argument.replace(/^--?[\w-]+=/, '');
    if (KEY_OPTIONS.test(argument)) throw refusal(argument.split('=')[0]);
    if (given.includes(value) || (!isName && KEY_FORMS.some((form) => form.test(value)))) {
      throw refusal(argument.startsWith('-') ? argument.split('=')[0] : `argument ${index + 1}`);
    }
  }
}

function refusal(what: string): UsageError {
  return new UsageError(
    `${what} is, or looks like, a key. Everyone on this machine sees the arguments of a program, and shells keep them: ${INSTEAD}`,
  );
}

/** A key of the environment, or of a file. One that is empty is none. */
export function readKey(environment: string | undefined, file: string | undefined, option: string): string | undefined {
  const key = file === undefined ? environment : readText(file, option).replace(/\r?\n$/, '');
  if (file !== undefined && !key) throw new UsageError(`the file that ${option} names is empty`);
  return key === '' ? undefined : key;
}

/** The text of a file that an option names. */
export function readText(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // Its name is not repeated: it may be a key that was meant for another option.
    throw new UsageError(`the file that ${option} names cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
