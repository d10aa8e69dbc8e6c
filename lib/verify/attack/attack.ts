import { HttpRequest } from '../wire/http';
import { GrpcWire } from '../wire/grpc-wire';
import { MetricsWire } from '../wire/metrics-wire';
import { Credentials, Question, Reply } from '../wire/reply';
import { jsonOf, RestWire } from '../wire/rest-wire';
import { WireSettings } from '../wire/wire';
import { ClusterFacts, readCluster } from './cluster-facts';
import { apiKey } from './credentials';
import { Listener, lookAtListener } from './listener';
import { AttackOptions, secretsOf, Target } from './target';
import { isLoopback } from '../wire/loopback';

/** Which of the user's keys. */
export type KeyName = 'admin key' | 'read-only key';

/** A key that can be used, or why none can. */
export type Usable = { readonly credentials?: Credentials } | { readonly obstacle: string };

/** An attack on one server: what it listens on, and what the attacker knows of it so far. */
export class Attack {
  /** Looks at the ports of a server. */
  public static async on(target: Target, options: AttackOptions): Promise<Attack> {
    const settings = (port: number): WireSettings => ({
      ...{ host: target.host, address: target.address, port, timeoutSeconds: options.timeoutSeconds },
      ...{ ca: options.material.ca, client: options.material.client },
      trusting: options.sendKeysAnyway || isLoopback(target.host),
      secrets: secretsOf(options.material),
    });
    const { rest, grpc, metrics } = target.ports;
    const [restSettings, grpcSettings] = [settings(rest), settings(grpc)];
    return new Attack(
      target,
      options,
      await lookAtListener('REST', new RestWire(restSettings), restSettings),
      await lookAtListener('gRPC', new GrpcWire(grpcSettings), grpcSettings),
      metrics === undefined ? undefined : await lookAtMetrics(settings(metrics)),
    );
  }

  private readonly remembered = new Map<string, Promise<unknown>>();

  private constructor(
    public readonly target: Target,
    public readonly options: AttackOptions,
    public readonly rest: Listener<RestWire>,
    public readonly grpc: Listener,
    public readonly metrics: Listener<RestWire> | undefined,
  ) {}

  /** The ports through which data goes. */
  public get clientListeners(): Listener[] {
    return [this.rest, this.grpc];
  }

  /** These, and that of the metrics. */
  public get listeners(): Listener[] {
    return this.metrics ? [...this.clientListeners, this.metrics] : this.clientListeners;
  }

  /** The version of the server, where it said that it is Qdrant. */
  public get version(): string | undefined {
    return this.greetings.map(({ version }) => version).find(Boolean);
  }

  public get isReachable(): boolean {
    return this.rest.isOpen || this.grpc.isOpen;
  }

  /** Why there is nothing here to attack, or undefined. */
  public get obstacle(): string | undefined {
    const { address, ports } = this.target;
    const host = address === undefined ? this.target.host : `${this.target.host} (${address})`;
    if (!this.isReachable) return `${host} cannot be reached on ${ports.rest} and ${ports.grpc}`;
    if (this.greetings.some(({ isQdrants }) => isQdrants)) return undefined;
    const turnedAway = this.clientListeners.filter(
      ({ verifiesClients, lacksCertificate }) => verifiesClients || lacksCertificate,
    );
    if (turnedAway.length > 0) return `${host}: ${turnedAway[0].obstacle}`;
    const { received } = (this.rest.isOpen ? this.rest : this.grpc).greeting;
    return `${host} is not Qdrant, or does not say so: ${received}`;
  }

  /** Whether a listener lets clients in that have no key. */
  public async asksForKey(listener: Listener): Promise<Reply> {
    return this.once(`asks for a key: ${listener.name}`, () => this.list(listener));
  }

  /** Whether a key of the attacker, or none, lets him in. */
  public list(listener: Listener, credentials?: Credentials): Promise<Reply> {
    return this.askAsStranger(listener, { kind: 'list' }, credentials);
  }

  /** Asks without a key of the user's. */
  public async askAsStranger(listener: Listener, question: Question, credentials?: Credentials): Promise<Reply> {
    const reply = await listener.ask(question, { credentials });
    return this.judged(reply, listener, (usable) => listener.ask(question, usable));
  }

