import { createServer, IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer as createSecureServer, ServerOptions } from 'node:https';
import type { Schemas } from '@qdrant/js-client-rest';
import { bodyOf, FakeData } from './fake-data';
import { freePort } from './network/free-port';

type ReplicaState = Schemas['ReplicaState'];
/** Answers have the forms of the official client, but for ids, which are texts here and numbers of 64 bits on the wire. */
type Wire<T> = T extends number ? number | Id : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;

/** The id of a peer, as it goes over the wire. */
class Id {
  constructor(private readonly id: string) {}

  public toJSON(): string {
    return `#${this.id}#`;
  }
}

export interface Node {
  readonly id: string;
  readonly host: string;
  readonly server: Server;
  readonly version: string;
  isUp: boolean;
  isReady: boolean;
}

export interface FakeCopy {
  state: ReplicaState;
  points: Set<number>;
}

export interface FakeShard {
  readonly copies: Map<string, FakeCopy>;
  readonly key?: string | number;
}

export interface FakeCollection {
  factor: number;
  readonly shards: Map<number, FakeShard>;
  /** What is told of it, whole. */
  readonly config: any;
  readonly schema: { [field: string]: any };
}

interface FakeTransfer {
  readonly collection: string;
  readonly shard: number;
  readonly from: string;
  readonly to: string;
  readonly sync: boolean;
}

/** A status, and what is answered. */
export type Reply = [number, unknown];

/** What a fake cluster does with a transfer once its time is over. */
export type Fate = 'succeeds' | 'fails';

export interface FakeOptions {
  readonly nodes: number;
  readonly version?: string;
  readonly transferMilliseconds?: number;
  readonly fate?: (transfer: FakeTransfer) => Fate;
  /** What the nodes have for TLS, if they speak it. */
  readonly tls?: ServerOptions;
  /** The address of the first node; the others follow. */
  readonly host?: string;
  /** The key that is asked for. */
  readonly apiKey?: string;
  /** One that changes nothing. */
  readonly readOnlyKey?: string;
  /** Whether nodes tell how full their disks are, in percent. */
  readonly diskPercent?: number;
  /** Whether it is a server by itself. */
  readonly standalone?: boolean;
  /** Where the ids of its nodes begin, 1000 or more: no two clusters have the same. */
  readonly firstId?: number;
  /** How long a node takes for a snapshot. */
  readonly snapshotMilliseconds?: number;
  /** How large a snapshot is, at least. */
  readonly snapshotBytes?: number;
}

const DISK_KIB = 1024 * 1024;
const BYTES_OF_POINT = 1000;

/**
 * Stands for a cluster of Qdrant in tests of what operates one: each node is an HTTP server on an address of its own. It does what the server of 1.19 does
 * with transfers, copies and peers (`validate_transfer`, `finish_shard_transfer`, `abort_shard_transfer`, `handle_replica_changes`, `remove_peer`), as read
 * in its sources, refusals included; what is decided is decided at once and by all. It keeps ids of points; what else they have is in fake-data.ts.
 */
export class FakeCluster {
  public static async start(options: FakeOptions): Promise<FakeCluster> {
    const cluster = new FakeCluster(options, await freePort());
    const first = Number((options.host ?? '127.0.0.11').split('.')[3]);
    for (let index = 0; index < options.nodes; index++) await cluster.join(`127.0.0.${first + index}`);
    return cluster;
  }

  public readonly nodes: Node[] = [];
  /** Each request that changes something, as it was taken. */
  public readonly changes: string[] = [];
  /** Where a change left a shard fewer complete copies that answer than it had, and than it asks for. */
  public readonly harms: string[] = [];
  /** What a node answers in place of what it would, if anything. */
  public tamper: (host: string, url: string, answer: any) => [number, unknown] | undefined = () => undefined;
  /** Whether a node does what it is asked, and closes the connection in place of an answer. */
  public cuts: (host: string, method: string, url: string) => boolean = () => false;
  /** Whether a node breaks off in the middle of a file. */
  public breaksOff: (host: string, url: string) => boolean = () => false;
  public readonly members: Node[] = [];
  public readonly collections = new Map<string, FakeCollection>();
  /** What serves collections, snapshots and points. */
  public readonly data: FakeData;
  private readonly transfers = new Set<FakeTransfer>();
  private readonly frozen = new Map<string, unknown>();
  private readonly timers = new Set<NodeJS.Timeout>();

  private constructor(
    public readonly options: FakeOptions,
    public readonly port: number,
  ) {
    this.data = new FakeData(this);
  }

