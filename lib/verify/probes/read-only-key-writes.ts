import { FindingSeverity } from '../../posture/rules/rule';
import { randomName } from '../attack/credentials';
import { NO_KEY_ASKED, notTried, onEach, placeOf, Probe, shouldBeDenied } from '../probe';

export const readOnlyKeyWrites: Probe = {
  id: 'read-only-key-writes',
  severity: FindingSeverity.ERROR,
  title: 'The read-only key may write',
  sends: 'removes, with the read-only key, a collection of a random name that does not exist',
  setting: 'service.read_only_api_key, another one than service.api_key',
  construct: 'apiKeys: ApiKeys.generated() makes two that differ',
  run: (attack) =>
    onEach(attack.clientListeners, async (listener) => {
      const where = placeOf(listener);
      if ((await attack.asksForKey(listener)).verdict === 'allowed') return notTried(where, NO_KEY_ASKED);
      const usable = await attack.usableKey(listener, 'read-only key');
      if ('obstacle' in usable) return notTried(where, usable.obstacle);
      const reply = await listener.ask({ kind: 'remove', collection: randomName() }, usable);
      return shouldBeDenied(where, reply, `${listener.name} lets the read-only key remove a collection`);
    }),
};
