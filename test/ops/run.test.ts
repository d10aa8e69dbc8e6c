import * as fc from 'fast-check';
import {
  LiveCluster,
  Outcome,
  Plan,
  planDrain,
  planRebalance,
  planRepair,
  RestClient,
  run,
  RunOptions,
  silentFor,
  StateReader,
} from '../../lib/ops';
import { ClusterState } from '../../lib/ops/cluster-state';
import { Cluster } from '../../lib/ops/live-cluster';
import { FakeCluster, FakeOptions } from '../support/fake-cluster';
import { usePatientClock } from '../support/patient-clock';
import { runs } from '../support/properties';

const [FIRST, SECOND, THIRD, FOURTH] = [11, 12, 13, 14].map((end) => `127.0.0.${end}`);
const options: RunOptions = {
  ...{ dryRun: false, transfers: 2, patienceSeconds: 3, graceSeconds: 0.05, pollSeconds: 0.003 },
  progress: () => {},
};

usePatientClock();

let fake: FakeCluster;
let client: RestClient;
let writing: NodeJS.Timeout | undefined;
let written: number[] = [];

async function start(fakeOptions: FakeOptions): Promise<void> {
  fake = await FakeCluster.start(fakeOptions);
  client = new RestClient({ timeoutSeconds: 10 });
  written = [];
}

/** Two collections on three nodes, and points in them. */
function fill(images = [[0], [1], [2]]): void {
  fake.addCollection('docs', 2, [
    [0, 1],
    [1, 2],
    [2, 0],
    [0, 1],
    [1, 2],
    [2, 0],
  ]);
  fake.addCollection('images', images[0].length, images);
  for (let point = 0; point < 200; point++) write(point);
}

function write(point: number): void {
  if (['docs', 'images'].map((name) => fake.write(name, point)).every(Boolean)) written.push(point);
}

/** Writes while something else goes on, and keeps what was taken. */
function keepWriting(): void {
  let next = 1000;
  writing = setInterval(() => write(next++), 1);
}

afterEach(async () => {
  clearInterval(writing);
  client.close();
  await fake.stop();
});

function connect(): LiveCluster {
  return new LiveCluster(new StateReader(client, [{ host: fake.memberHosts[0], port: fake.port }], fake.port), client);
}

const lost = () => ['docs', 'images'].flatMap((name) => fake.lostPoints(name, written));
const drain = (host: string) => (state: ClusterState) =>
  state.members.some(({ uri }) => uri.includes(host)) ? planDrain(state, host) : planRebalance(state);

class Killed extends Error {}

/** A run that is killed at one of its requests: before it is sent, or once it was done and nobody heard of it. */
function killedAt(call: number, isAfter: boolean, cluster: Cluster): Cluster {
  let calls = 0;
  const mayDie = async <T>(act: () => Promise<T>): Promise<T> => {
    const isLast = ++calls >= call;
    if (isLast && !isAfter) throw new Killed();
    const result = await act();
    if (isLast) throw new Killed();
    return result;
  };
  return { read: () => mayDie(() => cluster.read()), send: (...request) => mayDie(() => cluster.send(...request)) };
}

async function runUntilKilled(cluster: Cluster, planner: (state: ClusterState) => Plan): Promise<Outcome | undefined> {
  return run(cluster, planner, options).catch((error) => {
    if (error instanceof Killed) return undefined;
    throw error;
  });
}

