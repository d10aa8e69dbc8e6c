import type { Attack } from '../attack/attack';
import { isAnswer, isRefusal, Listener } from '../attack/listener';
import { Check, found, notTried, passed, placeOf, provesNothing } from '../probe';
import { Identity } from '../x509/make-certificate';

const NOT_ASKED = 'no client certificate was given (--cert, --key) and no port asks for one: clients need none here, it seems';

/** Whether clients need a certificate: the user has one, or some port asks for one. */
export function clientsAreVerified(attack: Attack): boolean {
  const isAsked = ({ verifiesClients, facts }: Listener) => verifiesClients || facts.asksForCertificate;
  return attack.options.material.client !== undefined || attack.listeners.some(isAsked);
}

/** Greets each listener without a client certificate. */
export function withoutCertificate(attack: Attack): Check[] {
  return attack.listeners.map((listener) => {
    const where = placeOf(listener);
    const { bare, own, plain, tls } = listener.facts;
    if (!listener.isOpen) return notTried(where, listener.obstacle!);
    if (!clientsAreVerified(attack)) return notTried(where, NOT_ASKED);
    const reply = tls ? bare! : plain;
    if (isAnswer(reply)) return found(where, `${listener.name} answers a client without a certificate`, reply);
    if (isRefusal(reply, tls ? own : undefined)) return passed(where, reply);
    return provesNothing(where, reply);
  });
}

/**
 * Greets each listener that verifies clients with a certificate that should not do. `good` is one of the same CA that should: where that is refused
 * too, the other one proves nothing.
 */
export async function withBadCertificate(attack: Attack, client: Identity, kind: string, good?: Identity): Promise<Check[]> {
  const checks: Check[] = [];
  for (const listener of attack.listeners) checks.push(await present(attack, listener, client, kind, good));
  return checks;
}

async function present(attack: Attack, listener: Listener, client: Identity, kind: string, good?: Identity): Promise<Check> {
  const where = placeOf(listener);
  if (!listener.isOpen) return notTried(where, listener.obstacle!);
  if (!clientsAreVerified(attack)) return notTried(where, NOT_ASKED);
  if (listener.verifiesClients === false) {
    return notTried(
      where,
      `${listener.name} answers without a client certificate, which the probe no-client-certificate reports`,
    );
  }
  const proof = good && (await listener.greetAs(good));
  if (proof && !isAnswer(proof)) {
    return notTried(where, `a good certificate of the CA that was given is not taken either: ${proof.received}`, proof);
  }
  const reply = await listener.greetAs(client);
  if (isAnswer(reply)) return found(where, `${listener.name} answers a client whose certificate is ${kind}`, reply);
  return isRefusal(reply, proof ?? listener.facts.own) ? passed(where, reply) : provesNothing(where, reply);
}