  /** A node that joins, as a new one or in place of one that was removed. */
  public async join(host: string): Promise<void> {
    const holder = this.members.find((node) => node.host === host);
    if (holder && this.hasShards(holder.id)) throw new Error(`peer URI ${host} already used by a peer which still has shards`);
    if (holder) this.forget(holder);
    const id = `1357924680135792${(this.options.firstId ?? 1000) + this.nodes.length}`;
    const listener: RequestListener = (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        const denial = this.denialOf(request.method!, request.url!, request.headers['api-key']);
        const body = bodyOf(Buffer.concat(parts), request.headers['content-type']);
        const reply = denial ?? this.serve(node, request.method!, request.url!, body);
        // What is answered at once is of this moment.
        if (Array.isArray(reply)) this.answer(node, request, response, reply);
        else void reply.then((later) => this.answer(node, request, response, later));
      });
    };
    const server: Server = this.options.tls ? createSecureServer(this.options.tls, listener) : createServer(listener);
    const node: Node = { id, host, server, version: this.options.version ?? '1.19.0', isUp: true, isReady: true };
    await new Promise<void>((resolve, reject) => server.on('error', reject).listen(this.port, host, resolve));
    this.nodes.push(node);
    this.members.push(node);
  }

  private answer({ host }: Node, request: IncomingMessage, response: ServerResponse, regular: Reply): void {
    const [method, url] = [request.method!, request.url!];
    if (this.cuts(host, method, url)) return void request.socket.destroy();
    const [status, answer] = this.tamper(host, url, regular[1]) ?? regular;
    if (Buffer.isBuffer(answer) && this.breaksOff(host, url)) {
      response.writeHead(status, { 'content-length': answer.length }).write(answer.subarray(0, answer.length / 2));
      return void setTimeout(() => request.socket.destroy(), 20);
    }
    if (Buffer.isBuffer(answer)) return void response.writeHead(status, { 'content-length': answer.length }).end(answer);
    const content = typeof answer === 'string' ? answer : JSON.stringify(answer).replace(/"#(-?\d+)#"/g, '$1');
    response.writeHead(status, { 'content-type': 'application/json' }).end(content);
  }

  /** Takes a node away, with or without hope. */
  public async lose(host: string): Promise<void> {
    const node = this.nodeAt(host);
    node.isUp = false;
    node.server.closeAllConnections();
    await new Promise((resolve) => node.server.close(resolve));
  }

  /** Brings a node back, with its disk. */
  public async bringBack(host: string): Promise<void> {
    const node = this.nodeAt(host);
    await new Promise<void>((resolve) => node.server.listen(this.port, host, resolve));
    node.isUp = true;
  }

  public setReady(host: string, isReady: boolean): void {
    this.nodeAt(host).isReady = isReady;
  }

  /** Has a node say of the shards of a collection what it knows now, whatever is decided from here on. */
  public freeze(host: string, collection: string): void {
    const node = this.nodeAt(host);
    this.frozen.set(`${node.id} ${collection}`, this.clusterInfo(node, collection));
  }

  /** A collection with shards on the nodes of these numbers. */
  public addCollection(name: string, factor: number, placement: number[][], config: object = {}): void {
    const shards = placement.map((peers, index): [number, FakeShard] => {
      const copies = peers.map((peer): [string, FakeCopy] => [this.members[peer].id, { state: 'Active', points: new Set() }]);
      return [index, { copies: new Map(copies) }];
    });
    this.collections.set(name, { factor, shards: new Map(shards), config, schema: {} });
  }

  public setState(collection: string, shard: number, host: string, state: ReplicaState): void {
    this.shard(collection, shard).copies.get(this.nodeAt(host).id)!.state = state;
  }

  /** Begins a transfer, as another client would. */
  public beginTransfer(collection: string, shard: number, from: string, to: string, sync: boolean): void {
    this.transfer({ collection, shard, from: this.nodeAt(from).id, to: this.nodeAt(to).id, sync });
  }

  /** Writes a point, and tells whether it was taken. */
  public write(collection: string, point: number): boolean {
    const { shards } = this.collections.get(collection)!;
    const shard = shards.get(point % shards.size)!;
    const [active, others] = [this.live(shard), [...shard.copies].filter(([, { state }]) => state !== 'Active')];
    if (active.length === 0) return false;
    // A copy that misses a write is dead from then on.
    for (const [peer, copy] of shard.copies) if (copy.state === 'Active' && !this.isUp(peer)) copy.state = 'Dead';
    for (const [, copy] of [...active, ...others.filter(([, { state }]) => state === 'Partial')]) copy.points.add(point);
    return true;
  }

  /** The hosts that have complete copies of a shard, and answer. */
  public holders(collection: string, shard: number): string[] {
    const peers = this.live(this.shard(collection, shard)).map(([peer]) => peer);
    return this.nodes.filter(({ id }) => peers.includes(id)).map(({ host }) => host);
  }

  /** The points that some complete copy of their shard lacks. */
  public lostPoints(collection: string, points: number[]): number[] {
    const { shards } = this.collections.get(collection)!;
    return points.filter((point) => {
      const live = this.live(shards.get(point % shards.size)!);
      return live.length === 0 || live.some(([, copy]) => !copy.points.has(point));
    });
  }

  public get memberHosts(): string[] {
    return this.members.map(({ host }) => host);
  }

  public shardCount(host: string): number {
    const { id } = this.nodeAt(host);
    return this.allShards().filter(({ copies }) => copies.has(id)).length;
  }

  public async stop(): Promise<void> {
    this.timers.forEach(clearTimeout);
    await Promise.all(this.nodes.filter(({ isUp }) => isUp).map(({ host }) => this.lose(host)));
  }

  // --- What is served -----------------------------------------------------------------------------------------------------------

  private denialOf(method: string, url: string, key: unknown): [number, unknown] | undefined {
    const { apiKey, readOnlyKey } = this.options;
    if (apiKey === undefined || key === apiKey) return undefined;
    if (key === undefined || key !== readOnlyKey)
      return refused(401, 'Must provide an API key or an Authorization bearer token');
    const isRead = method === 'GET' || /\/points(\/(count|scroll|query))?(\?|$)/.test(url);
    return isRead ? undefined : refused(403, 'Forbidden: Write access to collection docs is required');
  }

  private serve(node: Node, method: string, url: string, body: any): Reply | Promise<Reply> {
    const path = url.split('?')[0];
    const [, removed] = /^\/cluster\/peer\/(\d+)$/.exec(path) ?? [];
    const [, name, isCluster] = /^\/collections\/([^/]+)(\/cluster)?$/.exec(path) ?? [];
    const collection = name === undefined ? undefined : decodeURIComponent(name);
    if (path === '/') return [200, { title: 'qdrant - vector search engine', version: node.version, commit: '' }];
    if (path === '/readyz') return node.isReady ? [200, 'all shards are ready'] : [503, 'some shards are not ready'];
    if (path === '/cluster') return ok(this.status(node));
    if (path === '/telemetry') return ok(this.telemetry(node));
    if (path === '/quotas' && this.options.diskPercent !== undefined) {
      const quotas: Schemas['QuotaStatus'] = { config: {}, usage: { disk_usage_percent: this.options.diskPercent } };
      return ok(quotas);
    }
    const reply = this.data.serve(node, method, url, body);
    if (reply) return reply;
    if (path === '/collections') return ok({ collections: [...this.collections.keys()].map((known) => ({ name: known })) });
    if (method === 'DELETE' && removed) return this.decide(`remove ${removed}`, () => this.removePeer(removed));
    if (collection === undefined || !this.collections.has(collection)) return refused(404, `Not found: ${path}`);
    if (method === 'POST' && isCluster) return this.decide(JSON.stringify(body), () => this.change(collection, body));
    const frozen = this.frozen.get(`${node.id} ${collection}`);
    return ok(isCluster ? (frozen ?? this.clusterInfo(node, collection)) : this.info(collection));
  }

  private status(node: Node): unknown {
    if (this.options.standalone) return { status: 'disabled' };
    const leader = this.members.find(({ isUp }) => isUp)?.id ?? '0';
    const silent = node.id === leader ? this.members.filter(({ isUp }) => !isUp) : [];
    const failures = silent.map(({ host }) => [`http://${host}:6335/`, { count: 3, latest_error: 'transport error' }]);
    const status: Wire<Extract<Schemas['ClusterStatus'], { status: 'enabled' }>> = {
      status: 'enabled',
      peer_id: new Id(node.id),
      peers: Object.fromEntries(this.members.map(({ id, host }) => [id, { uri: `http://${host}:6335/` }])),
      raft_info: {
        ...{ term: 1, commit: this.changes.length, pending_operations: 0, is_voter: true },
        // Whoever is no member hears of no leader.
        ...(this.members.includes(node) && this.hasMajority ? { leader: new Id(leader), role: 'Follower' } : {}),
      },
      consensus_thread_status: { consensus_thread_status: 'working', last_update: new Date().toISOString() },
      message_send_failures: Object.fromEntries(failures),
    };
    return status;
  }

  private telemetry(node: Node): unknown {
    const collections = [...this.collections].map(([id, { shards }]) => ({
      id,
      shards: [...shards].map(([shard, { copies }]) => {
        const copy = copies.get(node.id);
        if (copy === undefined) return { id: shard, remote: [], replicate_states: {} };
        const update_queue: Schemas['ShardUpdateQueueInfo'] = { length: 0, op_num: this.data.operationsOf(id, copy) };
        const sizes = { vectors_size_bytes: copy.points.size * BYTES_OF_POINT, payloads_size_bytes: 0 };
        return { id: shard, remote: [], replicate_states: {}, local: { total_optimized_points: 0, ...sizes, update_queue } };
      }),
    }));
    const system: Schemas['RunningEnvironmentTelemetry'] = { is_docker: false, cpu_flags: '', disk_size: DISK_KIB };
    return { id: 'id', app: { name: 'qdrant', version: node.version, startup: '', system }, collections: { collections } };
  }

  private info(collection: string): unknown {
    const { factor, shards, config, schema } = this.collections.get(collection)!;
    const params: Schemas['CollectionParams'] = { shard_number: shards.size, replication_factor: factor };
    const whole = { ...config, params: { ...params, ...config.params } };
    return { status: 'green', optimizer_status: 'ok', segments_count: 1, config: whole, payload_schema: schema };
  }

  private clusterInfo(node: Node, collection: string): unknown {
    const { shards } = this.collections.get(collection)!;
    const all = [...shards].flatMap(([shard_id, { copies, key }]) =>
      [...copies].map(([peer, { state, points }]) => {
        return { shard_id, peer, state, points_count: points.size, ...(key === undefined ? {} : { shard_key: key }) };
      }),
    );
    const transfers = [...this.transfers].filter((transfer) => transfer.collection === collection);
    const info: Wire<Schemas['CollectionClusterInfo']> = {
      peer_id: new Id(node.id),
      shard_count: shards.size,
      local_shards: all.filter(({ peer }) => peer === node.id).map(({ peer: _, ...shard }) => shard),
      remote_shards: all
        .filter(({ peer }) => peer !== node.id)
        .map(({ peer, points_count: _, ...shard }) => ({ ...shard, peer_id: new Id(peer) })),
      shard_transfers: transfers.map(({ shard, from, to, sync }) => {
        return { shard_id: shard, from: new Id(from), to: new Id(to), sync, method: 'stream_records' };
      }),
    };
    return info;
  }

  // --- What is decided ------------------------------------------------------------------------------------------------------------

  /** By a majority, or not at all. */
  public decide(what: string, act: () => string | undefined): Reply {
    if (!this.hasMajority) return refused(500, 'Waiting for consensus operation commit failed. Timeout set at: 10 seconds');
    const refusal = act();
    if (refusal !== undefined) return refused(400, refusal);
    this.changes.push(what);
    return ok(true);
  }

  private change(collection: string, body: any): string | undefined {
    const { move_shard: move, replicate_shard: replicate, drop_replica: drop } = body;
    if (drop) return this.drop(collection, drop.shard_id, drop.peer_id);
    const { shard_id: shard, from_peer_id: from, to_peer_id: to } = move ?? replicate;
    return this.transfer({ collection, shard, from, to, sync: replicate !== undefined });
  }

  private transfer(transfer: FakeTransfer): string | undefined {
    const { collection, shard, from, to } = transfer;
    const { copies } = this.shard(collection, shard);
    const isKnown = (id: string) => this.members.some((member) => member.id === id);
    if (!isKnown(from) || !isKnown(to)) return `Peer ${isKnown(from) ? to : from} does not exist`;
    if (copies.get(from)?.state !== 'Active') return `Shard ${shard} is not active on peer ${from}`;
    const isInvolved = [...this.transfers].some((other) => {
      const isSame = other.collection === collection && other.shard === shard;
      return isSame && [other.from, other.to].some((peer) => [from, to].includes(peer));
    });
    if (isInvolved) return `Shard ${shard} is already involved in transfer`;
    this.guarded(`transfer of ${collection}/${shard}`, () => copies.set(to, { state: 'Partial', points: new Set() }));
    this.transfers.add(transfer);
    this.later(() => this.end(transfer));
    return undefined;
  }

  private end(transfer: FakeTransfer): void {
    if (!this.transfers.has(transfer)) return;
    const { collection, shard, from, to, sync } = transfer;
    if (!this.collections.get(collection)?.shards.has(shard)) return void this.transfers.delete(transfer);
    const { copies } = this.shard(collection, shard);
    const [source, target] = [copies.get(from), copies.get(to)];
    const isWell = source?.state === 'Active' && this.isUp(from) && this.isUp(to) && target !== undefined;
    if (!isWell || this.options.fate?.(transfer) === 'fails') return this.abort(transfer);
    this.transfers.delete(transfer);
    this.guarded(`end of a transfer of ${collection}/${shard}`, () => {
      for (const point of source.points) target.points.add(point);
      target.state = 'Active';
      if (!sync) copies.delete(from);
    });
  }

  private abort(transfer: FakeTransfer): void {
    const { collection, shard, to, sync } = transfer;
    this.transfers.delete(transfer);
    const { copies } = this.shard(collection, shard);
    const target = copies.get(to);
    if (!target) return;
    if (!sync) copies.delete(to);
    else target.state = 'Dead';
    if (sync) this.later(() => this.recover(collection, shard, to));
  }

  /** As nodes do by themselves with copies of theirs that are dead. */
  public recover(collection: string, shard: number, peer: string): void {
    const found = this.collections.get(collection)?.shards.get(shard);
    if (!found) return;
    const { copies } = found;
    const source = this.live(found).find(([other]) => other !== peer);
    if (copies.get(peer)?.state !== 'Dead' || !this.isUp(peer) || !source) return;
    this.transfer({ collection, shard, from: source[0], to: peer, sync: true });
  }

  private drop(collection: string, shard: number, peer: string): string | undefined {
    const { copies } = this.shard(collection, shard);
    if (!copies.has(peer)) return `Peer ${peer} has no replica of shard ${shard}`;
    const active = [...copies].filter(([, { state }]) => state === 'Active').map(([id]) => id);
    // Whether the others answer, it does not ask.
    if (copies.size === 1 || (active.length === 1 && active[0] === peer)) {
      return `Shard ${shard} must have at least one active replica after removing ${peer}`;
    }
    const related = [...this.transfers].filter((one) => one.collection === collection && one.shard === shard);
    related.filter(({ from, to }) => [from, to].includes(peer)).forEach((transfer) => this.abort(transfer));
    this.guarded(`drop of ${collection}/${shard} on ${peer}`, () => copies.delete(peer));
    return undefined;
  }

  private removePeer(id: string): string | undefined {
    if (this.hasShards(id)) return `Cannot remove peer ${id} as there are shards on it`;
    const member = this.members.find((node) => node.id === id);
    if (!member) return `Peer ${id} does not exist`;
    this.forget(member);
    return undefined;
  }

  private forget(member: Node): void {
    this.members.splice(this.members.indexOf(member), 1);
  }

  /** Notes where a change left fewer complete copies than there were, and than are asked for. */
  private guarded(what: string, act: () => void): void {
    const count = () =>
      [...this.collections].flatMap(([name, { factor, shards }]) =>
        [...shards].map(([id, shard]) => ({ place: `${name}/${id}`, factor, live: this.live(shard).length })),
      );
    const before = count();
    act();
    count().forEach(({ place, factor, live }, index) => {
      if (live < before[index].live && live < factor)
        this.harms.push(`${what}: ${place} from ${before[index].live} to ${live}`);
    });
  }

  public later(act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, this.options.transferMilliseconds ?? 5);
    this.timers.add(timer);
  }

  public live({ copies }: FakeShard): Array<[string, FakeCopy]> {
    return [...copies].filter(([peer, { state }]) => state === 'Active' && this.isUp(peer));
  }

  private allShards(): FakeShard[] {
    return [...this.collections.values()].flatMap(({ shards }) => [...shards.values()]);
  }

  private hasShards(id: string): boolean {
    return this.allShards().some(({ copies }) => copies.has(id));
  }

  private get hasMajority(): boolean {
    return this.members.filter(({ isUp }) => isUp).length * 2 > this.members.length;
  }

  public isUp(id: string): boolean {
    return this.nodes.some((node) => node.id === id && node.isUp);
  }

  public shard(collection: string, shard: number): FakeShard {
    return this.collections.get(collection)!.shards.get(shard)!;
  }

  /** The latest of those that had an address. */
  public nodeAt(host: string): Node {
    return this.nodes.filter((node) => node.host === host).at(-1)!;
  }
}

export function ok(result: unknown): [number, unknown] {
  return [200, { result, status: 'ok', time: 0 }];
}

export function refused(status: number, error: string): [number, unknown] {
  return [status, { status: { error }, time: 0 }];
}