describe('a run', () => {
  test('says what it would do, and does nothing, with dryRun; then does it, and finds nothing left', async () => {
    await start({ nodes: 3 });
    fill();
    await fake.join(FOURTH);
    const dry = await run(connect(), planRebalance, { ...options, dryRun: true });
    expect(dry).toMatchObject({
      ended: 'planned',
      begun: [],
      left: expect.arrayContaining([expect.stringMatching(/^move shard/)]),
    });
    expect(fake.changes).toEqual([]);

    keepWriting();
    const done = await run(connect(), planRebalance, options);
    expect(done).toMatchObject({ ended: 'done', left: [], waits: [] });
    expect(done.begun.length).toBeGreaterThan(0);
    expect(fake.shardCount(FOURTH)).toBeGreaterThan(1);
    expect({ harms: fake.harms, lost: lost() }).toEqual({ harms: [], lost: [] });

    clearInterval(writing);
    const again = await run(connect(), planRebalance, options);
    expect(again).toMatchObject({ ended: 'done', begun: [] });
  });

  test('grows 3 to 4 and shrinks 4 to 3 under writes, killed at ten random moments, and loses no point', async () => {
    const moments = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean()), { minLength: 10, maxLength: 10 });
    const property = fc.asyncProperty(moments, fc.infiniteStream(fc.integer({ min: 0, max: 9 })), async (kills, luck) => {
      // Every tenth transfer breaks off.
      await start({ nodes: 3, fate: () => (luck.next().value === 0 ? 'fails' : 'succeeds'), transferMilliseconds: 4 });
      try {
        fill();
        await fake.join(FOURTH);
        keepWriting();
        for (const [planner, own] of [
          [planRebalance, kills.slice(0, 5)],
          [drain(SECOND), kills.slice(5)],
        ] as const) {
          for (const [call, isAfter] of own) await runUntilKilled(killedAt(call, isAfter, connect()), planner);
          expect(await run(connect(), planner, options)).toMatchObject({ ended: 'done', left: [] });
          if (planner === planRebalance) expect(fake.shardCount(FOURTH)).toBeGreaterThan(1);
        }
        expect(fake.memberHosts).toEqual([FIRST, THIRD, FOURTH]);
        expect([0, 1, 2, 3, 4, 5].map((shard) => fake.holders('docs', shard).length)).toEqual([2, 2, 2, 2, 2, 2]);
        expect({ harms: fake.harms, lost: lost() }).toEqual({ harms: [], lost: [] });
      } finally {
        clearInterval(writing);
        client.close();
        await fake.stop();
      }
    });
    await fc.assert(property, runs(6));
  });

  test.each([
    [1, 1],
    [2, 2],
  ])('has no more than %i transfers under way', async (transfers, expected) => {
    await start({ nodes: 3, transferMilliseconds: 1000 });
    fill();
    let most = 0;
    const cluster = connect();
    const watched: Cluster = {
      read: async () => {
        const state = await cluster.read();
        most = Math.max(most, state.transfers.length);
        return state;
      },
      send: (...request) => cluster.send(...request),
    };
    expect(await run(watched, drain(FIRST), { ...options, transfers })).toMatchObject({ ended: 'done' });
    expect(most).toBe(expected);
  });

  test('gives up, and names the step, where a transfer never succeeds', async () => {
    await start({ nodes: 2, fate: () => 'fails' });
    fake.addCollection('docs', 1, [[0], [0]]);
    const outcome = await run(connect(), planRebalance, options);
    expect(outcome).toMatchObject({
      ended: 'stuck',
      reasons: [expect.stringMatching(/^tried 3 times without success: move shard \d/)],
    });
    expect(fake.holders('docs', 0)).toEqual([FIRST]);
  });

  test('gives up where nothing goes on any more', async () => {
    await start({ nodes: 2, transferMilliseconds: 60000 });
    fake.addCollection('docs', 1, [[0], [0]]);
    const outcome = await run(connect(), planRebalance, { ...options, patienceSeconds: 0.1 });
    expect(outcome).toMatchObject({ ended: 'stuck', reasons: [expect.stringMatching(/^no progress for 0\.1 s: /)] });
  });

  test('gives up on a transfer that tells for how long it stands still', async () => {
    await start({ nodes: 2, transferMilliseconds: 60000 });
    fake.addCollection('docs', 1, [[0], [0]]);
    const cluster = connect();
    let reads = 0;
    const stalled: Cluster = {
      read: async () => {
        if (++reads > 300) throw new Error('it goes on for ever');
        const state = await cluster.read();
        const comment = `Transferring records (0/5000), started ${reads}s ago, ETA: -`;
        return { ...state, transfers: state.transfers.map((transfer) => ({ ...transfer, comment })) };
      },
      send: (...request) => cluster.send(...request),
    };
    const outcome = await run(stalled, planRebalance, { ...options, patienceSeconds: 0.1 });
    expect(outcome).toMatchObject({ ended: 'stuck', reasons: [expect.stringMatching(/^no progress for 0\.1 s/)] });
  });

  test('gives up on a node that tells no sizes, and says another reason each time', async () => {
    await start({ nodes: 2 });
    fake.addCollection('docs', 1, [[0], [1]]);
    let asked = 0;
    fake.tamper = (host, url) => {
      if (host !== SECOND || !url.includes('details_level=3')) return undefined;
      if (++asked > 300) return [200, { result: {} }];
      return [503, { status: { error: `busy, request ${asked}` } }];
    };
    const lines: string[] = [];
    const progress = (line: string) => void lines.push(line);
    const outcome = await run(connect(), planRebalance, { ...options, patienceSeconds: 0.1, progress });
    expect(outcome).toMatchObject({
      ended: 'stuck',
      reasons: [expect.stringMatching(/^no progress for 0\.1 s/)],
      waits: [`${SECOND} to tell how large its shards are (HTTP 503: busy, request ${asked})`],
    });
    expect(lines).toEqual([`  waits for ${SECOND} to tell how large its shards are (HTTP 503: busy, request 1)`]);
  });

  test('has patience with a transfer of which points arrive', async () => {
    await start({ nodes: 2, transferMilliseconds: 400 });
    fake.addCollection('docs', 1, [[0], [0]]);
    const cluster = connect();
    let reads = 0;
    const slow: Cluster = {
      read: async () => {
        const state = await cluster.read();
        const comment = `Transferring records (${++reads}/5000), started 1s ago, ETA: -`;
        return { ...state, transfers: state.transfers.map((transfer) => ({ ...transfer, comment })) };
      },
      send: (...request) => cluster.send(...request),
    };
    expect(await run(slow, planRebalance, { ...options, patienceSeconds: 0.15 })).toMatchObject({ ended: 'done' });
  });

  /** Something happens once so many copies were dropped. */
  const afterDrops = (count: number, act: () => Promise<void>): Cluster => {
    const cluster = connect();
    let drops = 0;
    return {
      read: () => cluster.read(),
      send: async (...request) => {
        const answer = await cluster.send(...request);
        if (JSON.stringify(request).includes('drop_replica') && ++drops === count) await act();
        return answer;
      },
    };
  };
  const inCircle = (count: number) => [...Array(count).keys()].map((index) => [index % 3, (index + 1) % 3]);

  test('drops no copy of a shard whose other copies are away since it was planned', async () => {
    await start({ nodes: 3 });
    fake.addCollection('docs', 1, inCircle(12));
    await run(
      afterDrops(3, () => fake.lose(THIRD)),
      planRebalance,
      options,
    );
    expect(fake.harms).toEqual([]);
    expect(fake.changes).toHaveLength(3);
  });

  test('drops no more copies of a node that is back', async () => {
    await start({ nodes: 3 });
    fake.addCollection('docs', 2, inCircle(12));
    await fake.lose(THIRD);
    const cluster = afterDrops(3, () => fake.bringBack(THIRD));
    const { member: gone } = await silentFor(cluster, THIRD, { seconds: 0, pollSeconds: 0.01, progress: () => {} });
    const repair = (state: ClusterState) => planRepair(state, { gone: gone?.id, node: gone?.uri, awaitsReplacement: true });
    expect(await run(cluster, repair, options)).toMatchObject({ ended: 'done' });
    expect(fake.changes.filter((change) => change.includes('drop_replica'))).toHaveLength(3);
    expect(fake.memberHosts).toContain(THIRD);
  });

  /** Something happens to a cluster once it was read, right before a copy is dropped, or a member removed. */
  const beforeTaking = (what: 'drop_replica' | '/cluster/peer/', act: (request: string) => unknown): Cluster => {
    const cluster = connect();
    let hasHappened = false;
    return {
      read: () => cluster.read(),
      send: async (...request) => {
        const text = JSON.stringify(request.slice(0, 3));
        if (!hasHappened && text.includes(what)) {
          hasHappened = true;
          await act(text);
        }
        return cluster.send(...request);
      },
    };
  };
  /** Of the last two, who keeps a copy that is counted on. */
  const counted = (request: string) => [SECOND, THIRD].find((host) => !request.includes(fake.nodeAt(host).id))!;

  test.each<[string, (host: string) => unknown]>([
    ['whose node is away', (host) => fake.lose(host)],
    ['that is dead', (host) => fake.setState('docs', 0, host, 'Dead')],
    [
      'whose node says nothing of it',
      (host) =>
        (fake.tamper = (asked, url) =>
          asked === host && url === '/collections/docs/cluster' ? [200, { result: null }] : undefined),
    ],
    ['that is sent elsewhere', (host) => fake.beginTransfer('docs', 0, host, FOURTH, false)],
  ])('drops no copy beside one %s since it was read', async (_what, act) => {
    await start({ nodes: 4, transferMilliseconds: 60000 });
    fake.addCollection('docs', 2, [[0, 1, 2]]);
    let dropped = '';
    const cluster = beforeTaking('drop_replica', (request) => {
      dropped = request;
      return act(counted(request));
    });
    await run(cluster, planRebalance, { ...options, patienceSeconds: 0.1 });
    expect(dropped).not.toBe('');
    expect(fake.harms).toEqual([]);
    const [, peer] = /"peer_id":"(\d+)"/.exec(dropped)!;
    expect(fake.changes.filter((change) => change.includes(peer))).toEqual([]);
  });

  const repairOf = async (cluster: Cluster) => {
    const { member: gone } = await silentFor(cluster, THIRD, { seconds: 0, pollSeconds: 0.01, progress: () => {} });
    const repair = (state: ClusterState) => planRepair(state, { gone: gone?.id, node: gone?.uri, awaitsReplacement: true });
    return run(cluster, repair, options);
  };

  test.each<['drop_replica' | '/cluster/peer/', number[][]]>([
    ['drop_replica', [[0, 1, 2]]],
    ['/cluster/peer/', [[0, 1]]],
  ])('takes nothing of a node that is back since it was read: %s', async (what, placement) => {
    await start({ nodes: 3 });
    fake.addCollection('docs', 2, placement);
    await fake.lose(THIRD);
    expect(await repairOf(beforeTaking(what, () => fake.bringBack(THIRD)))).toMatchObject({ ended: 'done', begun: [] });
    expect(fake.changes).toEqual([]);
  });

  test('takes nothing of a node that the leader reaches again since it was read', async () => {
    await start({ nodes: 3 });
    fake.addCollection('docs', 2, [[0, 1, 2]]);
    await fake.lose(THIRD);
    const reached = (_host: string, url: string, answer: any): [number, unknown] | undefined =>
      url === '/cluster' ? [200, { ...answer, result: { ...answer.result, message_send_failures: {} } }] : undefined;
    const outcome = await repairOf(beforeTaking('drop_replica', () => (fake.tamper = reached)));
    expect(outcome).toMatchObject({ ended: 'refused', reasons: [expect.stringMatching(/the leader reaches it/)] });
    expect(fake.changes).toEqual([]);
  });

  /** Copies that are too many, and shards that are to be moved to the third node, which has none. */
  const withMovesAfterDrops = async (transferMilliseconds?: number) => {
    await start({ nodes: 3, transferMilliseconds });
    fake.addCollection(
      'docs',
      1,
      [...Array(4)].map(() => [0, 1]),
    );
    fake.addCollection('images', 1, [[0], [0], [0]]);
    for (let point = 0; point < 300; point++) fake.write('images', point);
  };

  test('moves no shard onto a copy that another has made since it was planned', async () => {
    await withMovesAfterDrops();
    const copied = [0, 1, 2].map(() => [0, 2]);
    const cluster = afterDrops(1, async () => fake.addCollection('images', 2, copied));
    expect(await run(cluster, planRebalance, options)).toMatchObject({ ended: 'done' });
    expect(fake.harms).toEqual([]);
    expect([0, 1, 2].map((shard) => fake.holders('images', shard).length)).toEqual([2, 2, 2]);
  });

  test('begins no transfer beside those that others have begun since it was planned', async () => {
    await withMovesAfterDrops(60000);
    const cluster = afterDrops(1, async () => fake.beginTransfer('images', 2, FIRST, SECOND, true));
    await run(cluster, planRebalance, { ...options, transfers: 1, patienceSeconds: 0.3 });
    expect(fake.changes.map((change) => /\w+/.exec(change)?.[0])).toEqual(Array(4).fill('drop_replica'));
  });

  const neverWell = { nodes: 2, fate: () => 'fails' as const, transferMilliseconds: 100 };

  test('gives up where a copy fails over and over, though something changes each time', async () => {
    await start(neverWell);
    fake.addCollection('docs', 2, [[0]]);
    const outcome = await run(connect(), planRebalance, { ...options, patienceSeconds: 0.3 });
    expect(outcome).toMatchObject({ ended: 'stuck', reasons: [expect.stringMatching(/^no progress for 0\.3 s/)] });
  });

  /** Qdrant tells of a transfer what this gives, by the seconds that it has been under way. */
  const told = (commentOf: (seconds: number) => string): Cluster => {
    const cluster = connect();
    let begun = Infinity;
    return {
      read: async () => {
        const state = await cluster.read();
        const comment = commentOf((Date.now() - begun) / 1000);
        return { ...state, transfers: state.transfers.map((transfer) => ({ ...transfer, comment })) };
      },
      send: (...request) => {
        begun = Math.min(begun, Date.now());
        return cluster.send(...request);
      },
    };
  };
  const moveWith = async (commentOf: (seconds: number) => string, transferMilliseconds = 900) => {
    await start({ nodes: 2, transferMilliseconds });
    fake.addCollection('docs', 1, [[0], [0]]);
    return run(told(commentOf), planRebalance, { ...options, patienceSeconds: 0.3 });
  };

  test('has patience with a transfer whose stage changes', async () => {
    const stages = ['proxifying', 'transferring', 'waiting consensus', 'syncing queued updates', 'finalizing'];
    const outcome = await moveWith((seconds) => `${stages[Math.floor(seconds / 0.2)]} (${(seconds % 0.2).toFixed(2)}s)`);
    expect(outcome).toMatchObject({ ended: 'done' });
  });

  test.each(['recovering', 'creating snapshot', 'downloading'])(
    'has patience with a snapshot that is %s, which Qdrant tells no more of than for how long',
    async (stage) => expect(await moveWith((seconds) => `${stage} (${seconds.toFixed(2)}s)`)).toMatchObject({ ended: 'done' }),
  );

  test.each<[string, (seconds: number) => string]>([
    ['that recovers for longer than Qdrant itself waits', (seconds) => `recovering (${(86400 + seconds).toFixed(2)}s)`],
    ['that is begun anew over and over', (seconds) => `recovering (${(seconds % 0.1).toFixed(2)}s)`],
    ['that waits for the others', (seconds) => `waiting consensus (${seconds.toFixed(2)}s)`],
  ])('gives up on a transfer %s', async (_what, commentOf) => {
    const outcome = await moveWith(commentOf, 60000);
    expect(outcome).toMatchObject({ ended: 'stuck', reasons: [expect.stringMatching(/^no progress for 0\.3 s/)] });
  });

  test('does what can be done, and ends as one that is not done where something cannot', async () => {
    await start({ nodes: 2, diskPercent: 90 });
    fake.addCollection('docs', 1, [
      [0, 1],
      [0, 1],
    ]);
    fake.addCollection('images', 2, [[0]]);
    const dry = await run(connect(), planRebalance, { ...options, dryRun: true });
    const reasons = expect.arrayContaining([expect.stringMatching(/^copy shard 0 of images .*: its disk is 90 % full/)]);
    expect(dry).toMatchObject({ ended: 'planned', undone: reasons });
    expect(await run(connect(), planRebalance, options)).toMatchObject({ ended: 'stuck', reasons });
    expect(fake.changes.map((change) => /\w+/.exec(change)?.[0])).toEqual(['drop_replica', 'drop_replica']);
  });

  test('waits for transfers of others before it takes a cluster for even', async () => {
    await start({ nodes: 3, transferMilliseconds: 30 });
    fake.addCollection('docs', 1, [[0], [1], [0]]);
    fake.beginTransfer('docs', 2, FIRST, THIRD, false);
    expect(await run(connect(), planRebalance, options)).toMatchObject({ ended: 'done', begun: [] });
    expect(fake.holders('docs', 2)).toEqual([THIRD]);
  });

  test('waits for a node that restarts meanwhile, and refuses one that stays away', async () => {
    await start({ nodes: 3, transferMilliseconds: 20 });
    fake.addCollection('docs', 1, [[0], [0], [0], [0], [0], [0]]);
    const cluster = connect();
    let isRestarted = false;
    const restarting: Cluster = {
      read: () => cluster.read(),
      send: async (...request) => {
        if (!isRestarted) {
          isRestarted = true;
          await fake.lose(THIRD);
          setTimeout(() => void fake.bringBack(THIRD), 100);
        }
        return cluster.send(...request);
      },
    };
    expect(await run(restarting, planRebalance, { ...options, graceSeconds: 3 })).toMatchObject({ ended: 'done' });
    expect(isRestarted).toBe(true);
    await fake.lose(THIRD);
    const refused = await run(connect(), planRebalance, { ...options, graceSeconds: 3 });
    expect(refused).toMatchObject({
      ended: 'refused',
      begun: [],
      reasons: [expect.stringMatching(/^127\.0\.0\.13 does not answer/)],
    });
  });
});

