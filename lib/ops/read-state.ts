import { ClusterState, hostOf, Member, NodeAnswer, Silence } from './cluster-state';
import { Heard, impostorsIn, kinOf, latestOf, membersOf, noAnswer, NoCluster, Odd, silenceIn, strangersIn } from './heard';
import { Address, isSame, Refused, RestClient, Unreachable } from './rest-client';
import { addCollection, placementOf, sizesOf, together, View } from './shard-view';

/** What was heard of all nodes, and of whom first. */
interface Hearing {
  readonly all: Heard[];
  /** Why members have no answer, by their ids. */
  readonly silences: Map<string, Silence>;
  readonly first: string;
}

/** Reads a cluster, from each of its nodes. */
export class StateReader {
  /** Where a member was found before. */
  private readonly known = new Map<string, Address>();
  private readonly entries: Address[];
  /** Who was a member when it was read last. */
  private members = new Map<string, string>();

  /**
   * @param client what speaks to nodes
   * @param entries addresses that were given, of one node or of all
   * @param restPort the port of REST on the hosts of the members' own addresses
   * @param zones the zone of a member, where the user told it
   */
  constructor(
    private readonly client: RestClient,
    entries: Address[],
    private readonly restPort: number,
    private readonly zones: (member: Pick<Member, 'id' | 'uri'>) => string | undefined = () => undefined,
  ) {
    this.entries = [...entries];
  }

  /** What the cluster is now. */
  public async read(): Promise<ClusterState> {
    const { all, silences, first } = await this.hearAll();
    const known = new Set(this.members.keys());
    const kin = kinOf(all, known, this.entries, first);
    const latest = latestOf(kin, known);
    this.members = latest.members;
    const [heard, views] = await this.viewsOf(
      kin.filter(({ id }) => latest.members.has(id)),
      silences,
    );
    for (const { id, address } of heard) this.known.set(id, address);
    const former = kin.filter(({ id }) => !latest.members.has(id)).map(({ id, address: { host } }) => ({ id, host }));
    const members = membersOf(latest, heard, silences, this.zones);
    return {
      ...{ members, former, ...together(views) },
      disagreements: disagreementsOf(heard, views),
      unclear: [...strangersIn(all, kin), ...impostorsIn(kin, members), ...new Set(views.flatMap(({ unclear }) => unclear))],
    };
  }

  /** A node that falls silent while it tells of shards has no answer. */
  private async viewsOf(heard: Heard[], silences: Map<string, Silence>): Promise<[Heard[], View[]]> {
    const pairs = await Promise.all(
      heard.map(async (one) => {
        try {
          return [{ one, view: await this.view(one) }];
        } catch (error) {
          silences.set(one.id, { ...silenceIn(error), isThere: true });
          return [];
        }
      }),
    );
    return [pairs.flat().map(({ one }) => one), pairs.flat().map(({ view }) => view)];
  }

  /** Asks at one more address from here on, where that is safe. */
  public alsoAsk(address: Address): void {
    if (this.client.mayAsk(address.host)) this.entries.push(address);
  }

  /** Where a member answers that was read before. */
  public addressOf(id: string): Address {
    const address = this.known.get(id);
    if (!address) throw new Unreachable(`${id} has never answered`);
    return address;
  }

  /**
   * Asks whoever was given who is a member, and then each member at its own address: the one given may be that of a load balancer. It goes on until none
   * names a member who was not asked: a node may not have heard yet of who joined last. Whom a stranger names at the address of a member is not asked, as
   * whoever is asked gets the key.
   */
  private async hearAll(): Promise<Hearing> {
    const [heard, silences, asked] = [new Map<string, Heard>(), new Map<string, Silence>(), new Set<string>()];
    const hear = async (address: Address, member?: string) => {
      try {
        const one = await this.hear(address);
        if (!heard.has(one.id)) heard.set(one.id, one);
      } catch (error) {
        const silence = silenceIn(error);
        // Who shows life at one of its addresses is there, whatever the others say.
        if (member !== undefined && !silences.get(member)?.isThere) silences.set(member, silence);
      }
    };
    const askMember = async ([id, uri]: [string, string]) => {
      for (const place of this.placesOf(id, uri)) if (!heard.has(id)) await hear(place, id);
    };
    const { id: first, members } = await this.discover();
    const askNamed = async () => {
      const believed = [...heard.values()].filter(
        (one) => this.isEntry(one) || [one.id, ...one.members.keys()].some((id) => asked.has(id)),
      );
      const start = this.members.size > 0 ? this.members : members;
      const named = [start, ...believed.map((one) => one.members)].flatMap((list) => [...list]);
      const news = [...new Map(named)].filter(([id]) => !asked.has(id));
      for (const [id] of news) asked.add(id);
      await Promise.all(news.map(askMember));
      if (news.length > 0) await askNamed();
    };
    await askNamed();
    // Those that no member answers under may lead to one that is hidden behind another address, or be of one that was removed.
    const isHeard = (entry: Address) => [...heard.values()].some(({ address }) => isSame(address, entry));
    await Promise.all(this.entries.filter((entry) => !isHeard(entry)).map((entry) => hear(entry)));
    await askNamed();
    if (heard.size === 0) throw noAnswer([...silences.values()].map(({ why }) => new Unreachable(why)));
    return { all: [...heard.values()], silences, first };
  }

  private async discover(): Promise<{ id: string; members: Map<string, string> }> {
    const errors: Error[] = [];
    for (const address of [...this.known.values(), ...this.entries]) {
      try {
        const cluster = await this.clusterAt(address);
        return { id: String(cluster.peer_id), members: membersIn(cluster) };
      } catch (error) {
        silenceIn(error);
        errors.push(error as Error);
      }
    }
    throw noAnswer(errors);
  }

