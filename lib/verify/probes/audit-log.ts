import * as semver from 'semver';
import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { Check, found, notTried, passed, placeOf, Probe } from '../probe';
import { jsonOf, receivedText } from '../wire/rest-wire';

/** What reads the log: as it is in the server's source, and by GET as its documentation had it first. */
const REQUESTS = [
  { method: 'POST', path: '/audit/logs', body: { limit: 1 } },
  { method: 'GET', path: '/audit/logs?limit=1' },
];

export const auditLog: Probe = {
  id: 'audit-log',
  severity: FindingSeverity.WARNING,
  title: 'No audit log is written',
  sends: 'asks for one entry of the audit log with the admin key; else what the telemetry tells of it',
  setting: 'audit.enabled: true (Qdrant 1.17 and later)',
  construct: 'settings.auditLog: true',
  run: async (attack) => [await look(attack)],
};

async function look(attack: Attack): Promise<Check> {
  const { rest, version } = attack;
  const where = placeOf(rest);
  if (rest.obstacle) return notTried(where, rest.obstacle);
  const running = semver.parse(version ?? '');
  if (running && semver.lt(running, '1.17.0')) return notTried(where, `Qdrant ${running.version} has none: it came with 1.17`);
  const usable = await attack.usableForAll();
  if ('obstacle' in usable) return byTelemetry(attack, where, usable.obstacle);
  for (const request of REQUESTS) {
    const { sent, answer } = await rest.wire.request(request, { ...usable, plain: !rest.facts.tls });
    if (answer.kind === 'failure') return notTried(where, receivedText(answer));
    const evidence = { sent, received: receivedText(answer) };
    if (answer.status === 200 && jsonOf(answer.text)?.result) return passed(where, { ...evidence, received: 'HTTP 200' });
    if (/not (configured|enabled)|disabled/i.test(answer.text)) return found(where, 'no audit log is written', evidence);
  }
  return byTelemetry(attack, where, 'the server does not serve its audit log (Qdrant 1.18 and later do)');
}

/** Telemetry names an audit log that is on; that it names none proves nothing, as older releases never do. */
async function byTelemetry(attack: Attack, where: string, otherwise: string): Promise<Check> {
  const telemetry = await attack.read('/telemetry');
  const audit = 'result' in telemetry ? telemetry.result.app?.audit : undefined;
  return audit ? passed(where, { sent: 'GET /telemetry', received: JSON.stringify(audit) }) : notTried(where, otherwise);
}
