import { FindingSeverity } from '../../posture/rules/rule';
import type { Attack } from '../attack/attack';
import { Check, found, notTried, onEach, passed, placeOf, Probe } from '../probe';
import { HttpAnswer, HttpRequest } from '../wire/http';
import { jsonOf, receivedText } from '../wire/rest-wire';

const ORIGIN = 'https://attacker.example';

const REQUESTS: HttpRequest[] = [
  { method: 'GET', path: '/', headers: { origin: ORIGIN } },
  {
    method: 'OPTIONS',
    path: '/collections',
    headers: {
      origin: ORIGIN,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'api-key',
    },
  },
];

export const cors: Probe = {
  id: 'cors',
  rule: 'QDR022',
  severity: FindingSeverity.WARNING,
  title: 'Browsers may call REST from the pages of any site',
  sends: `GET / and OPTIONS /collections, as a page of ${ORIGIN} would`,
  setting: 'service.enable_cors: false',
  construct: 'settings.cors, which is off by default',
  run: (attack) => onEach([attack.rest], () => askAsPage(attack)),
};

async function askAsPage({ rest }: Attack): Promise<Check> {
  const where = placeOf(rest);
  let evidence = { sent: '', received: '' };
  const odd: string[] = [];
  for (const request of REQUESTS) {
    const { sent, answer } = await rest.wire.request(request, { plain: !rest.facts.tls });
    if (answer.kind === 'failure') {
      odd.push(receivedText(answer));
      continue;
    }
    const allowed = answer.headers['access-control-allow-origin'];
    evidence = {
      sent: `${sent}, of the origin ${ORIGIN}`,
      received: `HTTP ${answer.status}, access-control-allow-origin: ${allowed ?? 'none'}`,
    };
    if (allowed === '*' || allowed === ORIGIN) return found(where, `REST may be called by the pages of any site`, evidence);
    if (!isOfQdrant(request, answer)) odd.push(receivedText(answer));
  }
  if (odd.length > 0) return notTried(where, `the answer proves nothing: ${odd.join('; ')}`, evidence);
  return passed(where, evidence);
}

/** Whether it is what Qdrant says where CORS is off: it greets everyone, and knows no such method or wants a key for it. */
function isOfQdrant({ method }: HttpRequest, { status, text }: HttpAnswer): boolean {
  return method === 'GET' ? /qdrant/i.test(String(jsonOf(text)?.title)) : status < 500 && status !== 429;
}