  private isEntry({ address }: Heard): boolean {
    return this.entries.some((entry) => isSame(address, entry));
  }

  private placesOf(id: string, uri: string): Address[] {
    const known = this.known.get(id);
    return [...(known ? [known] : []), { host: hostOf(uri), port: this.restPort }];
  }

  private async clusterAt(address: Address): Promise<any> {
    const cluster = await this.client.call(address, 'GET', '/cluster');
    if (cluster?.status !== 'enabled') throw new NoCluster(`${address.host} is a server by itself, no member of a cluster`);
    const isTold = [cluster.peers, cluster.raft_info].every((part) => typeof part === 'object' && part !== null);
    const hasAddress = (peer: any) => typeof peer?.uri === 'string';
    if (!isTold || !Object.values(cluster.peers).every(hasAddress))
      throw new Odd(`${address.host} gives no answer of Qdrant to /cluster`);
    return cluster;
  }

  private async hear(address: Address): Promise<Heard> {
    const cluster = await this.clusterAt(address);
    const members = membersIn(cluster);
    try {
      return { id: String(cluster.peer_id), address, members, answer: await this.answerOf(address, cluster, members) };
    } catch (error) {
      throw error instanceof Unreachable ? new Unreachable(error.message, true) : error;
    }
  }

  private async answerOf(address: Address, cluster: any, members: Map<string, string>): Promise<NodeAnswer> {
    const [{ version }, status, system, quotas] = await Promise.all([
      this.client.call(address, 'GET', '/'),
      this.client.statusOf(address, '/readyz'),
      this.optional(address, '/telemetry?details_level=1'),
      // From 1.19 on.
      this.optional(address, '/quotas'),
    ]);
    if (typeof version !== 'string') throw new Odd(`${address.host} gives no answer of Qdrant to /`);
    const { term, commit, leader, pending_operations: pendingOperations } = cluster.raft_info;
    const used = quotas?.usage?.disk_usage_percent;
    // Both are of the file system of the storage, by one reading of it (`disk_capacity_bytes`, `disk_usage_percent`). Before quotas, the size is of all disks.
    const diskBytes = typeof used === 'number' ? bytesOf(system?.app?.system?.disk_size, 1024) : undefined;
    return {
      ...{ version, ready: status === 200, term, commit, pendingOperations },
      ...(leader === undefined || leader === null || leader === 0 ? {} : { leader: String(leader) }),
      consensusWorks: cluster.consensus_thread_status?.consensus_thread_status === 'working',
      cannotReach: failuresOf(cluster.message_send_failures ?? {}, members),
      ...(diskBytes === undefined ? {} : { diskBytes }),
      ...(typeof used === 'number' ? { diskPercent: used } : {}),
      ...(typeof quotas?.usage?.resident_memory_percent === 'number'
        ? { memoryPercent: quotas.usage.resident_memory_percent }
        : {}),
    };
  }

  private async view({ id, address }: Heard): Promise<View> {
    const view: View = { shards: new Map(), transfers: new Map(), resharding: [], unclear: [], isWhole: true };
    const listed = await this.client.call(address, 'GET', '/collections');
    if (!Array.isArray(listed?.collections)) throw new Odd(`${address.host} gives no answer of Qdrant to /collections`);
    const sizes = sizesOf(await this.optional(address, '/telemetry?details_level=3'));
    for (const { name } of listed.collections as { name: string }[]) {
      const path = `/collections/${encodeURIComponent(name)}`;
      try {
        const [info, cluster] = await Promise.all([
          this.unlessGone(address, path),
          this.unlessGone(address, `${path}/cluster`),
        ]);
        const isTold = [cluster?.local_shards, cluster?.remote_shards].every(Array.isArray);
        if (cluster && !isTold) throw new Odd(`${address.host} gives no answer of Qdrant to ${path}/cluster`);
        if (info && cluster) addCollection(view, { name, id, info, cluster, sizes });
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        view.unclear.push(`${address.host} does not show ${name}: ${error.message}`);
        view.isWhole = false;
      }
    }
    return view;
  }

  /** A collection may have been removed since it was listed; any other refusal says nothing of that. */
  private async unlessGone(address: Address, path: string): Promise<any> {
    try {
      return await this.client.call(address, 'GET', path);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return undefined;
      throw error;
    }
  }

  /** What a node need not tell: an older release does not, and one that writes may take long for it. */
  private async optional(address: Address, path: string): Promise<any> {
    try {
      return await this.client.call(address, 'GET', path);
    } catch (error) {
      if (error instanceof Refused || error instanceof Unreachable) return undefined;
      throw error;
    }
  }
}

function disagreementsOf(heard: Heard[], views: View[]): string[] {
  const memberships = new Set(heard.map(({ members }) => [...members].map(String).sort().join()));
  // Who does not show a collection does not say that it is none.
  const whole = views.filter(({ isWhole }) => isWhole);
  const placements = new Set(whole.map(placementOf));
  const underWay = new Set(whole.map(({ transfers }) => [...transfers.keys()].sort().join()));
  return [
    ...(memberships.size > 1 ? ['the nodes do not agree on who is a member'] : []),
    ...(placements.size > 1 ? ['the nodes do not agree on where the copies are, and which are complete'] : []),
    ...(underWay.size > 1 ? ['the nodes do not agree on what transfers are under way'] : []),
  ];
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
