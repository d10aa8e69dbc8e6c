import { secretName } from '../judge';
import { ListenerReport, SecretReport } from './report';

/** What every report says in the same words. */
export const NOTHING_FOUND = 'No Qdrant was found: no instance, workload or security group that concerns it.';
export const NO_READER = 'no reader is known';

const RULES = 'https://github.com/cdktf-qdrant/cdktf-qdrant/blob/main/docs/rules.md';

/** The address of what is written about a rule. */
export function pageOf(ruleId: string): string {
  return `${RULES}#${ruleId.toLowerCase()}`;
}

/** A listener, as findings call it. */
export function listenerName({ purpose, port, at }: ListenerReport): string {
  return `${purpose} (port ${port}) of ${at}`;
}

/** Who may read a secret. */
export function readersOf({ readers }: SecretReport): string {
  return readers.join(', ') || NO_READER;
}

/** A secret, where it is kept, and who may read it. */
export function secretText(secret: SecretReport): string {
  return `${secretName(secret)}: ${readersOf(secret)}`;
}
