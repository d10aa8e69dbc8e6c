import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { apiKey, randomName, token } from '../attack/credentials';
import { isAnswer } from '../attack/listener';
import { NO_KEY_ASKED, notTried, onEach, placeOf, Probe, shouldBeDenied } from '../probe';
import { Reply } from '../wire/reply';

export const endlessToken: Probe = {
  id: 'endless-token',
  severity: FindingSeverity.WARNING,
  title: 'Tokens (JWT) without an end are taken, which nothing but a new admin key revokes',
  sends:
    'asks for a collection of a random name with a token that is signed with the admin key, is good for that name alone, and has no `exp`',
  setting: 'service.jwt_rbac: false, or tokens that have `exp` and `value_exists`: Qdrant cannot insist on them',
  construct: 'settings.jwtRbac, which is off until grantCollections is called: the tokens of that end',
  run: (attack) =>
    onEach([attack.rest], async () => {
      const where = placeOf(attack.rest);
      const reply = await replyToEndlessToken(attack);
      if (typeof reply === 'string') return notTried(where, reply);
      return shouldBeDenied(where, reply, 'REST takes a token that never ends');
    }),
};

/** The answer to such a token, or why it could not be sent. */
export async function replyToEndlessToken(attack: Attack): Promise<Reply | string> {
  const { rest, options } = attack;
  if ((await attack.asksForKey(rest)).verdict === 'allowed') return NO_KEY_ASKED;
  const usable = await attack.usableKey(rest, 'admin key');
  if ('obstacle' in usable) return usable.obstacle;
  const collection = randomName();
  const value = token({ access: [{ collection, access: 'r' }] }, 'HS256', options.material.adminKey!);
  // Good for nothing that exists, but signed with the key: it goes where the key itself may go.
  const reply = await rest.ask({ kind: 'read', collection }, { credentials: apiKey(value, 'a token without `exp`', true) });
  return isAnswer(reply) ? reply : `the answer proves nothing: ${reply.received}`;
}
