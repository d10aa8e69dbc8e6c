import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { apiKey, bearer, token } from '../attack/credentials';
import type { Listener } from '../attack/listener';
import { Check, NO_KEY_ASKED, notTried, onEach, Outcome, placeOf, Probe, shouldBeDenied } from '../probe';

export const unsignedToken: Probe = {
  id: 'unsigned-token',
  severity: FindingSeverity.ERROR,
  title: 'A token (JWT) that nobody signed is taken',
  sends: 'asks for the list of collections with tokens of the algorithm none, and signed with an empty key',
  setting: 'service.api_key, not empty; Qdrant 1.19 or later; no proxy that checks tokens in its place',
  construct: 'apiKeys, which are never empty; version: QdrantVersion.V1_19_0',
  run: (attack) => onEach(attack.clientListeners, (listener) => tryTokens(attack, listener)),
};

async function tryTokens(attack: Attack, listener: Listener): Promise<Check> {
  if ((await attack.asksForKey(listener)).verdict === 'allowed') return notTried(placeOf(listener), NO_KEY_ASKED);
  const claims = { access: 'm', exp: Math.floor(Date.now() / 1000) + 300 };
  let check: Check | undefined;
  for (const [value, label] of [
    [token(claims, 'none'), 'a token of the algorithm none'],
    [token(claims, 'HS256'), 'a token that is signed with an empty key'],
  ]) {
    for (const credentials of [apiKey(value, label, false), bearer(value, `${label}, as a bearer token`, false)]) {
      const reply = await attack.list(listener, credentials);
      check = shouldBeDenied(placeOf(listener), reply, `${listener.name} takes ${label}`);
      if (check.outcome !== Outcome.PASSED) return check;
    }
  }
  return check!;
}
