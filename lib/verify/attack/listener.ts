import { Identity } from '../x509/make-certificate';
import { HelloAnswer, MODERN_SUITES, sayHello, speaksTls, TLS_1_3 } from '../wire/hello';
import { AskOptions, Credentials, Question, Reply } from '../wire/reply';
import { asksForCertificate } from '../wire/certificate-request';
import { Wire, WireSettings } from '../wire/wire';
import { lookAtCertificate, SeenCertificate } from './certificate';

/** What is known of a port once it was looked at. */
export interface ListenerFacts {
  /** The answer to a handshake that any server with TLS of today accepts. */
  readonly control: HelloAnswer;
  readonly tls: boolean;
  readonly certificate?: SeenCertificate;
  /** The answer to a greeting in clear text. */
  readonly plain: Reply;
  /** Whether it asks for a client certificate, needed or not, as far as it can be seen. */
  readonly asksForCertificate?: boolean;
  /** The answer to a greeting over TLS without a client certificate. */
  readonly bare?: Reply;
  /** The answer to a greeting over TLS with the client certificate that the user gave. */
  readonly own?: Reply;
}

/** As nginx turns clear text away on a port of TLS, and others by a redirect. */
const SENT_AWAY = /^HTTP (400|301|302|307|308|426) /;

/** A port that clients use: REST, gRPC, or that of the metrics. */
export class Listener<W extends Wire = Wire> {
  public constructor(
    /** For example `REST`. */
    public readonly name: string,
    public readonly wire: W,
    public readonly facts: ListenerFacts,
    private readonly settings: WireSettings,
  ) {}

  public get port(): number {
    return this.settings.port;
  }

  public get isOpen(): boolean {
    return this.facts.control.kind !== 'unreachable';
  }

  /** Whether clear text is answered, turned away, or neither for sure. */
  public get clearText(): 'answered' | 'turned away' | 'unclear' {
    const { plain, tls } = this.facts;
    if (isAnswer(plain)) return 'answered';
    const turnsAway = plain.verdict === 'refused' || plain.verdict === 'ended' || SENT_AWAY.test(plain.received);
    return tls && turnsAway ? 'turned away' : 'unclear';
  }

  /** Whether a client without a certificate is turned away; undefined where that cannot be told. */
  public get verifiesClients(): boolean | undefined {
    const { tls, bare } = this.facts;
    if (!tls) return this.clearText === 'answered' ? false : undefined;
    if (!bare) return undefined;
    if (isRefusal(bare, this.facts.own)) return true;
    return isAnswer(bare) ? false : undefined;
  }

  /** Whether a certificate is asked for, needed or not, and the user gave none. */
  public get lacksCertificate(): boolean {
    const isAsked = this.verifiesClients || this.facts.asksForCertificate;
    return Boolean(isAsked) && !this.settings.client;
  }

  /** The answer of a client that has all that the user gave. */
  public get greeting(): Reply {
    const { tls, own, bare, plain } = this.facts;
    return tls ? (own ?? bare)! : plain;
  }

  /** Why nothing can be asked here, or undefined. */
  public get obstacle(): string | undefined {
    if (!this.isOpen) return `${this.name} (${this.port}) cannot be reached: ${(this.facts.control as { why: string }).why}`;
    if (isAnswer(this.greeting)) return undefined;
    if (this.lacksCertificate) {
      return `${this.name} (${this.port}) asks for a client certificate, and none was given (--cert, --key)`;
    }
    if (this.facts.own?.verdict === 'refused') {
      return `${this.name} (${this.port}) turns the client certificate away that was given: ${this.facts.own.received}`;
    }
    return `${this.name} (${this.port}) does not answer as Qdrant does: ${this.greeting.received}`;
  }

  /** Why no secret can be sent here, or undefined. */
  public get secretObstacle(): string | undefined {
    if (this.obstacle) return this.obstacle;
    if (this.settings.trusting) return undefined;
    if (!this.facts.tls) return `${this.name} (${this.port}) speaks clear text, in which no key is sent (--send-keys-anyway)`;
    const { certificate } = this.facts;
    if (!certificate) return `the certificate of ${this.name} (${this.port}) could not be looked at, so no key is sent`;
    if (certificate.error) {
      return `the certificate of ${this.name} (${this.port}) cannot be believed (${certificate.error}), so no key is sent (--send-keys-anyway)`;
    }
    return certificate.namesHost
      ? undefined
      : `the certificate of ${this.name} (${this.port}) does not name the host, so no key is sent (--send-keys-anyway)`;
  }

  /** Asks as a client does that has what the user gave: over TLS where it is spoken. */
  public ask(question: Question, options: AskOptions = {}): Promise<Reply> {
    return askTwice(this.wire, question, { plain: !this.facts.tls, ...options });
  }

  /** Greets with another certificate than that of the user. */
  public greetAs(client: Identity): Promise<Reply> {
    return greetOn(this.wire, { client });
  }

  /** Whether a key lets its holder in. */
  public list(credentials?: Credentials, client?: Identity | null): Promise<Reply> {
    return this.ask({ kind: 'list' }, { credentials, client });
  }
}

/** Looks at a port. */
export async function lookAtListener<W extends Wire>(name: string, wire: W, settings: WireSettings): Promise<Listener<W>> {
  const { timeoutSeconds, ca, client } = settings;
  const hello = { version: TLS_1_3, suites: MODERN_SUITES, protocol: wire.protocol };
  const control = await sayHello(settings, hello, timeoutSeconds);
  const unreachable: Reply = { verdict: 'unreachable', sent: 'nothing', received: 'no connection' };
  if (control.kind === 'unreachable') return new Listener(name, wire, { control, tls: false, plain: unreachable }, settings);

  const greet = (options: AskOptions) => greetOn(wire, options);
  const plain = await greet({ plain: true });
  const certificate = await lookAtCertificate({ ...settings, tls: { ca, client, strict: false } }, wire.protocol);
  const tls = speaksTls(control) || certificate !== undefined;
  if (!tls) return new Listener(name, wire, { control, tls, plain }, settings);
  const bare = await greet({ client: null });
  const own = client && (await greet({ client }));
  const asks = await asksForCertificate(settings, wire.protocol, timeoutSeconds);
  return new Listener(name, wire, { control, tls, certificate, plain, bare, own, asksForCertificate: asks }, settings);
}

/** Greets a server; one whose greeting is hidden may still tell its collections, or ask for a key. */
async function greetOn(wire: Wire, options: AskOptions): Promise<Reply> {
  const reply = await askTwice(wire, { kind: 'greet' }, options);
  if (reply.verdict !== 'unclear' && reply.verdict !== 'forbidden') return reply;
  const list = await askTwice(wire, { kind: 'list' }, options);
  return isAnswer(list) ? list : reply;
}

/** Asks again where the connection was ended, which may have been by chance. */
async function askTwice(wire: Wire, question: Question, options: AskOptions): Promise<Reply> {
  const reply = await wire.ask(question, options);
  return reply.verdict === 'ended' ? wire.ask(question, options) : reply;
}

/** Whether a certificate, or none, was turned away. Where the server does not say that it is for that, a good one must be answered. */
export function isRefusal({ verdict }: Reply, ofGoodCertificate?: Reply): boolean {
  if (verdict === 'refused') return true;
  const turnsAway = verdict === 'ended' || verdict === 'forbidden';
  return turnsAway && ofGoodCertificate !== undefined && isAnswer(ofGoodCertificate);
}

/** Whether a server said anything that Qdrant says. */
export function isAnswer({ verdict }: Reply): boolean {
  return verdict === 'allowed' || verdict === 'denied';
}
