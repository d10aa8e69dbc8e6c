import { FindingSeverity } from '../../posture/rules/rule';
import type { Listener } from '../attack/listener';
import { Check, found, notTried, passed, placeOf, Probe, provesNothing } from '../probe';

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

function look(listener: Listener): Check {
  const where = placeOf(listener);
  const { plain } = listener.facts;
  if (!listener.isOpen) return notTried(where, listener.obstacle!);
  if (listener.clearText === 'answered') return found(where, `${listener.name} answers in clear text`, plain);
  return listener.clearText === 'turned away' ? passed(where, plain) : provesNothing(where, plain);
}
