import { Identity } from '../x509/make-certificate';
import { Connection } from './connection';
import { AskOptions, Question, Reply } from './reply';

/** How a port is reached. */
export interface WireSettings {
  readonly host: string;
  readonly port: number;
  readonly timeoutSeconds: number;
  readonly ca?: string;
  /** The certificate that the user gave for clients. */
  readonly client?: Identity;
  /** Whether secrets may go to a server that cannot be believed. */
  readonly trusting: boolean;
}

/** A port of a server, and the protocol that is spoken there. */
export abstract class Wire {
  public constructor(protected readonly settings: WireSettings) {}

  /** For example `h2`. */
  public abstract readonly protocol: string;

  /** Asks once, on a connection of its own. */
  public abstract ask(question: Question, options: AskOptions): Promise<Reply>;

  /** What is presented. */
  protected clientOf({ client, plain }: AskOptions): Identity | undefined {
    if (plain) return undefined;
    return client === undefined ? this.settings.client : (client ?? undefined);
  }

  protected connectionOf(options: AskOptions): Connection {
    const { host, port, timeoutSeconds, ca, trusting } = this.settings;
    const strict = Boolean(options.credentials?.secret) && !trusting;
    if (options.plain && strict) throw new Error('a secret would have been sent in clear text');
    return {
      ...{ host, port, timeoutSeconds },
      ...(options.plain ? {} : { tls: { ca, client: this.clientOf(options), strict } }),
    };
  }
}
