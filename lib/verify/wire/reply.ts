import { Identity } from '../x509/make-certificate';
import { Failure } from './connection';

/** What an answer means, in whatever protocol it came. */
export type Verdict =
  /** It did what it was asked for, or would have. */
  | 'allowed'
  /** It wants another key. */
  | 'denied'
  /** It says that it wants another certificate. */
  | 'refused'
  /** It turned the request away in words that are not Qdrant's: anyone between may have. */
  | 'forbidden'
  /** It ended the connection, for whatever reason. */
  | 'ended'
  /** It said nothing. */
  | 'silent'
  /** There was no connection. */
  | 'unreachable'
  /** Something else, such as an error of a proxy: no proof of anything. */
  | 'unclear';

export interface Reply {
  readonly verdict: Verdict;
  /** What was sent, without secrets. */
  readonly sent: string;
  readonly received: string;
  /** Whether nobody but Qdrant answers so. */
  readonly isQdrants?: boolean;
  /** What the server says that it is, where it was greeted. */
  readonly title?: string;
  readonly version?: string;
}

/** What a request is authorized with. */
export interface Credentials {
  readonly header: 'api-key' | 'authorization';
  readonly value: string;
  /** What it is called in the report. */
  readonly label: string;
  /** Whether it is one that the user gave: it is then sent to a server only that can be believed. */
  readonly secret: boolean;
}

/** What is asked of a server, in either protocol. None of it changes anything: the name is one that does not exist. */
export type Question =
  /** Who are you? Qdrant answers without a key. */
  | { readonly kind: 'greet' }
  | { readonly kind: 'list' }
  | { readonly kind: 'read' | 'scroll' | 'query'; readonly collection: string }
  | { readonly kind: 'remove'; readonly collection: string };

export interface AskOptions {
  readonly credentials?: Credentials;
  /** What to present instead of the client's certificate; null for none. */
  readonly client?: Identity | null;
  /** Whether to speak clear text. */
  readonly plain?: boolean;
}

export function headersOf(credentials?: Credentials): { [name: string]: string } {
  return credentials ? { [credentials.header]: credentials.value } : {};
}

/** What was sent, in words. */
export function sentText(request: string, { credentials, plain }: AskOptions, client?: Identity): string {
  return [
    request,
    plain ? 'in clear text' : 'over TLS',
    credentials ? `with ${credentials.label}` : 'without a key',
    ...(plain ? [] : [client ? 'and a client certificate' : 'and no client certificate']),
  ].join(' ');
}

/** How alerts of TLS are named by which a server turns a certificate away, or the lack of one. */
const CERTIFICATE_ALERT = /ALERT_(BAD_CERT|CERTIFICATE_|UNSUPPORTED_CERT|NO_CERT|HANDSHAKE_FAILURE|UNKNOWN_CA|ACCESS_DENIED)/;

/** In these words Qdrant asks for a key, or for a better one, in any of its releases. */
const DENIAL = /api[- ]?key|bearer token|\bJWT\b|\baccess\b.*\brequired\b/i;

/** Whether a text is what Qdrant says to whom it denies something. */
export function isDenialOfQdrant(text: string): boolean {
  return DENIAL.test(text);
}

export function replyOfFailure({ stage, code }: Failure, sent: string): Reply {
  const ended = CERTIFICATE_ALERT.test(code) ? 'refused' : 'ended';
  const verdicts = { connecting: 'unreachable', ended, silent: 'silent' } as const;
  const words = { connecting: 'no connection', ended: 'the connection was ended', silent: 'nothing' };
  return { verdict: verdicts[stage], sent, received: `${words[stage]} (${code})` };
}

/** A text that may be long, in a line. */
export function shortened(text: string, most = 160): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}...` : line;
}
