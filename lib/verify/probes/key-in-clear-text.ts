import { FindingSeverity } from '../../posture/rules/rule';
import { found, NO_KEY_ASKED, notTried, onEach, passed, placeOf, Probe, provesNothing } from '../probe';

export const keyInClearText: Probe = {
  id: 'key-in-clear-text',
  rule: 'QDR011',
  severity: FindingSeverity.ERROR,
  title: 'Clients are asked for their key in clear text',
  sends: 'asks for the list of collections in clear text, without a key: where a key is asked for, clients send it so',
  setting: 'service.enable_tls: true, with tls.cert and tls.key; then new keys, as the old ones have been seen',
  construct: 'tls: it is on by default, and cannot be turned off',
  run: (attack) =>
    onEach(attack.clientListeners, async (listener) => {
      const where = placeOf(listener);
      const { plain } = listener.facts;
      if (listener.clearText === 'turned away') return passed(where, plain);
      if (listener.clearText === 'unclear') return provesNothing(where, plain);
      const reply = await listener.ask({ kind: 'list' }, { plain: true });
      if (reply.verdict === 'denied') return found(where, `${listener.name} asks for a key in clear text`, reply);
      if (reply.verdict === 'allowed') return notTried(where, NO_KEY_ASKED, reply);
      return provesNothing(where, reply);
    }),
};
