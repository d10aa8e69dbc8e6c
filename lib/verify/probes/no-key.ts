import { FindingSeverity } from '../../posture/rules/rule';
import { onEach, placeOf, Probe, shouldBeDenied } from '../probe';

export const noKey: Probe = {
  id: 'no-key',
  rule: 'QDR013',
  severity: FindingSeverity.ERROR,
  title: 'REST or gRPC answers everyone, without an API key',
  sends: 'asks for the list of collections, without a key',
  setting: 'service.api_key, together with service.enable_tls',
  construct: 'apiKeys: it is on by default, and cannot be turned off',
  run: (attack) =>
    onEach(attack.clientListeners, async (listener) => {
      const reply = await attack.asksForKey(listener);
      return shouldBeDenied(placeOf(listener), reply, `${listener.name} lists the collections without a key`);
    }),
};
