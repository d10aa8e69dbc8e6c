import { createHash } from 'node:crypto';
import type { FakeCluster, FakeCollection, Node, Reply } from './fake-cluster';

/** What goes over the wire of a shard: its points, with how often each was written, and filling, so that it comes in parts. */
interface SnapshotContent {
  readonly points: Array<[id: number, revision: number]>;
  readonly indexes: string[];
  readonly filling: string;
}

/** How large a snapshot is, if nothing else is asked for. */
const SNAPSHOT_BYTES = 200_000;

const ok = (result: unknown): Reply => [200, { result, status: 'ok', time: 0 }];
const refused = (status: number, error: string): Reply => [status, { status: { error }, time: 0 }];

/**
 * What collections of a fake cluster hold, and how they are made, read and backed up, as the server of 1.19 does it (`snapshot_api.rs`,
 * `recover_shard_snapshot_impl`): a snapshot is made whoever waits for it, is called by the second, and once it is recovered the other copies are dead by
 * decisions that come later, and are brought back by transfers.
 */
export class FakeData {
  public readonly aliases = new Map<string, string>();
  /** The snapshots on nodes, by node, collection and shard. */
  public readonly snapshots = new Map<string, Map<string, Buffer>>();
  /** Indexes that a recovered shard had, and that were thrown away as the collection did not have them. */
  public readonly lostIndexes: string[] = [];
  /** How many snapshots were made and recovered. */
  public readonly counts = { made: 0, recovered: 0, mostAtATime: 0 };
  private readonly revisions = new Map<string, number>();
  private readonly operations = new WeakMap<Set<number>, { content: string; count: number }>();
  private readonly busy = new Map<string, number>();
  private proposals: Array<() => void> = [];

  constructor(private readonly cluster: FakeCluster) {}

  /** Writes a point another time. */
  public revise(collection: string, point: number): void {
    this.revisions.set(`${collection} ${point}`, this.revisionOf(collection, point) + 1);
  }

  /** Puts points into a shard. */
  public put(collection: string, shard: number, ...points: number[]): void {
    for (const copy of this.cluster.shard(collection, shard).copies.values()) points.forEach((point) => copy.points.add(point));
  }

  /** All snapshots that nodes have. */
  public get leftOnNodes(): string[] {
    return [...this.snapshots.values()].flatMap((own) => [...own.keys()]);
  }

  /** The points of a collection, as a node reads them: copies of its own first. */
  public pointsOf(collection: string, node?: Node): number[] {
    const { shards } = this.cluster.collections.get(collection)!;
    const copyOf = (live: ReturnType<FakeCluster['live']>) => live.find(([peer]) => peer === node?.id) ?? live[0];
    const points = [...shards.values()].flatMap((shard) => [...(copyOf(this.cluster.live(shard))?.[1].points ?? [])]);
    return points.sort((one, other) => one - other);
  }

  public serve(node: Node, method: string, url: string, body: any): Reply | Promise<Reply> | undefined {
    const { pathname: path, searchParams: query } = new URL(url, 'http://node');
    if (path === '/aliases') {
      return ok({ aliases: [...this.aliases].map(([alias_name, collection_name]) => ({ alias_name, collection_name })) });
    }
    if (path === '/collections/aliases') return this.changeAliases(body.actions);
    const [, given, rest = ''] = /^\/collections\/([^/]+)(\/.*)?$/.exec(path) ?? [];
    if (given === undefined) return undefined;
    const name = decodeURIComponent(given);
    if (rest === '' && method === 'PUT') return this.create(name, body);
    const collection = this.cluster.collections.get(name);
    if (!collection) return refused(404, `Not found: Collection \`${name}\` doesn't exist!`);
    const [, shard, snapshot] = /^\/shards\/(\d+)\/snapshots(?:\/(.+))?$/.exec(rest) ?? [];
    if (shard !== undefined) return this.snapshotsOf(node, method, name, Number(shard), snapshot, query, body);
    if (rest.startsWith('/points')) return this.points(node, name, collection, rest, body, query);
    return this.changeCollection(name, collection, method, rest, body);
  }