  /** Asks for a path of REST without a key. */
  public async getAsStranger(path: string): Promise<Reply> {
    const get = (usable: { credentials?: Credentials } = {}) =>
      this.rest.wire.get(path, { ...usable, plain: !this.rest.facts.tls });
    return this.judged(await get(), this.rest, get);
  }

  /** What is forbidden in words that are not Qdrant's is denied only where one of the user's keys opens it. */
  private async judged(
    reply: Reply,
    listener: Listener,
    askWith: (usable: { credentials?: Credentials }) => Promise<Reply>,
  ): Promise<Reply> {
    if (reply.verdict !== 'forbidden' || !listener.greeting.isQdrants) return reply;
    for (const name of ['read-only key', 'admin key'] as const) {
      const usable = await this.usableKey(listener, name);
      if ('obstacle' in usable) continue;
      if ((await askWith(usable)).verdict === 'allowed') return { ...reply, verdict: 'denied' };
    }
    return reply;
  }

  /** One of the user's keys; undefined where he gave none. */
  public keyOf(name: KeyName): string | undefined {
    const { adminKey, readOnlyKey } = this.options.material;
    return name === 'admin key' ? adminKey : readOnlyKey;
  }

  /** One of the user's keys, proved to open a listener: a key that is refused proves nothing. */
  public async usableKey(listener: Listener, name: KeyName): Promise<Usable> {
    const value = this.keyOf(name);
    const obstacle = listener.secretObstacle ?? (value === undefined ? `no ${name} was given` : undefined);
    if (obstacle) return { obstacle };
    const credentials = apiKey(value!, `the ${name}`, true);
    const { verdict, received } = await this.once(`${name}: ${listener.name}`, () => listener.list(credentials));
    return verdict === 'allowed' ? { credentials } : { obstacle: `the ${name} that was given is not taken: ${received}` };
  }

  /** What lets the attacker read over REST: nothing, where nothing is asked for. */
  public async usableForReading(): Promise<Usable> {
    if (this.rest.obstacle) return { obstacle: this.rest.obstacle };
    if ((await this.asksForKey(this.rest)).verdict === 'allowed') return {};
    const readOnly = await this.usableKey(this.rest, 'read-only key');
    return 'obstacle' in readOnly ? this.usableKey(this.rest, 'admin key').then((admin) => better(admin, readOnly)) : readOnly;
  }

  /** What lets the attacker do everything over REST: nothing, where nothing is asked for. */
  public async usableForAll(): Promise<Usable> {
    const isOpen = (await this.asksForKey(this.rest)).verdict === 'allowed';
    return isOpen ? {} : this.usableKey(this.rest, 'admin key');
  }

  /** The result of a request to REST, or why it cannot be had. */
  public async read(path: string, request: Partial<HttpRequest> = {}): Promise<{ result: any } | { obstacle: string }> {
    const usable = await this.usableForReading();
    if ('obstacle' in usable) return usable;
    const { answer } = await this.rest.wire.request(
      { method: 'GET', path, ...request },
      { credentials: usable.credentials, plain: !this.rest.facts.tls },
    );
    const result = answer.kind === 'answer' && answer.status === 200 ? jsonOf(answer.text)?.result : undefined;
    if (result !== undefined && result !== null) return { result };
    const why = answer.kind === 'answer' ? `HTTP ${answer.status}` : answer.code;
    return { obstacle: `${path} could not be read: ${why}` };
  }

  /** What the cluster says of its peers and collections, or why it does not. */
  public cluster(): Promise<ClusterFacts | { obstacle: string }> {
    return this.once('cluster', () => readCluster(this));
  }

  private once<T>(what: string, find: () => Promise<T>): Promise<T> {
    if (!this.remembered.has(what)) this.remembered.set(what, find());
    return this.remembered.get(what) as Promise<T>;
  }

  private get greetings(): Reply[] {
    return this.clientListeners.flatMap(({ facts: { plain, bare, own } }) =>
      [own, bare, plain].flatMap((reply) => reply ?? []),
    );
  }
}

/** The reason that says more: that a key is missing says less than that it is not taken. */
function better(admin: Usable, readOnly: { obstacle: string }): Usable {
  return 'obstacle' in admin && !readOnly.obstacle.startsWith('no ') ? readOnly : admin;
}

async function lookAtMetrics(settings: WireSettings): Promise<Listener<RestWire>> {
  return lookAtListener('metrics', new MetricsWire(settings), settings);
}
