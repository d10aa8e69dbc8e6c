import { byKnowledge, ClusterState, Copy, hostOf, Member, NodeAnswer, Shard, Transfer } from './cluster-state';
import { Address, Refused, RestClient, Unreachable } from './rest-client';

/** What was heard of one node. */
interface Heard {
  readonly id: string;
  readonly address: Address;
  readonly members: Map<string, string>;
  readonly answer: NodeAnswer;
}

/** What one node says of the shards: of its own copies more than of others'. */
interface View {
  readonly shards: Map<string, Shard>;
  readonly transfers: Map<string, Transfer>;
  readonly resharding: string[];
}

/** Raised where there is no cluster to read. */
export class NoCluster extends Error {}

/** Reads a cluster, from each of its nodes. */
export class StateReader {
  /** Where a member was found before. */
  private readonly known = new Map<string, Address>();
  private readonly entries: Address[];

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
    const all = await this.hearAll();
    const latest = latestOf(all).members;
    const heard = all.filter(({ id }) => latest.has(id));
    const former = all.filter(({ id }) => !latest.has(id)).map(({ id, address: { host } }) => ({ id, host }));
    for (const { id, address } of heard) this.known.set(id, address);
    const members = [...latest].map(([id, uri]): Member => {
      return { id, uri, zone: this.zones({ id, uri }), answer: heard.find((one) => one.id === id)?.answer };
    });
    const views = await Promise.all(heard.map((one) => this.view(one)));
    return { members, ...together(views), former, disagreements: disagreementsOf(heard, views) };
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

  /** Asks whoever was given who is a member, and then each member at its own address: the one given may be that of a load balancer. */
  private async hearAll(): Promise<Heard[]> {
    const heard = new Map<string, Heard>();
    const hear = async (address: Address) => {
      const one = await this.hear(address).catch(ignoreSilence);
      if (one && !heard.has(one.id)) heard.set(one.id, one);
    };
    const members = await this.discover();
    const askMember = async ([id, uri]: [string, string]) => {
      for (const place of this.placesOf(id, uri)) if (!heard.has(id)) await hear(place);
    };
    await Promise.all([...members].map(askMember));
    // Those that no member answers under may lead to one that is hidden behind another address, or be of one that was removed.
    const isHeard = ({ host, port }: Address) =>
      [...heard.values()].some(({ address }) => address.host === host && address.port === port);
    await Promise.all(this.entries.filter((entry) => !isHeard(entry)).map(hear));
    if (heard.size === 0) throw new NoCluster('the nodes stopped answering');
    return [...heard.values()];
  }

  private async discover(): Promise<Map<string, string>> {
    const reasons: string[] = [];
    for (const address of [...this.known.values(), ...this.entries]) {
      try {
        return membersIn(await this.clusterAt(address));
      } catch (error) {
        reasons.push((ignoreSilence(error as Error), (error as Error).message));
      }
    }
    throw new NoCluster(`no node answers: ${[...new Set(reasons)].join('; ')}`);
  }

  private placesOf(id: string, uri: string): Address[] {
    const known = this.known.get(id);
    return [...(known ? [known] : []), { host: hostOf(uri), port: this.restPort }];
  }

  private async clusterAt(address: Address): Promise<any> {
    const cluster = await this.client.call(address, 'GET', '/cluster');
    if (cluster?.status !== 'enabled') throw new NoCluster(`${address.host} is a server by itself, no member of a cluster`);
    return cluster;
  }

  private async hear(address: Address): Promise<Heard> {
    const cluster = await this.clusterAt(address);
    const members = membersIn(cluster);
    return { id: String(cluster.peer_id), address, members, answer: await this.answerOf(address, cluster, members) };
  }

  private async answerOf(address: Address, cluster: any, members: Map<string, string>): Promise<NodeAnswer> {
    const [{ version }, status, system, quotas] = await Promise.all([
      this.client.call(address, 'GET', '/'),
      this.client.statusOf(address, '/readyz'),
      this.optional(address, '/telemetry?details_level=1'),
      // From 1.19 on.
      this.optional(address, '/quotas'),
    ]);
    const { term, commit, leader, pending_operations: pendingOperations } = cluster.raft_info;
    const diskBytes = bytesOf(system?.app?.system?.disk_size, 1024);
    const used = quotas?.usage?.disk_usage_percent;
    return {
      ...{ version, ready: status === 200, term, commit, pendingOperations },
      ...(leader === undefined || leader === null || leader === 0 ? {} : { leader: String(leader) }),
      consensusWorks: cluster.consensus_thread_status?.consensus_thread_status === 'working',
      cannotReach: failuresOf(cluster.message_send_failures ?? {}, members),
      ...(diskBytes === undefined ? {} : { diskBytes }),
      ...(diskBytes === undefined || typeof used !== 'number' ? {} : { diskUsedBytes: (diskBytes * used) / 100 }),
      ...(typeof quotas?.usage?.resident_memory_percent === 'number'
        ? { memoryPercent: quotas.usage.resident_memory_percent }
        : {}),
    };
  }

  private async view({ id, address }: Heard): Promise<View> {
    const view: View = { shards: new Map(), transfers: new Map(), resharding: [] };
    const { collections } = await this.client.call(address, 'GET', '/collections');
    const sizes = sizesOf(await this.optional(address, '/telemetry?details_level=3'));
    for (const { name } of collections as { name: string }[]) {
      const path = `/collections/${encodeURIComponent(name)}`;
      const [info, cluster] = await Promise.all([this.optional(address, path), this.optional(address, `${path}/cluster`)]);
      // It may have been removed since it was listed.
      if (info && cluster) addCollection(view, { name, id, info, cluster, sizes });
    }
    return view;
  }

