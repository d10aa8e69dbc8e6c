import { hostOf, NodeAnswer, Silence } from './cluster-state';
import { Heard, noAnswer, NoCluster, silenceIn } from './heard';
import { Address, isObject, isSame, Odd, RestClient, Unreachable } from './rest-client';

/** What was heard of all nodes, and of whom first. */
export interface Hearing {
  readonly all: Heard[];
  /** Why members have no answer, by their ids. */
  readonly silences: Map<string, Silence>;
  readonly first: string;
}

/** Members, by their ids, with their addresses. */
export type Members = Map<string, string>;

type Consensus = Pick<NodeAnswer, 'leader' | 'term' | 'commit' | 'pendingOperations' | 'consensusWorks' | 'cannotReach'>;

/** What came of asking at an address. */
interface Asked {
  readonly address: Address;
  /** Who answers, and whom it takes for members, though it may not have answered everything. */
  readonly told?: { readonly id: string; readonly members: Members };
  readonly heard?: Heard;
  readonly error?: Error;
}

/**
 * Asks whoever was given, and each member at its own address: the one given may be that of a load balancer. It goes on until none names a member who was
 * not asked: a node may not have heard yet of who joined last. Whom a stranger names at the address of a member is not asked, as whoever is asked gets the
 * key. Each address is asked once, and all that are known at a time: a node that is gone is waited for once.
 */
export class Hearer {
  private readonly asked = new Map<string, Promise<Asked>>();
  private readonly ids = new Set<string>();
  private readonly silences = new Map<string, Silence>();

  /**
   * @param client what speaks to nodes
   * @param entries addresses that were given
   * @param placesOf where a member may answer, the likeliest first
   */
  constructor(
    private readonly client: RestClient,
    private readonly entries: Address[],
    private readonly placesOf: (id: string, uri: string) => Address[],
  ) {}

  /** Hears all, those that were members before and those that are named. */
  public async hearAll(known: Members): Promise<Hearing> {
    await Promise.all([...this.entries.map((entry) => this.ask(entry)), ...[...known].map((member) => this.askMember(member))]);
    for (let news = await this.newsOf(); news.length > 0; news = await this.newsOf()) {
      await Promise.all(news.map((member) => this.askMember(member)));
    }
    const answers = await this.answers();
    // Who answers at its own address, too, is asked there from here on.
    const all = new Map<string, Heard>();
    for (const { heard } of [...answers.filter(isAtHome), ...answers])
      if (heard && !all.has(heard.id)) all.set(heard.id, heard);
    if (all.size === 0) throw noAnswer(answers.flatMap(({ error }) => error ?? []));
    const first = answers.find(({ told }) => told !== undefined)!.told!.id;
    return { all: [...all.values()], silences: this.silences, first };
  }

  /** The members that are named by who is believed, and were not asked. */
  private async newsOf(): Promise<Array<[string, string]>> {
    const isEntry = (address: Address) => this.entries.some((entry) => isSame(address, entry));
    const named = (await this.answers()).flatMap(({ address, told }) => {
      const isBelieved = told && (isEntry(address) || [told.id, ...told.members.keys()].some((id) => this.ids.has(id)));
      return isBelieved ? [...told.members] : [];
    });
    return [...new Map(named)].filter(([id]) => !this.ids.has(id));
  }

  private async askMember([id, uri]: [string, string]): Promise<void> {
    this.ids.add(id);
    for (const place of this.placesOf(id, uri)) {
      const { heard, error } = await this.ask(place);
      if (heard?.id === id) return;
      // Who shows life at one of its addresses is there, whatever the others say.
      if (error && !this.silences.get(id)?.isThere) this.silences.set(id, silenceIn(error));
    }
  }

  private answers(): Promise<Asked[]> {
    return Promise.all(this.asked.values());
  }

  private ask(address: Address): Promise<Asked> {
    const place = `${address.host}:${address.port}`;
    const asked = this.asked.get(place) ?? this.hear(address);
    this.asked.set(place, asked);
    return asked;
  }

