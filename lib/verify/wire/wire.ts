import { Identity } from '../x509/make-certificate';
import { Connection, Place } from './connection';
import { AskOptions, Question, Reply } from './reply';
import { withoutSecrets } from './repeatable';

/** How a port is reached. */
export interface WireSettings extends Place {
  readonly timeoutSeconds: number;
  readonly ca?: string;
  /** The certificate that the user gave for clients. */
  readonly client?: Identity;
  /** Whether secrets may go to a server that cannot be believed. */
  readonly trusting: boolean;
  /** What must not be repeated, should the server do so. */
  readonly secrets: string[];
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

  /** What a server said, as it may be repeated. */
  protected repeatable(text: string, { credentials }: AskOptions): string {
    return withoutSecrets(text, [...this.settings.secrets, ...(credentials?.secret ? [credentials.value] : [])]);
  }

  protected connectionOf(options: AskOptions): Connection {
    const { host, address, port, timeoutSeconds, ca, trusting } = this.settings;
    const strict = Boolean(options.credentials?.secret) && !trusting;
    if (options.plain && strict) throw new Error('a secret would have been sent in clear text');
    return {
      ...{ host, address, port, timeoutSeconds },
      ...(options.plain ? {} : { tls: { ca, client: this.clientOf(options), strict } }),
    };
  }
}
