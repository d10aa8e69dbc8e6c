import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandContext } from './command-context';
import { Command, PROCESS, runCommand } from './run-command';

// Each is loaded once it is asked for: a client that verifies needs nothing of CDK for Terraform.
const COMMANDS: { [name: string]: { readonly run: Command; readonly what: string } } = {
  posture: {
    run: async (args, context) => (await import('./posture')).postureCommand(args, context),
    what: 'reads what is synthesized, planned or running as resources, and says who reaches what',
  },
  verify: {
    run: async (args, context) => (await import('./verify')).verifyCommand(args, context),
    what: 'attacks a running Qdrant, and says what is open and how to close it',
  },
  ops: {
    run: async (args, context) => (await import('./ops')).opsCommand(args, context),
    what: 'operates a running cluster: status, rebalance, drain, repair, preflight, backup, restore, check-backup',
  },
  tokens: {
    run: async (args, context) => (await import('./tokens')).tokensCommand(args, context),
    what: 'signs the tokens of grantCollections(), in a pod',
  },
};

const HELP = `cdktf-qdrant COMMAND [OPTIONS]

${Object.entries(COMMANDS)
  .map(([name, { what }]) => `  ${name}  ${what}`)
  .join('\n')}

cdktf-qdrant COMMAND --help tells the options of a command, cdktf-qdrant --version the release.
`;

/** Runs a command of `cdktf-qdrant`; the exit status. */
export async function main(args: string[], context: CommandContext = PROCESS): Promise<number> {
  const [name, ...others] = args;
  if (name === '--help' || name === 'help') {
    context.out(HELP);
    return 0;
  }
  if (name === '--version') {
    context.out(`${JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')).version}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  if (!command) {
    context.err(name === undefined ? HELP : `error: there is no such command. Commands: ${Object.keys(COMMANDS).join(', ')}\n`);
    return 2;
  }
  return runCommand(command.run, others, context);
}