  /** What a node need not tell: an older release, a collection that is gone. */
  private async optional(address: Address, path: string): Promise<any> {
    try {
      return await this.client.call(address, 'GET', path);
    } catch (error) {
      if (error instanceof Refused) return undefined;
      throw error;
    }
  }
}

interface CollectionAnswers {
  readonly name: string;
  readonly id: string;
  readonly info: any;
  readonly cluster: any;
  readonly sizes: Map<string, number>;
}

function addCollection(view: View, { name, id, info, cluster, sizes }: CollectionAnswers): void {
  const factor = info.config?.params?.replication_factor ?? 1;
  const own = String(cluster.peer_id ?? id);
  const all = [...cluster.local_shards.map((shard: object) => ({ ...shard, peer_id: own })), ...cluster.remote_shards];
  for (const { shard_id: shard, shard_key: key, peer_id: peer, state, points_count: points = 0 } of all) {
    const place = placeOf(name, shard);
    const copy: Copy = { peer: String(peer), state: String(state) };
    const seen = view.shards.get(place);
    const bytes = sizes.get(place);
    view.shards.set(place, {
      ...{ collection: name, id: shard, hasKey: (key ?? null) !== null, factor },
      points: Math.max(points, seen?.points ?? 0),
      ...(bytes === undefined ? {} : { bytes }),
      copies: [...(seen?.copies ?? []), copy],
    });
  }
  for (const { shard_id: shard, from, to, sync, comment } of cluster.shard_transfers ?? []) {
    const transfer = { collection: name, shard, from: String(from), to: String(to), keepsSource: sync };
    view.transfers.set(`${placeOf(name, shard)} ${from} ${to}`, { ...transfer, ...(comment ? { comment } : {}) });
  }
  if ((cluster.resharding_operations ?? []).length > 0) view.resharding.push(name);
}

function placeOf(collection: string, shard: number): string {
  return `${collection}/${shard}`;
}

/** What each node knows, in one: sizes from those who have the points, comments from those who send them. */
function together(views: View[]): Pick<ClusterState, 'shards' | 'transfers' | 'resharding'> {
  const shards = new Map<string, Shard>();
  const transfers = new Map<string, Transfer>();
  for (const view of views) {
    for (const [place, shard] of view.shards) {
      const seen = shards.get(place);
      const bytes = Math.max(shard.bytes ?? -1, seen?.bytes ?? -1);
      const points = Math.max(shard.points, seen?.points ?? 0);
      shards.set(place, { ...(seen ?? shard), points, ...(bytes < 0 ? {} : { bytes }) });
    }
    for (const [key, transfer] of view.transfers) transfers.set(key, { ...transfers.get(key), ...transfer });
  }
  const byName = (one: Shard, other: Shard) =>
    one.collection < other.collection ? -1 : one.collection > other.collection ? 1 : one.id - other.id;
  return {
    shards: [...shards.values()].sort(byName),
    transfers: [...transfers.values()],
    resharding: [...new Set(views.flatMap(({ resharding }) => resharding))],
  };
}

function disagreementsOf(heard: Heard[], views: View[]): string[] {
  const memberships = new Set(heard.map(({ members }) => [...members].map(String).sort().join()));
  const placements = new Set(views.map(placementOf));
  const underWay = new Set(views.map(({ transfers }) => [...transfers.keys()].sort().join()));
  return [
    ...(memberships.size > 1 ? ['the nodes do not agree on who is a member'] : []),
    ...(placements.size > 1 ? ['the nodes do not agree on where the copies are, and which are complete'] : []),
    ...(underWay.size > 1 ? ['the nodes do not agree on what transfers are under way'] : []),
  ];
}

function placementOf({ shards }: View): string {
  const lines = [...shards].map(([place, { copies, factor }]) => {
    return `${place} ${factor} ${copies
      .map(({ peer, state }) => `${peer}:${state}`)
      .sort()
      .join()}`;
  });
  return lines.sort().join('\n');
}

/** The node that knows most of what was decided. */
function latestOf(heard: Heard[]): Heard {
  return [...heard].sort((one, other) => byKnowledge(one.answer, other.answer))[0];
}

function membersIn(cluster: any): Map<string, string> {
  return new Map(Object.entries(cluster.peers as { [id: string]: { uri: string } }).map(([id, { uri }]) => [id, uri]));
}

/** A node may be silent; a key that is not taken will not be taken later either. */
function ignoreSilence(error: Error): undefined {
  const isDenial = error instanceof Refused && [401, 403].includes(error.status);
  if (error instanceof NoCluster || isDenial || !(error instanceof Unreachable || error instanceof Refused)) throw error;
  return undefined;
}

function failuresOf(failures: { [uri: string]: { count?: number } | undefined }, members: Map<string, string>): string[] {
  const bare = (uri: string) => uri.replace(/\/$/, '');
  const failing = Object.entries(failures)
    .filter(([, errors]) => (errors?.count ?? 0) > 0)
    .map(([uri]) => bare(uri));
  return [...members].filter(([, uri]) => failing.includes(bare(uri))).map(([id]) => id);
}

/** What the points of its own copies take, by what a node tells in its telemetry. */
function sizesOf(telemetry: any): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { id: collection, shards } of telemetry?.collections?.collections ?? []) {
    for (const { id, local } of shards ?? []) {
      const { vectors_size_bytes: vectors, payloads_size_bytes: payloads } = local ?? {};
      if (typeof vectors === 'number') sizes.set(placeOf(collection, id), vectors + (payloads ?? 0));
    }
  }
  return sizes;
}

function bytesOf(value: unknown, unit: number): number | undefined {
  return typeof value === 'number' && value > 0 ? value * unit : undefined;
}
