import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { randomName } from '../attack/credentials';
import type { Listener } from '../attack/listener';
import { Check, found, NO_KEY_ASKED, notTried, onEach, passed, placeOf, Probe } from '../probe';
import { Reply } from '../wire/reply';

/** What tells much about a server, and needs a key. Telemetry has a probe of its own. */
const PATHS = ['/cluster', '/metrics', '/locks', '/snapshots', '/aliases', '/issues'];

/** What is asked of a collection that does not exist: that it is looked for shows that the key was no obstacle. */
const QUESTIONS = ['read', 'scroll', 'query'] as const;

export const keylessPath: Probe = {
  id: 'keyless-path',
  rule: 'QDR013',
  severity: FindingSeverity.ERROR,
  title: 'A path of REST or a call of gRPC answers without the key that others ask for, as a proxy may have it',
  sends: `GET of ${PATHS.join(', ')}; reads, scrolls and queries a collection of a random name, over REST and gRPC; all without a key`,
  setting: 'none: Qdrant asks for the key on all of them; look at the proxy in front of it',
  construct: 'none: look at what stands in front of the cluster',
  run: async (attack) => [
    ...(await onEach([attack.rest], (rest) => tryAll(attack, rest, PATHS))),
    ...(await onEach([attack.grpc], (grpc) => tryAll(attack, grpc, []))),
  ],
};

async function tryAll(attack: Attack, listener: Listener, paths: string[]): Promise<Check> {
  const where = placeOf(listener);
  if ((await attack.asksForKey(listener)).verdict === 'allowed') return notTried(where, NO_KEY_ASKED);
  const replies = new Map<string, Reply>();
  for (const path of paths) replies.set(path, await attack.getAsStranger(path));
  for (const kind of QUESTIONS) {
    const question = { kind, collection: randomName() };
    replies.set(`a ${kind} of a collection`, await attack.askAsStranger(listener, question));
  }
  const of = (isSo: (reply: Reply) => boolean) => [...replies].filter(([, reply]) => isSo(reply));
  const open = of(({ verdict }) => verdict === 'allowed');
  if (open.length > 0) {
    const names = open.map(([name]) => name).join(', ');
    return found(where, `${listener.name} answers ${names} without a key`, open[0][1]);
  }
  const unclear = of(({ verdict }) => verdict !== 'denied').map(([name, { received }]) => `${name}: ${received}`);
  if (unclear.length > 0) return notTried(where, `the answers prove nothing: ${unclear.join('; ')}`);
  return passed(where, [...replies.values()][0]);
}
