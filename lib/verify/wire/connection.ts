import { isIP } from 'node:net';
import { Identity } from '../x509/make-certificate';

/** Why nothing came back. */
export interface Failure {
  readonly kind: 'failure';
  /** Whether no connection came about, the other side ended it, or nothing was said until time was up. */
  readonly stage: 'connecting' | 'ended' | 'silent';
  /** As Node names it, for example `ECONNRESET`. */
  readonly code: string;
}

/** How a connection is secured. */
export interface TlsSettings {
  /** The CAs that are believed; those of Node where none are given. */
  readonly ca?: string;
  /** What the client presents. */
  readonly client?: Identity;
  /** Whether a server that cannot be believed ends the connection: it must where a key is sent. */
  readonly strict: boolean;
}

/** Where a connection goes to. */
export interface Place {
  /** By this the server is called, and its certificate must name it. */
  readonly host: string;
  /** Which of the addresses of a name is connected to. */
  readonly address?: string;
  readonly port: number;
}

/** Where to, and how. */
export interface Connection extends Place {
  /** Left out for clear text. */
  readonly tls?: TlsSettings;
  readonly timeoutSeconds: number;
}

/** The most that is read of an answer. */
export const MOST_BYTES = 4 * 1024 * 1024;

/** By which Node says that no connection came about. */
const UNREACHABLE = [
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
];

/** What an error of a connection means. */
export function failureOf(error: NodeJS.ErrnoException): Failure {
  const code = error.code ?? error.message;
  return { kind: 'failure', stage: UNREACHABLE.includes(code) ? 'connecting' : 'ended', code };
}

/** What Node needs to be told of where a connection goes. */
export function destinationOf({ host, address = host, port }: Place): { host: string; port: number } {
  return { host: address, port };
}

/** What Node needs to be told of TLS. */
export function tlsOptionsOf(host: string, tls: TlsSettings) {
  return {
    // Old and weak is for `hello.ts`; here it must not keep a port from being looked at.
    ...(tls.strict ? {} : { ciphers: 'DEFAULT@SECLEVEL=0', minVersion: 'TLSv1' as const }),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.client && { cert: tls.client.certificate, key: tls.client.key }),
    rejectUnauthorized: tls.strict,
    servername: serverNameOf(host),
  };
}

/** The name by which a server is asked for: there is none for an address. */
export function serverNameOf(host: string): string {
  return isIP(host) ? '' : host;
}
