import { FindingSeverity } from '../../posture/rules/rule';
import { found, notTried, onEach, passed, placeOf, Probe } from '../probe';
import { replyToEndlessToken } from './endless-token';

/** What HS256 asks for at least. */
const LEAST_BYTES = 32;

export const shortSigningKey: Probe = {
  id: 'short-signing-key',
  severity: FindingSeverity.WARNING,
  title: 'Tokens (JWT) are signed with an admin key of less than 32 bytes, which whoever has a token can guess',
  sends: 'the same token as endless-token, to see whether tokens are taken at all; the key is measured here',
  setting: 'service.api_key of 32 random bytes or more',
  construct: 'apiKeys: ApiKeys.generated(), whose keys are long enough',
  run: (attack) =>
    onEach([attack.rest], async () => {
      const where = placeOf(attack.rest);
      const reply = await replyToEndlessToken(attack);
      if (typeof reply === 'string') return notTried(where, reply);
      const bytes = Buffer.byteLength(attack.options.material.adminKey!);
      if (reply.verdict === 'denied' || bytes >= LEAST_BYTES) return passed(where, reply);
      return found(where, `the admin key that signs tokens has ${bytes} bytes`, reply);
    }),
};
