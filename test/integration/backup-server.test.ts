import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/network/free-port';
import { ops } from '../support/ops-command';
import { describeWith } from '../support/programs';
import { configurationOf, REAL_SERVER } from '../support/server-image';
import { pause } from '../support/until';

const POINTS = 500;

/** Qdrant itself, on an address of loopback for each node. */
class Servers {
  private readonly all: ChildProcess[] = [];

  constructor(
    private readonly folder: string,
    public readonly rest: number,
    private readonly peer: number,
    private readonly grpc: number,
  ) {}

  /** Starts a node of a cluster, which the first has founded; or a server by itself. */
  public async start(host: string, first?: string): Promise<void> {
    const place = join(this.folder, host);
    mkdirSync(place, { recursive: true });
    cpSync(configurationOf(REAL_SERVER!), join(place, 'config'), { recursive: true });
    const settings = {
      ...{ SERVICE__HOST: host, SERVICE__HTTP_PORT: `${this.rest}`, SERVICE__GRPC_PORT: `${this.grpc}` },
      ...{ STORAGE__STORAGE_PATH: join(place, 'storage'), STORAGE__SNAPSHOTS_PATH: join(place, 'snapshots') },
      ...{ CLUSTER__ENABLED: `${first !== undefined}`, CLUSTER__P2P__PORT: `${this.peer}`, TELEMETRY_DISABLED: 'true' },
    };
    const environment = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`QDRANT__${name}`, value]));
    const uri = (of: string) => `http://${of}:${this.peer}`;
    const joining = first === undefined || first === host ? [] : ['--bootstrap', uri(first)];
    const args = [
      '--config-path',
      join(place, 'config/config.yaml'),
      ...(first === undefined ? [] : ['--uri', uri(host)]),
      ...joining,
    ];
    this.all.push(spawn(REAL_SERVER!, args, { cwd: place, env: { PATH: process.env.PATH, ...environment }, stdio: 'ignore' }));
    await eventually(async () => (await fetch(`http://${host}:${this.rest}/readyz`)).ok);
  }

  public async ask(host: string, method: string, path: string, body?: object): Promise<any> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://${host}:${this.rest}${path}`, { method, headers, body: body && JSON.stringify(body) });
    const answer: any = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.result;
  }

  public async stop(): Promise<void> {
    for (const server of this.all) {
      server.kill('SIGKILL');
      if (server.exitCode === null) await once(server, 'exit');
    }
  }

  /** The snapshots that a node has of shards. */
  public snapshotsOf(host: string): string[] {
    const names = readdirSync(join(this.folder, host, 'snapshots'), { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.snapshot'));
  }
}

/** Waits until something holds; what fails does not hold yet. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (await holds().catch(() => false)) return;
    await pause(0.2);
  }
  throw new Error('a server does not get ready');
}

describeWith(['QDRANT_BIN'], 'a backup of Qdrant itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backup-server-'));
  const [NODES, NEW, THROWAWAY] = [['127.0.0.161', '127.0.0.162', '127.0.0.163'], '127.0.0.171', '127.0.0.172'];
  const place = join(folder, 'backups');
  let servers: Servers;
  let others: Servers;

  const run = (command: string, host: string, ...args: string[]) => {
    const where = host === '' ? [] : ['--host', host, '--rest-port', `${servers.rest}`, '--clear-text'];
    return ops([
      command,
      command === 'backup' ? '--to' : '--from',
      place,
      ...where,
      '--poll',
      '0.2',
      '--patience',
      '120',
      ...args,
    ]);
  };
  const count = async (host: string, name: string) =>
    (await servers.ask(host, 'POST', `/collections/${name}/points/count`, { exact: true })).count;

  beforeAll(async () => {
    const [rest, peer, grpc] = [await freePort(), await freePort(), await freePort()];
    servers = new Servers(folder, rest, peer, grpc);
    others = new Servers(folder, rest, peer, grpc);
    for (const node of NODES) await servers.start(node, NODES[0]);
    await others.start(NEW, NEW);
    await others.start(THROWAWAY);
    await eventually(async () => Object.keys((await servers.ask(NODES[0], 'GET', '/cluster')).peers).length === 3);
    const vectors = { dense: { size: 4, distance: 'Cosine' } };
    const collection = { vectors, sparse_vectors: { text: { modifier: 'idf' } }, shard_number: 4, replication_factor: 2 };
    await servers.ask(NODES[0], 'PUT', '/collections/docs?timeout=60', { ...collection, metadata: { owner: 'search' } });
    await servers.ask(NODES[0], 'PUT', '/collections/docs/index?wait=true', { field_name: 'city', field_schema: 'keyword' });
    const points = [...Array(POINTS).keys()].map((id) => ({
      id,
      vector: { dense: [id, 1, 2, 3], text: { indices: [id, id + 1], values: [0.5, 1] } },
      payload: { city: `city-${id % 7}`, nested: { list: [id, null, 'a'] } },
    }));
    await servers.ask(NODES[0], 'PUT', '/collections/docs/points?wait=true', { points });
    const actions = [{ create_alias: { alias_name: 'current', collection_name: 'docs' } }];
    await servers.ask(NODES[0], 'POST', '/collections/aliases', { actions });
    const tenants = { vectors: { size: 2, distance: 'Dot' }, sharding_method: 'custom', replication_factor: 2 };
    await servers.ask(NODES[0], 'PUT', '/collections/tenants?timeout=60', tenants);
    for (const key of ['north', 'gone', 'south']) {
      await servers.ask(NODES[0], 'PUT', '/collections/tenants/shards?timeout=60', { shard_key: key, shards_number: 2 });
      const own = [...Array(50).keys()].map((id) => ({ id, vector: [id, 1], payload: { key } }));
      await servers.ask(NODES[0], 'PUT', '/collections/tenants/points?wait=true', { points: own, shard_key: key });
    }
    await servers.ask(NODES[0], 'POST', '/collections/tenants/shards/delete?timeout=60', { shard_key: 'gone' });
    expect(await run('backup', NODES[0])).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    await servers?.stop();
    await others?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('leaves no snapshot on the nodes', () => {
    expect(NODES.flatMap((node) => servers.snapshotsOf(node))).toEqual([]);
  });

  test('is the cluster, point by point', async () => {
    const { status, out } = await run(
      'check-backup',
      NODES[0],
      '--collection',
      'docs',
      '--against',
      `http://${THROWAWAY}:${others.rest}`,
    );
    expect({ status, out }).toMatchObject({ status: 0, out: expect.stringMatching(/docs, 500 points, .*; 500 compared/) });
    expect((await others.ask(THROWAWAY, 'GET', '/collections')).collections).toEqual([]);
  });

  test('is restored to one node, with all that three had', async () => {
    const told = await run('restore', NEW);
    expect(told).toMatchObject({ status: 0 });
    const [before, after] = await Promise.all([NODES[0], NEW].map((host) => servers.ask(host, 'GET', '/collections/docs')));
    expect({ ...after.config, metadata: undefined }).toEqual({ ...before.config, metadata: undefined });
    expect(after.config.metadata.owner).toBe('search');
    expect(after.payload_schema).toMatchObject({ city: { data_type: 'keyword', points: POINTS } });
    expect([await count(NEW, 'docs'), await count(NEW, 'tenants'), await count(NEW, 'current')]).toEqual([POINTS, 100, POINTS]);
    // Each point is where Qdrant looks for it.
    const found = await servers.ask(NEW, 'POST', '/collections/docs/points', { ids: [...Array(POINTS).keys()] });
    expect(found).toHaveLength(POINTS);
    const own = { ids: [...Array(50).keys()], shard_key: 'south' };
    expect(await servers.ask(NEW, 'POST', '/collections/tenants/points', own)).toHaveLength(50);
  });

  test('replaces what was spoilt since, on every node', async () => {
    await servers.ask(NODES[1], 'POST', '/collections/docs/points/delete?wait=true', {
      filter: { must: [{ key: 'city', match: { value: 'city-3' } }] },
    });
    expect(await count(NODES[0], 'docs')).toBeLessThan(POINTS);
    expect(await run('restore', NODES[0], '--collection', 'docs', '--replace')).toMatchObject({ status: 0 });
    for (const node of NODES) expect(await count(node, 'docs')).toBe(POINTS);
    const names = (await servers.ask(NODES[0], 'GET', '/collections')).collections.map(({ name }: any) => name);
    expect(names.sort()).toEqual(['docs', 'tenants']);
    expect(await count(NODES[2], 'current')).toBe(POINTS);
  });
});