  private changeAliases(actions: any[]): Reply {
    return this.cluster.decide(`aliases ${JSON.stringify(actions)}`, () => {
      for (const { create_alias: create, delete_alias: remove } of actions) {
        if (remove) this.aliases.delete(remove.alias_name);
        else if (!this.cluster.collections.has(create.collection_name))
          return `Collection ${create.collection_name} doesn't exist`;
        else this.aliases.set(create.alias_name, create.collection_name);
      }
      return undefined;
    });
  }

  private create(name: string, body: any): Reply {
    if (this.cluster.collections.has(name)) return refused(409, `Wrong input: Collection \`${name}\` already exists!`);
    if (this.aliases.has(name)) return refused(400, `Alias with the same name already exists`);
    return this.cluster.decide(`create ${name}`, () => {
      const { shard_number = 1, replication_factor = 1, sharding_method, metadata, ...others } = body;
      const placement = sharding_method === 'custom' ? [] : this.placementOf(shard_number, replication_factor);
      const { hnsw_config, optimizers_config, wal_config, quantization_config, strict_mode_config, ...params } = others;
      const config = {
        params: { ...params, shard_number, replication_factor, ...(sharding_method ? { sharding_method } : {}) },
        ...{ hnsw_config, optimizer_config: optimizers_config, wal_config, quantization_config, strict_mode_config, metadata },
      };
      this.cluster.addCollection(name, replication_factor, placement, JSON.parse(JSON.stringify(config)));
      return undefined;
    });
  }

  private changeCollection(
    name: string,
    collection: FakeCollection,
    method: string,
    rest: string,
    body: any,
  ): Reply | undefined {
    const { config, schema, shards } = collection;
    const change = (what: string, act: () => void) =>
      this.cluster.decide(`${what} ${name}`, () => {
        this.settle();
        return void act();
      });
    if (rest === '' && method === 'DELETE') {
      return change('delete', () => {
        this.cluster.collections.delete(name);
        for (const [alias, target] of this.aliases) if (target === name) this.aliases.delete(alias);
      });
    }
    if (rest === '' && method === 'PATCH') {
      return change('update', () => {
        const { params = {}, metadata = {}, strict_mode_config: strict } = body;
        // `update_strict_mode_config`: what is not told stays.
        if (strict) config.strict_mode_config = { ...config.strict_mode_config, ...strict };
        Object.assign((config.params ??= {}), params);
        config.metadata = { ...config.metadata, ...metadata };
        for (const [key, value] of Object.entries(metadata)) if (value === null) delete config.metadata[key];
      });
    }
    if (rest === '/index' && method === 'PUT') {
      const strict = config.strict_mode_config?.enabled ? config.strict_mode_config : {};
      // Be it one that is there (`src/common/update.rs`).
      if (Object.keys(schema).length >= (strict.max_payload_index_count ?? Infinity))
        return refused(400, 'Bad request: Collection already has the maximum number of payload indices');
      return change(`index ${body.field_name} of`, () => {
        const isWord = typeof body.field_schema === 'string';
        const told = isWord
          ? { data_type: body.field_schema }
          : { data_type: body.field_schema.type, params: body.field_schema };
        schema[body.field_name] = { ...told, points: 0 };
      });
    }
    if (rest === '/shards' && method === 'PUT') {
      if (this.cluster.options.standalone) return refused(400, 'Bad request: Distributed mode disabled');
      return change(`key ${body.shard_key} of`, () => {
        // `CollectionState::max_shard_id` is 0 where there is none: the first shard of a key is 1.
        const base = Math.max(0, ...shards.keys()) + 1;
        const placement = this.placementOf(
          body.shards_number ?? config.params.shard_number,
          body.replication_factor ?? collection.factor,
        );
        placement.forEach((peers, index) => {
          const copies = peers.map((peer) => [this.cluster.members[peer].id, { state: 'Active', points: new Set() }] as const);
          shards.set(base + index, { copies: new Map(copies as any), key: body.shard_key });
        });
      });
    }
    if (rest === '/shards/delete' && method === 'POST') {
      return change(`drop key ${body.shard_key} of`, () => {
        for (const [id, { key }] of shards) if (key === body.shard_key) shards.delete(id);
      });
    }
    return undefined;
  }

