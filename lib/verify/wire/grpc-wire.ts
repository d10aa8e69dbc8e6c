import { callGrpc, GrpcAnswer, GrpcCall, textMessage, textsOf } from './grpc';
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
import { Wire } from './wire';

const OK = 0;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

export interface GrpcReply extends Reply {
  /** The code of gRPC, where it answered in gRPC. */
  readonly code?: number;
}

/** The gRPC port. */
export class GrpcWire extends Wire {
  public readonly protocol = 'h2';

  public async ask(question: Question, options: AskOptions): Promise<Reply> {
    const call = callOf(question);
    const { title, version, ...reply } = await this.call(call, options, question.kind === 'greet');
    const asked = question.kind !== 'greet' && question.kind !== 'list';
    // It looked for the collection, so that the key was no obstacle.
    if (reply.code === NOT_FOUND && asked) return { ...reply, verdict: 'allowed' };
    // Nobody else has such a call.
    const isQdrants =
      reply.verdict === 'denied' || (reply.code === OK && (question.kind === 'list' || /qdrant/i.test(title ?? '')));
    return { ...reply, isQdrants, ...(title === undefined ? {} : { title, version }) };
  }

  /** Makes any other call. */
  public async call(call: GrpcCall, options: AskOptions, greets = false): Promise<GrpcReply> {
    const sent = sentText(call.path, options, this.clientOf(options));
    const answer = await callGrpc(this.connectionOf(options), { ...call, headers: headersOf(options.credentials) });
    if (answer.kind === 'failure') return replyOfFailure(answer, sent);
    const { 1: title, 2: version } = greets ? textsOf(answer.body) : {};
    return {
      verdict: verdictOf(answer),
      sent,
      received: receivedText({ ...answer, message: this.repeatable(answer.message, options) }),
      code: answer.status,
      title,
      version,
    };
  }
}

function callOf(question: Question): GrpcCall {
  switch (question.kind) {
    case 'greet':
      return { path: '/qdrant.Qdrant/HealthCheck', message: Buffer.alloc(0) };
    case 'list':
      return { path: '/qdrant.Collections/List', message: Buffer.alloc(0) };
    case 'read':
      return { path: '/qdrant.Collections/Get', message: textMessage(1, question.collection) };
    case 'remove':
      return { path: '/qdrant.Collections/Delete', message: textMessage(1, question.collection) };
    case 'scroll':
      return { path: '/qdrant.Points/Scroll', message: textMessage(1, question.collection) };
    case 'query':
      return { path: '/qdrant.Points/Query', message: textMessage(1, question.collection) };
  }
}

function verdictOf({ status, message, httpStatus }: GrpcAnswer): Verdict {
  if (status === OK) return 'allowed';
  const turnsAway = status === PERMISSION_DENIED || status === UNAUTHENTICATED;
  if (turnsAway && isDenialOfQdrant(message)) return 'denied';
  if (turnsAway || httpStatus === 401 || httpStatus === 403) return 'forbidden';
  return 'unclear';
}

function receivedText({ status, message, httpStatus }: GrpcAnswer): string {
  return status === undefined ? `HTTP ${httpStatus}, no gRPC` : shortened(`gRPC status ${status} ${message}`);
}
