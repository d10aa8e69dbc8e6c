import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { Check, NO_KEY_ASKED, notTried, passed, placeOf, Probe, provesNothing, shouldBeDenied } from '../probe';

const PATH = '/telemetry';

export const telemetry: Probe = {
  id: 'telemetry',
  rule: 'QDR013',
  severity: FindingSeverity.ERROR,
  title: 'The telemetry of the server can be read without a key',
  sends: 'GET /telemetry without a key, and with the read-only key, which Qdrant lets read it',
  setting: 'service.api_key; whether statistics go to Qdrant (telemetry_disabled) cannot be seen from outside',
  construct: 'apiKeys; settings.telemetry, which is off by default',
  run: async (attack) => {
    const { rest } = attack;
    if (rest.obstacle) return [notTried(placeOf(rest), rest.obstacle)];
    return [await withoutKey(attack), await withReadOnlyKey(attack)];
  },
};

async function withoutKey(attack: Attack): Promise<Check> {
  const { rest } = attack;
  const where = placeOf(rest);
  if ((await attack.asksForKey(rest)).verdict === 'allowed') return notTried(where, NO_KEY_ASKED);
  return shouldBeDenied(where, await attack.getAsStranger(PATH), 'REST tells its telemetry without a key');
}

/** No finding, as Qdrant means it so; that a holder of the key can read it is worth to be seen. */
async function withReadOnlyKey(attack: Attack): Promise<Check> {
  const where = `${placeOf(attack.rest)}, read-only key`;
  const usable = await attack.usableKey(attack.rest, 'read-only key');
  if ('obstacle' in usable) return notTried(where, usable.obstacle);
  const reply = await attack.rest.wire.get(PATH, { ...usable, plain: !attack.rest.facts.tls });
  if (reply.verdict === 'allowed') return passed(where, { ...reply, received: 'HTTP 200' });
  return reply.verdict === 'denied' ? passed(where, reply) : provesNothing(where, reply);
}