  private placementOf(count: number, factor: number): number[][] {
    const nodes = this.cluster.members.length;
    const copies = Math.min(factor, nodes);
    return [...Array(count).keys()].map((index) => [...Array(copies).keys()].map((copy) => (index + copy) % nodes));
  }

  // --- Snapshots ------------------------------------------------------------------------------------------------------------------

  private snapshotsOf(
    node: Node,
    method: string,
    collection: string,
    shard: number,
    snapshot: string | undefined,
    query: URLSearchParams,
    body: any,
  ): Reply | Promise<Reply> {
    const copy = this.cluster.collections.get(collection)!.shards.get(shard)?.copies.get(node.id);
    if (!copy) return refused(404, `Not found: Shard ${shard} is not a local shard`);
    const place = `${node.id} ${collection}/${shard}`;
    const own = this.snapshots.get(place) ?? new Map<string, Buffer>();
    this.snapshots.set(place, own);
    if (method === 'POST' && snapshot === 'upload') return this.recover(node, collection, shard, query, body);
    if (method === 'POST') return this.make(node, collection, shard, own);
    if (snapshot === undefined) return ok([...own].map(([name, content]) => ({ name, size: content.length })));
    const name = decodeURIComponent(snapshot);
    const content = own.get(name);
    if (!content) return refused(404, `Not found: Snapshot ${name}`);
    if (method === 'GET') return [200, content];
    own.delete(name);
    return ok(true);
  }

  private async make(node: Node, collection: string, shard: number, own: Map<string, Buffer>): Promise<Reply> {
    const stamp = new Date().toISOString().slice(0, 19).replace(/[T:]/g, '-');
    this.busy.set(node.id, (this.busy.get(node.id) ?? 0) + 1);
    this.counts.mostAtATime = Math.max(this.counts.mostAtATime, this.busy.get(node.id)!);
    await new Promise((resolve) => setTimeout(resolve, this.cluster.options.snapshotMilliseconds ?? 0));
    this.busy.set(node.id, this.busy.get(node.id)! - 1);
    const points = [...this.cluster.shard(collection, shard).copies.get(node.id)!.points].map((point): [number, number] => [
      point,
      this.revisionOf(collection, point),
    ]);
    const indexes = Object.keys(this.cluster.collections.get(collection)!.schema);
    const filling = 'x'.repeat(this.cluster.options.snapshotBytes ?? SNAPSHOT_BYTES);
    const content = Buffer.from(JSON.stringify({ points, indexes, filling } satisfies SnapshotContent));
    const name = `${collection}-shard-${shard}-${stamp}.snapshot`;
    own.set(name, content);
    this.counts.made += 1;
    return ok({ name, creation_time: null, size: content.length, checksum: sha256(content) });
  }

  private recover(node: Node, collection: string, shard: number, query: URLSearchParams, file: unknown): Reply {
    if (!Buffer.isBuffer(file)) return refused(400, 'Multipart error: no snapshot');
    const checksum = query.get('checksum');
    if (checksum !== null && checksum !== sha256(file)) return refused(400, 'Bad request: Snapshot checksum mismatch');
    const { points, indexes }: SnapshotContent = JSON.parse(file.toString());
    const { copies } = this.cluster.shard(collection, shard);
    const { schema } = this.cluster.collections.get(collection)!;
    const own = copies.get(node.id)!;
    own.points = new Set(points.map(([point]) => point));
    points.forEach(([point, revision]) => this.revisions.set(`${collection} ${point}`, revision));
    this.lostIndexes.push(...indexes.filter((index) => schema[index] === undefined));
    this.counts.recovered += 1;
    if (query.get('priority') === 'snapshot') this.propose(collection, shard, node.id);
    return ok(true);
  }

