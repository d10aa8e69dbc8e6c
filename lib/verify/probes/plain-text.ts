import { FindingSeverity } from '../../posture/rules/rule';
import type { Listener } from '../attack/listener';
import { Check, found, notTried, passed, placeOf, Probe } from '../probe';

export const plainText: Probe = {
  id: 'plain-text',
  rule: 'QDR011',
  severity: FindingSeverity.ERROR,
  title: 'REST, gRPC or the metrics port speaks clear text',
  sends: 'GET / (of the metrics port: GET /metrics) over HTTP, and a call to gRPC over HTTP/2 without TLS; no key',
  setting: 'service.enable_tls: true, with tls.cert and tls.key',
  construct: 'tls: it is on by default, and cannot be turned off',
  run: async (attack) => attack.listeners.map(look),
};

/** What says by itself that it speaks no clear text: nginx, and a redirect. */
const SENT_AWAY = /^HTTP (400|301|302|307|308|426) /;

function look(listener: Listener): Check {
  const where = placeOf(listener);
  const { plain, tls } = listener.facts;
  if (!listener.isOpen) return notTried(where, listener.obstacle!);
  if (listener.answersInClearText) return found(where, `${listener.name} answers in clear text`, plain);
  const turnsAway = plain.verdict === 'refused' || SENT_AWAY.test(plain.received);
  return tls && turnsAway ? passed(where, plain) : notTried(where, `the answer proves nothing: ${plain.received}`, plain);
}
