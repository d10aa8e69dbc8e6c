import { randomBytes } from 'node:crypto';
import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { randomName } from '../attack/credentials';
import { CallbackServer } from '../attack/callback-server';
import { Check, found, notTried, onEach, passed, placeOf, Probe } from '../probe';
import { AskOptions } from '../wire/reply';
import { jsonOf, receivedText } from '../wire/rest-wire';

export const snapshotFromUrl: Probe = {
  id: 'snapshot-from-url',
  rule: 'QDR022',
  severity: FindingSeverity.WARNING,
  title: 'The server fetches snapshots from any URL that it is given, also from within its network (SSRF)',
  sends:
    'asks to recover a collection of a random name from a URL of this program, which answers 404, so that no collection comes about (--callback-address)',
  setting: 'service.enable_snapshot_url_recovery: false (Qdrant 1.18 and later); a firewall for what the server may connect to',
  construct: 'settings.snapshotUrlRecovery, which is off by default; outgoing connections are denied by default',
  run: (attack) => onEach([attack.rest], () => lure(attack)),
};

async function lure(attack: Attack): Promise<Check> {
  const where = placeOf(attack.rest);
  const { callbackAddress, timeoutSeconds } = attack.options;
  if (!callbackAddress)
    return notTried(where, 'no address of this machine was given that the server could reach (--callback-address)');
  const usable = await attack.usableForAll();
  if ('obstacle' in usable) return notTried(where, usable.obstacle);

  const path = `/${randomBytes(12).toString('hex')}.snapshot`;
  const server = await CallbackServer.listen(callbackAddress, path);
  if (typeof server === 'string') return notTried(where, server);
  try {
    return await lureTo(attack, where, server, { ...usable, plain: !attack.rest.facts.tls }, timeoutSeconds);
  } finally {
    server.close();
  }
}

async function lureTo(
  { rest }: Attack,
  where: string,
  server: CallbackServer,
  options: AskOptions,
  timeoutSeconds: number,
): Promise<Check> {
  const collection = randomName();
  const { sent, answer } = await rest.wire.request(
    { method: 'PUT', path: `/collections/${collection}/snapshots/recover`, body: { location: server.url } },
    options,
  );
  const error = answer.kind === 'answer' && answer.status >= 400 ? jsonOf(answer.text)?.status?.error : undefined;
  const isOff = /disabled|not (enabled|allowed)/i.test(String(error));
  const cameBy = await server.waitForRequest(isOff ? 0 : timeoutSeconds);
  const isGone = (await removeIfMade(rest, collection, options)) && answer.kind === 'answer';
  const left = isGone ? '' : `; a collection ${collection} may yet come about: look for it, and remove it`;
  const evidence = { sent: `${sent}, location ${server.url}`, received: receivedText(answer) };
  if (cameBy)
    return found(where, `the server fetched ${server.url}, as it was told to${left}`, { ...evidence, received: cameBy });
  if (isOff) return passed(where, evidence);
  return notTried(where, `no request came to ${server.url}, and the server does not say that it is off${left}`, evidence);
}

/** Removes what should not be there, as a 404 makes no collection; whether there is none now. */
async function removeIfMade(rest: Attack['rest'], collection: string, options: AskOptions): Promise<boolean> {
  const { answer } = await rest.wire.request({ method: 'GET', path: `/collections/${collection}` }, options);
  if (answer.kind === 'failure' || answer.status !== 200) return answer.kind === 'answer' && answer.status === 404;
  const removed = await rest.wire.request({ method: 'DELETE', path: `/collections/${collection}` }, options);
  return removed.answer.kind === 'answer' && removed.answer.status === 200;
}