  /** That copy is active, and the others are dead. */
  private propose(collection: string, shard: number, peer: string): void {
    this.proposals.push(() => {
      const copies = this.cluster.collections.get(collection)?.shards.get(shard)?.copies ?? new Map();
      for (const [id, copy] of copies) {
        copy.state = id === peer ? 'Active' : 'Dead';
        if (id !== peer) this.cluster.later(() => this.cluster.recover(collection, shard, id));
      }
    });
    this.cluster.later(() => this.settle());
  }

  /** What was proposed before is decided before. */
  private settle(): void {
    const proposals = this.proposals;
    this.proposals = [];
    proposals.forEach((apply) => apply());
  }

  // --- Points ---------------------------------------------------------------------------------------------------------------------

  private points(
    node: Node,
    name: string,
    { shards, config }: FakeCollection,
    rest: string,
    body: any,
    query: URLSearchParams,
  ): Reply {
    const strict = config.strict_mode_config?.enabled ? config.strict_mode_config : {};
    const isTooMuch =
      body.limit > (strict.max_query_limit ?? Infinity) || Number(query.get('timeout')) > (strict.max_timeout ?? Infinity);
    if (isTooMuch) return refused(400, 'Bad request: Limit exceeded. Help: Reduce it');
    if (body.exact && strict.search_allow_exact === false)
      return refused(400, 'Bad request: Exact search disabled!. Help: Set exact=false.');
    const isAway = [...shards.values()].some((shard) => this.cluster.live(shard).length === 0);
    if (isAway) return refused(500, 'Service internal error: The replica set has no active replicas');
    const all = this.pointsOf(name, node);
    if (rest === '/points/count') return ok({ count: all.length });
    const recordOf = (id: number) => this.record(name, id, body);
    if (rest === '/points') return ok(all.filter((id) => body.ids.map(Number).includes(id)).map(recordOf));
    if (rest === '/points/query') {
      const from = Math.floor(Math.random() * Math.max(1, all.length - body.limit));
      return ok({ points: all.slice(from, from + body.limit).map(recordOf) });
    }
    const from = all.filter((id) => body.offset === undefined || id >= Number(body.offset));
    return ok({ points: from.slice(0, body.limit).map(recordOf), next_page_offset: from[body.limit] ?? null });
  }

  private record(collection: string, id: number, { with_payload, with_vector }: any): object {
    const dense = [id / 7, 1];
    return {
      id,
      ...(with_payload ? { payload: { n: id, revision: this.revisionOf(collection, id) } } : {}),
      ...(with_vector ? { vector: { dense, text: { indices: [id], values: [0.5] } } } : {}),
    };
  }

  /** How many operations a copy has taken, as telemetry tells: one more wherever it is seen to hold something else. */
  public operationsOf(collection: string, { points }: { points: Set<number> }): number {
    const content = [...points].map((point) => `${point} ${this.revisionOf(collection, point)}`).join();
    const seen = this.operations.get(points) ?? { content, count: points.size };
    const now = seen.content === content ? seen : { content, count: seen.count + 1 };
    this.operations.set(points, now);
    return now.count;
  }

  private revisionOf(collection: string, point: number): number {
    return this.revisions.get(`${collection} ${point}`) ?? 0;
  }
}

/** What was sent: JSON, the file of a form, or nothing. */
export function bodyOf(content: Buffer, type: string | undefined): any {
  const [, boundary] = /^multipart\/form-data; boundary=(.*)$/.exec(type ?? '') ?? [];
  if (boundary !== undefined) {
    const from = content.indexOf('\r\n\r\n') + 4;
    return content.subarray(from, content.lastIndexOf(`\r\n--${boundary}--`));
  }
  const text = content.toString('utf8');
  return text === '' ? undefined : JSON.parse(withLarge(text.replace(/("(?:\w+_)?peer_id":)(\d+)/g, '$1"$2"')));
}

/** Numbers that JavaScript would round are told as they came. */
function withLarge(text: string): string {
  const isLarge = (one: string) => /^-?\d{16,}$/.test(one) && !Number.isSafeInteger(Number(one));
  return text.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (one) => (isLarge(one) ? `"#${one}#"` : one));
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
