import { askHttp, HttpAnswer, HttpRequest } from './http';
import {
  AskOptions,
  headersOf,
  isDenialOfQdrant,
  Question,
  Reply,
  replyOfFailure,
  sentText,
  shortened,
  Verdict,
} from './reply';
import { Failure } from './connection';
import { Wire } from './wire';

/** The REST port, and that of the metrics. */
export class RestWire extends Wire {
  public readonly protocol = 'http/1.1';

  public async ask(question: Question, options: AskOptions): Promise<Reply> {
    const request = requestOf(question);
    const { sent, answer } = await this.request(request, options);
    if (answer.kind === 'failure') return replyOfFailure(answer, sent);
    const { title, version } = jsonOf(answer.text) ?? {};
    const verdict = verdictOf(question, answer);
    return {
      ...{ verdict, sent, received: receivedText(answer), isQdrants: isQdrants(question, verdict, answer) },
      ...(question.kind === 'greet' && typeof title === 'string' ? { title, version: String(version ?? '') } : {}),
    };
  }

  /** Sends any other request. */
  public async request(request: HttpRequest, options: AskOptions): Promise<{ sent: string; answer: HttpAnswer | Failure }> {
    const sent = sentText(`${request.method} ${request.path}`, options, this.clientOf(options));
    const headers = { ...headersOf(options.credentials), ...request.headers };
    const answer = await askHttp(this.connectionOf(options), { ...request, headers });
    return { sent, answer: answer.kind === 'answer' ? { ...answer, shown: this.repeatable(answer.text, options) } : answer };
  }

  /** Sends any other request, and judges the answer. */
  public async get(path: string, options: AskOptions): Promise<Reply> {
    const { sent, answer } = await this.request({ method: 'GET', path }, options);
    if (answer.kind === 'failure') return replyOfFailure(answer, sent);
    const isTold = answer.status === 200 && jsonOf(answer.text)?.status?.error === undefined;
    return { verdict: isTold ? 'allowed' : (turnedAwayBy(answer) ?? 'unclear'), sent, received: receivedText(answer) };
  }
}

function requestOf(question: Question): HttpRequest {
  switch (question.kind) {
    case 'greet':
      return { method: 'GET', path: '/' };
    case 'list':
      return { method: 'GET', path: '/collections' };
    case 'read':
      return { method: 'GET', path: `/collections/${question.collection}` };
    case 'remove':
      return { method: 'DELETE', path: `/collections/${question.collection}` };
    case 'scroll':
    case 'query':
      return { method: 'POST', path: `/collections/${question.collection}/points/${question.kind}`, body: { limit: 1 } };
  }
}

function verdictOf({ kind }: Question, { status, text }: HttpAnswer): Verdict {
  const turnedAway = turnedAwayBy({ status, text });
  if (turnedAway) return turnedAway;
  // As nginx and others say it once the handshake is done.
  if ([400, 495, 496].includes(status) && /certificate/i.test(text)) return 'refused';
  const json = jsonOf(text);
  if (status === 200 && (kind === 'greet' ? json?.title !== undefined : (json?.result ?? null) !== null)) return 'allowed';
  // It looked for the collection, so that the key was no obstacle.
  if (status === 404 && kind !== 'greet' && json?.status?.error !== undefined) return 'allowed';
  return 'unclear';
}

/** Whether Qdrant asks for a key, or for a better one. */
export function isDenial({ status, text }: Pick<HttpAnswer, 'status' | 'text'>): boolean {
  if (status !== 401 && status !== 403) return false;
  return isDenialOfQdrant(text) || typeof jsonOf(text)?.status?.error === 'string';
}

/** Who turns a request away: Qdrant, or anyone between. */
export function turnedAwayBy(answer: Pick<HttpAnswer, 'status' | 'text'>): 'denied' | 'forbidden' | undefined {
  if (isDenial(answer)) return 'denied';
  return answer.status === 401 || answer.status === 403 ? 'forbidden' : undefined;
}

function isQdrants({ kind }: Question, verdict: Verdict, { text }: HttpAnswer): boolean {
  if (verdict === 'denied') return true;
  const json = jsonOf(text);
  return kind === 'greet' ? /qdrant/i.test(String(json?.title)) : kind === 'list' && Array.isArray(json?.result?.collections);
}

/** The answer in words. */
export function receivedText(answer: HttpAnswer | Failure): string {
  if (answer.kind === 'failure') return replyOfFailure(answer, '').received;
  return shortened(`HTTP ${answer.status} ${answer.shown ?? answer.text}`);
}

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** A text as JSON, or undefined where it is none. Whole numbers that JavaScript would round, as ids of peers are, are texts then. */
export function jsonOf(text: string): any {
  try {
    return JSON.parse(text.replace(STRING_OR_NUMBER, (one) => (isRounded(one) ? `"${one}"` : one))) ?? undefined;
  } catch {
    return undefined;
  }
}

function isRounded(one: string): boolean {
  return /^\d{16,}$/.test(one) && !Number.isSafeInteger(Number(one));
}
