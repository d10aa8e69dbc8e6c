/** Where a command writes, and what it reads of the environment. */
export interface CommandContext {
  readonly environment: NodeJS.ProcessEnv;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}