test('a run that has begun nothing, as it waits for a copy, waits for a node that restarts meanwhile', async () => {
  await start({ nodes: 3 });
  fake.addCollection('docs', 2, [[0, 1]]);
  fake.setState('docs', 0, SECOND, 'Recovery');
  const cluster = connect();
  let reads = 0;
  const restarting: Cluster = {
    read: async () => {
      if (++reads === 3) await fake.lose(THIRD);
      if (reads === 6) await fake.bringBack(THIRD);
      if (reads === 8) fake.setState('docs', 0, SECOND, 'Active');
      return cluster.read();
    },
    send: (...request) => cluster.send(...request),
  };
  expect(await run(restarting, planRebalance, { ...options, graceSeconds: 3 })).toMatchObject({ ended: 'done', begun: [] });
});

describe('repair of a node that is gone', () => {
  const onlyKilled = (error: Error) => {
    if (!(error instanceof Killed)) throw error;
  };
  const repair = async (made: (cluster: Cluster) => Cluster = (cluster) => cluster) => {
    const cluster = made(connect());
    const { member: gone } = await silentFor(cluster, THIRD, { seconds: 0.02, pollSeconds: 0.005, progress: () => {} });
    return run(cluster, (state) => planRepair(state, { gone: gone?.id, node: THIRD, awaitsReplacement: true }), options);
  };

  test('removes it, lets the new one join, and completes the copies, under writes', async () => {
    await start({ nodes: 3 });
    fake.addCollection('docs', 2, [
      [0, 1],
      [1, 2],
      [2, 0],
      [2, 1],
    ]);
    fake.addCollection('images', 2, [[0, 2]]);
    keepWriting();
    await fake.lose(THIRD);
    await expect(fake.join(THIRD)).rejects.toThrow(/still has shards/);
    const joining = setInterval(() => {
      if (fake.memberHosts.includes(THIRD)) return;
      clearInterval(joining);
      void fake.join(THIRD);
    }, 30);
    expect(await repair()).toMatchObject({ ended: 'done' });
    clearInterval(writing);
    expect(fake.memberHosts).toEqual([FIRST, SECOND, THIRD]);
    expect([0, 1, 2, 3].map((shard) => fake.holders('docs', shard).length)).toEqual([2, 2, 2, 2]);
    expect({ harms: fake.harms, lost: lost() }).toEqual({ harms: [], lost: [] });
  });

  test('comes to the same end, however often it is killed', async () => {
    const moments = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.boolean()), { minLength: 6, maxLength: 6 });
    const property = fc.asyncProperty(moments, async (kills) => {
      await start({ nodes: 3 });
      let joining: NodeJS.Timeout | undefined;
      try {
        fill([
          [0, 1],
          [1, 2],
          [2, 0],
        ]);
        await fake.lose(THIRD);
        keepWriting();
        joining = setInterval(() => {
          if (fake.memberHosts.includes(THIRD)) return;
          clearInterval(joining);
          void fake.join(THIRD);
        }, 15);
        for (const [call, isAfter] of kills) await repair((cluster) => killedAt(call, isAfter, cluster)).catch(onlyKilled);
        expect(await repair()).toMatchObject({ ended: 'done', left: [] });
        clearInterval(writing);
        expect(fake.memberHosts).toEqual([FIRST, SECOND, THIRD]);
        expect([0, 1, 2, 3, 4, 5].map((shard) => fake.holders('docs', shard).length)).toEqual([2, 2, 2, 2, 2, 2]);
        expect({ harms: fake.harms, lost: lost() }).toEqual({ harms: [], lost: [] });
      } finally {
        clearInterval(joining);
        clearInterval(writing);
        client.close();
        await fake.stop();
      }
    });
    await fc.assert(property, runs(6));
  });

  test('is given up, with what it waits for, where no new node comes', async () => {
    await start({ nodes: 3 });
    fake.addCollection('docs', 2, [[0, 2]]);
    await fake.lose(THIRD);
    const outcome = await run(
      connect(),
      (state) => {
        const gone = state.members.find(({ uri }) => uri.includes(THIRD))?.id;
        return planRepair(state, { gone, node: THIRD, awaitsReplacement: true });
      },
      { ...options, patienceSeconds: 0.1 },
    );
    expect(outcome).toMatchObject({ ended: 'stuck', waits: [expect.stringMatching(/^a new node to join/)] });
    expect(fake.memberHosts).toEqual([FIRST, SECOND]);
  });

  test('is not begun for one that answers again', async () => {
    await start({ nodes: 3 });
    fake.addCollection('docs', 2, [[0, 2]]);
    await fake.lose(THIRD);
    setTimeout(() => void fake.bringBack(THIRD), 60);
    expect(await silentFor(connect(), THIRD, { seconds: 5, pollSeconds: 0.01, progress: () => {} })).toEqual({});
    expect(fake.changes).toEqual([]);
  });

  test('changes nothing without a majority', async () => {
    await start({ nodes: 3 });
    fake.addCollection('docs', 3, [[0, 1, 2]]);
    await fake.lose(SECOND);
    await fake.lose(THIRD);
    expect(await repair()).toMatchObject({
      ended: 'refused',
      reasons: expect.arrayContaining([expect.stringMatching(/^no majority/)]),
    });
    expect(fake.changes).toEqual([]);
  });
});