  private async hear(address: Address): Promise<Asked> {
    let told: Asked['told'];
    try {
      const cluster = await clusterAt(this.client, address);
      told = { id: String(cluster.peer_id), members: membersIn(cluster) };
      return { address, told, heard: { ...told, address, answer: await this.answerOf(address, cluster) } };
    } catch (error) {
      silenceIn(error);
      const isThere = told !== undefined && error instanceof Unreachable;
      return { address, told, error: isThere ? new Unreachable(error.message, true) : (error as Error) };
    }
  }

  private async answerOf(address: Address, cluster: any): Promise<NodeAnswer> {
    const [greeting, status, system, quotas] = await Promise.all([
      this.client.call(address, 'GET', '/'),
      this.client.statusOf(address, '/readyz'),
      optional(this.client, address, '/telemetry?details_level=1'),
      // From 1.19 on.
      optional(this.client, address, '/quotas'),
    ]);
    const version = greeting?.version;
    if (typeof version !== 'string') throw new Odd(address, '/');
    const used = quotas?.usage?.disk_usage_percent;
    // Both are of the file system of the storage, by one reading of it (`disk_capacity_bytes`, `disk_usage_percent`). Before quotas, the size is of all disks.
    const diskBytes = typeof used === 'number' ? bytesOf(system?.app?.system?.disk_size, 1024) : undefined;
    return {
      ...{ version, ready: status === 200 },
      ...consensusOf(cluster),
      ...(diskBytes === undefined ? {} : { diskBytes }),
      ...(typeof used === 'number' ? { diskPercent: used } : {}),
      ...(typeof quotas?.usage?.resident_memory_percent === 'number'
        ? { memoryPercent: quotas.usage.resident_memory_percent }
        : {}),
    };
  }
}

/** What a node says of the cluster that it is a member of. */
export async function clusterAt(client: RestClient, address: Address): Promise<any> {
  const cluster = await client.call(address, 'GET', '/cluster');
  if (!isObject(cluster)) throw new Odd(address, '/cluster');
  if (cluster.status !== 'enabled') throw new NoCluster(`${address.host} is a server by itself, no member of a cluster`);
  const isTold = [cluster.peers, cluster.raft_info].every(isObject);
  const hasAddress = (peer: any) => typeof peer?.uri === 'string';
  if (!isTold || !Object.values(cluster.peers).every(hasAddress)) throw new Odd(address, '/cluster');
  return cluster;
}

/** What a node knows of who leads, what was decided, and whom it reaches. */
export function consensusOf(cluster: any): Consensus {
  const { term, commit, leader, pending_operations: pendingOperations } = cluster.raft_info;
  return {
    ...{ term, commit, pendingOperations },
    leader: leader === undefined || leader === null || leader === 0 ? undefined : String(leader),
    consensusWorks: cluster.consensus_thread_status?.consensus_thread_status === 'working',
    cannotReach: failuresOf(cluster.message_send_failures ?? {}, membersIn(cluster)),
  };
}

/** What a node need not tell: an older release does not, and one that writes may take long for it. */
async function optional(client: RestClient, address: Address, path: string): Promise<any> {
  try {
    return await client.call(address, 'GET', path);
  } catch (error) {
    silenceIn(error);
    return undefined;
  }
}

/** Whether a node answered at the host of its own address. */
function isAtHome({ address, told }: Asked): boolean {
  return told !== undefined && hostOf(told.members.get(told.id) ?? '') === address.host;
}

function membersIn(cluster: any): Map<string, string> {
  return new Map(Object.entries(cluster.peers as { [id: string]: { uri: string } }).map(([id, { uri }]) => [id, uri]));
}

function failuresOf(failures: { [uri: string]: { count?: number } | undefined }, members: Map<string, string>): string[] {
  const bare = (uri: string) => uri.replace(/\/$/, '');
  const failing = Object.entries(failures)
    .filter(([, errors]) => (errors?.count ?? 0) > 0)
    .map(([uri]) => bare(uri));
  return [...members].filter(([, uri]) => failing.includes(bare(uri))).map(([id]) => id);
}

function bytesOf(value: unknown, unit: number): number | undefined {
  return typeof value === 'number' && value > 0 ? value * unit : undefined;
}
