import { FindingSeverity } from '../../posture/rules/rule';
import { isAnswer, isRefusal } from '../attack/listener';
import { found, notTried, passed, placeOf, Probe, provesNothing } from '../probe';

export const metricsPort: Probe = {
  id: 'metrics-port',
  rule: 'QDR004',
  severity: FindingSeverity.WARNING,
  title: 'The metrics port, which asks for no key, can be reached from where this program runs',
  sends: 'GET /metrics, without a key',
  setting: 'service.metrics_port: null, and /metrics on REST with the read-only key; or a firewall',
  construct: 'metricsPort left out, or connections.allowFrom the monitoring system alone',
  run: async ({ metrics, options }) => {
    if (!metrics) return [notTried('metrics', 'no metrics port was given (--metrics-port)')];
    const where = placeOf(metrics);
    if (options.inside) return [notTried(where, 'from inside (--inside) it may be reached')];
    if (!metrics.isOpen) return [passed(where, { sent: 'a connection', received: 'no connection' })];
    const { plain, bare, own } = metrics.facts;
    const replies = [bare, plain, own].flatMap((reply) => reply ?? []);
    const answered = replies.find(({ verdict }) => verdict === 'allowed');
    if (answered) return [found(where, 'metrics, which name the collections, are told without a key', answered)];
    const reply = replies.find(isAnswer) ?? replies.find((one) => isRefusal(one));
    return [reply ? passed(where, reply) : provesNothing(where, plain)];
  },
};
