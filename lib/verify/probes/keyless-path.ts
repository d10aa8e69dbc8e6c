import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { Check, found, NO_KEY_ASKED, notTried, onEach, passed, placeOf, Probe } from '../probe';
import { receivedText } from '../wire/rest-wire';

/** What tells much about a server, and needs a key. Telemetry has a probe of its own. */
const PATHS = ['/cluster', '/metrics', '/locks', '/snapshots', '/aliases', '/issues'];

export const keylessPath: Probe = {
  id: 'keyless-path',
  rule: 'QDR013',
  severity: FindingSeverity.ERROR,
  title: 'A path of REST answers without the key that others ask for, as a proxy may have it',
  sends: `GET of ${PATHS.join(', ')}, without a key`,
  setting: 'none: Qdrant asks for the key on all of them; look at the proxy in front of it',
  construct: 'none: look at what stands in front of the cluster',
  run: (attack) => onEach([attack.rest], () => tryPaths(attack)),
};

async function tryPaths(attack: Attack): Promise<Check> {
  const { rest } = attack;
  const where = placeOf(rest);
  if ((await attack.asksForKey(rest)).verdict === 'allowed') return notTried(where, NO_KEY_ASKED);
  const open: string[] = [];
  let evidence = { sent: '', received: '' };
  for (const path of PATHS) {
    const { sent, answer } = await rest.wire.request({ method: 'GET', path }, { plain: !rest.facts.tls });
    if (answer.kind === 'failure') return notTried(where, `${path}: ${receivedText(answer)}`);
    if (answer.status === 200) open.push(path);
    if (open.length <= 1) evidence = { sent, received: receivedText(answer) };
  }
  return open.length > 0 ? found(where, `REST answers ${open.join(', ')} without a key`, evidence) : passed(where, evidence);
}
