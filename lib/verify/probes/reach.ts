import type { Attack } from '../attack/attack';
import { Check, found, passed } from '../probe';
import { HelloAnswer, MODERN_SUITES, sayHello, TLS_1_3 } from '../wire/hello';

/** Whether a port can be connected to, and what it says to a handshake. */
export function reach({ target, options }: Attack, port: number): Promise<HelloAnswer> {
  return sayHello({ ...target, port }, { version: TLS_1_3, suites: MODERN_SUITES, protocol: 'h2' }, options.timeoutSeconds);
}

/** A port that should not be reachable from here. */
export async function shouldBeClosed(attack: Attack, port: number, name: string, what: string): Promise<Check> {
  const where = `${name} (${port})`;
  const answer = await reach(attack, port);
  const evidence = { sent: 'a connection, and a handshake', received: helloText(answer) };
  return answer.kind === 'unreachable' ? passed(where, evidence) : found(where, what, evidence);
}

export function helloText(answer: HelloAnswer): string {
  return answer.kind === 'accepted' ? 'connected, TLS' : `${answer.kind}: ${answer.why}`;
}
