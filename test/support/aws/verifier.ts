import { gzipSync } from 'node:zlib';
import { SynthesizedStack } from '../synth';

/** What a node is sent to verify its cluster, by its parts. */
export interface Verifier {
  /** The arguments of the node's program. */
  readonly args: string[];
  /** The program that attacks. */
  readonly program: string;
  /** All of it, as Terraform writes it into the document, for a shell. */
  readonly script: string;
}

/** A text of Terraform's as it is once Terraform has read it. */
const read = (text: string) => text.replace(/\$\$\{/g, '${').replace(/%%\{/g, '%{');

/** What a synthesized stack sends to the node that verifies the cluster. */
export function verifierOf({ json }: SynthesizedStack): Verifier {
  const [, content] = Object.entries<string>(json.locals).find(([name]) => /VerificationAfterApply_Content/.test(name))!;
  const [, install, command, program] = /"runCommand" = \[local\.(\w+), "(.*<<<')\$\{base64gzip\(local\.(\w+)\)\}'"\]/.exec(
    content,
  )!;
  const text = read(json.locals[program]);
  return {
    args: [...command.matchAll(/'([^']*)'/g)].map(([, arg]) => arg),
    program: text,
    script: [read(json.locals[install]), `${command}${gzipSync(text).toString('base64')}'`, ''].join('\n'),
  };
}
