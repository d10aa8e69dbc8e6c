import type { Attack } from '../attack/attack';
import type { Listener } from '../attack/listener';
import { Check, found, notTried, passed, placeOf } from '../probe';
import { Hello, HelloAnswer, sayHello, versionName } from '../wire/hello';

/** A handshake that no server should accept. */
export interface BadOffer extends Omit<Hello, 'protocol'> {
  readonly name: string;
  /** Whether what the server chose is what it was offered, and not something better. */
  readonly isBad: (chosen: { version: number; suite: number }) => boolean;
}

/** Offers handshakes to each listener that speaks TLS. */
export async function offerToEach(attack: Attack, offers: BadOffer[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const listener of attack.listeners) checks.push(await offerTo(attack, listener, offers));
  return checks;
}

async function offerTo({ target, options }: Attack, listener: Listener, offers: BadOffer[]): Promise<Check> {
  const where = placeOf(listener);
  const { control, tls } = listener.facts;
  if (!listener.isOpen) return notTried(where, listener.obstacle!);
  const accepted: string[] = [];
  const unanswered: string[] = [];
  for (const { name, isBad, ...hello } of offers) {
    const offer = { ...hello, protocol: listener.wire.protocol };
    const answer = await sayHello({ ...target, port: listener.port }, offer, options.timeoutSeconds);
    if (answer.kind === 'silent' || answer.kind === 'unreachable') unanswered.push(`${name}: ${answer.why}`);
    if (answer.kind === 'accepted' && isBad(answer)) accepted.push(`${name} (${chosenText(answer)})`);
  }
  const sent = `handshakes that offer nothing but ${offers.map(({ name }) => name).join(', ')}`;
  if (accepted.length > 0) {
    return found(where, `${listener.name} accepts ${accepted.join(', ')}`, {
      sent,
      received: `accepted: ${accepted.join(', ')}`,
    });
  }
  if (!tls) return notTried(where, `${listener.name} speaks no TLS`);
  // That it is accepted is proof by itself; a refusal is one only where a good handshake is not refused.
  if (control.kind !== 'accepted') return notTried(where, `a handshake of today is not accepted either: ${control.why}`);
  if (unanswered.length > 0) return notTried(where, unanswered.join(', '));
  return passed(where, { sent, received: 'each was refused' });
}

function chosenText({ version, suite }: Extract<HelloAnswer, { kind: 'accepted' }>): string {
  return `${versionName(version)}, cipher 0x${suite.toString(16).padStart(4, '0')}`;
}
