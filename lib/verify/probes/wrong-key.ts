import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { apiKey, bearer, randomKey } from '../attack/credentials';
import type { Listener } from '../attack/listener';
import { Check, NO_KEY_ASKED, notTried, onEach, Outcome, placeOf, Probe, shouldBeDenied } from '../probe';

export const wrongKey: Probe = {
  id: 'wrong-key',
  rule: 'QDR013',
  severity: FindingSeverity.ERROR,
  title: 'REST or gRPC takes any key, or an empty one',
  sends:
    'asks for the list of collections with a random key, as `api-key` and as `Authorization: Bearer`, and with an empty one',
  setting: 'service.api_key and service.read_only_api_key, neither of them empty; Qdrant 1.19 or later',
  construct: 'apiKeys, which are never empty; version: QdrantVersion.V1_19_0',
  run: (attack) => onEach(attack.clientListeners, (listener) => tryWrongKeys(attack, listener)),
};

async function tryWrongKeys(attack: Attack, listener: Listener): Promise<Check> {
  if ((await attack.asksForKey(listener)).verdict === 'allowed') return notTried(placeOf(listener), NO_KEY_ASKED);
  const key = randomKey();
  let check: Check | undefined;
  for (const credentials of [
    apiKey(key, 'a random key', false),
    bearer(key, 'a random key as a bearer token', false),
    apiKey('', 'an empty key', false),
    bearer('', 'an empty bearer token', false),
  ]) {
    const reply = await attack.list(listener, credentials);
    check = shouldBeDenied(placeOf(listener), reply, `${listener.name} lists the collections with ${credentials.label}`);
    if (check.outcome !== Outcome.PASSED) break;
  }
  return check!;
}
