import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The programs that are read already. */
const programs = new Map<string, string>();

/**
 * A program of `cdktf-qdrant` as one file that needs nothing but Node 20, as `scripts/bundle.js` makes it.
 *
 * @param name its file in `lib/cli/programs`
 */
export function bundledProgram(name: 'verify' | 'tokens'): string {
  const program = programs.get(name) ?? readFileSync(join(__dirname, 'bundles', `${name}.js`), 'utf8');
  programs.set(name, program);
  return program;
}
