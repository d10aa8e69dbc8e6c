import { CommandContext } from './command-context';
import { UsageError } from './usage-error';

/** What a command does with its arguments; the exit status. */
export type Command = (args: string[], context: CommandContext) => Promise<number>;

/** What a command has to do with, where it is run by itself. */
export const PROCESS: CommandContext = {
  environment: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/** Runs a command; one that was not given what it needs says so in one line. */
export async function runCommand(command: Command, args: string[], context: CommandContext): Promise<number> {
  try {
    return await command(args, context);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    context.err(`error: ${error.message}\n`);
    return 2;
  }
}

/** Runs a command as a program of its own, which has nothing beside it. */
export function runAsProgram(command: Command): void {
  // Whatever ends the program before it has decided: nothing was proved.
  process.exitCode = 2;
  runCommand(command, process.argv.slice(2), PROCESS).then(
    (status) => (process.exitCode = status),
    (error) => process.stderr.write(`error: ${error.message}\n`),
  );
}
