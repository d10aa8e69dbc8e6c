import { spawn } from 'node:child_process';
import { createServer, RequestListener, Server } from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import { AddressInfo, connect } from 'node:net';
import { TLSSocket } from 'node:tls';
import {
  findingsOf,
  NoCluster,
  planDrain,
  planPreflight,
  planRebalance,
  planRepair,
  Refused,
  RestClient,
  StateReader,
} from '../../lib/ops';
import { ClusterState, hasMajority, leaderOf, liveMembers } from '../../lib/ops/cluster-state';
import { KeyInClearText, Unreachable } from '../../lib/ops/rest-client';
import { makeCertificate } from '../../lib/verify/x509/make-certificate';
import { FakeCluster, FakeOptions } from '../support/fake-cluster';

const [FIRST, SECOND, THIRD] = [11, 12, 13].map((end) => `127.0.0.${end}`);
const ends: Array<() => unknown> = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function fakeOf(options: FakeOptions): Promise<FakeCluster> {
  const fake = await FakeCluster.start(options);
  ends.push(() => fake.stop());
  return fake;
}

function readerOf(fake: FakeCluster, ...hosts: string[]): StateReader {
  const client = new RestClient({ timeoutSeconds: 10 });
  ends.push(() => client.close());
  return new StateReader(
    client,
    hosts.map((host) => ({ host, port: fake.port })),
    fake.port,
  );
}

async function serve(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe('what is read of a cluster', () => {
  test('is all of it, by one address: ids of 64 bits, sizes of whom has the points, disks', async () => {
    const fake = await fakeOf({ nodes: 3, diskPercent: 40 });
    fake.addCollection('docs', 2, [
      [0, 1],
      [1, 2],
    ]);
    for (let point = 0; point < 10; point++) fake.write('docs', point);
    const state = await readerOf(fake, SECOND).read();
    const ids = fake.nodes.map(({ id }) => id);
    expect(state.members.map(({ id, uri }) => [id, uri])).toEqual(
      ids.map((id, index) => [id, `http://127.0.0.${11 + index}:6335/`]),
    );
    expect(state.members[2].answer).toMatchObject({
      version: '1.19.0',
      ready: true,
      diskBytes: 2 ** 30,
      diskPercent: 40,
    });
    const copies = (...indices: number[]) =>
      expect.arrayContaining(indices.map((index) => ({ peer: ids[index], state: 'Active' })));
    expect(state.shards).toEqual([
      { collection: 'docs', id: 0, hasKey: false, factor: 2, points: 5, bytes: 5000, copies: copies(0, 1) },
      { collection: 'docs', id: 1, hasKey: false, factor: 2, points: 5, bytes: 5000, copies: copies(1, 2) },
    ]);
    expect([hasMajority(state), leaderOf(state)?.id, state.disagreements]).toEqual([true, ids[0], []]);
  });

  test('is read a few collections at a time, and no more: a node that is slow is not asked for one after another', async () => {
    const fake = await fakeOf({ nodes: 1 });
    const names = [...Array(20).keys()].map((index) => `docs-${index + 10}`);
    names.forEach((name) => fake.addCollection(name, 1, [[0]]));
    const [{ server }] = fake.nodes;
    const [answers] = server.listeners('request') as RequestListener[];
    let [now, most] = [0, 0];
    server.removeAllListeners('request').on('request', (request, response) => {
      if (!request.url!.startsWith('/collections/')) return answers(request, response);
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        answers(request, response);
      }, 30);
    });
    const state = await readerOf(fake, FIRST).read();
    expect(state.shards.map(({ collection }) => collection)).toEqual(names);
    expect(most).toBeGreaterThan(4);
    expect(most).toBeLessThanOrEqual(8);
  });

  test('has no size of a disk of which it is not told how full it is: before 1.19 that is the size of all disks', async () => {
    const fake = await fakeOf({ nodes: 1, version: '1.18.3' });
    const [{ answer }] = (await readerOf(fake, FIRST).read()).members;
    expect([answer!.diskBytes, answer!.diskPercent]).toEqual([undefined, undefined]);
  });

  test.each<[number, boolean]>([
    [429, true],
    [503, true],
    [404, false],
    [403, false],
  ])('has no sizes of a node that answers %i for them: whether that passes is %s', async (status, passes) => {
    const fake = await fakeOf({ nodes: 2 });
    fake.addCollection('docs', 1, [[0], [1], [1], [1]]);
    for (let point = 0; point < 40; point++) fake.write('docs', point);
    fake.tamper = (host, url) =>
      host === SECOND && url.includes('details_level=3') ? [status, { status: { error: 'not now' } }] : undefined;
    const state = await readerOf(fake, FIRST).read();
    const what = `${SECOND} to tell how large its shards are`;
    expect(state.unmeasured).toEqual(passes ? [{ what, why: `HTTP ${status}: not now` }] : []);
    const plan = planRebalance(state);
    expect([plan.steps.length, plan.waits]).toEqual(passes ? [0, [what]] : [1, []]);
  });

  test.each(['"maintenance"', '5', '[]', 'null', '<html>', '{"result":null}', '{"result":"x"}'])(
    'is read all the same of a node that answers %s to what it need not tell',
    async (odd) => {
      const fake = await fakeOf({ nodes: 2, diskPercent: 40 });
      fake.addCollection('docs', 1, [[0], [1]]);
      fake.tamper = (host, url) => (host === SECOND && /^\/(quotas|telemetry)/.test(url) ? [200, odd] : undefined);
      const state = await readerOf(fake, FIRST).read();
      expect(state.members.map(({ answer }) => answer?.diskPercent)).toEqual([40, undefined]);
      expect(liveMembers(state)).toHaveLength(2);
      expect(state.unmeasured).toHaveLength(odd.startsWith('{') ? 0 : 1);
    },
  );

  test('has no size of a shard that has come since a node was asked for sizes', async () => {
    const fake = await fakeOf({ nodes: 2 });
    fake.addCollection('docs', 1, [[0], [1]]);
    fake.tamper = (host, url, answer) => {
      if (host === SECOND && url.includes('details_level=3')) answer.result.collections.collections[0].shards.pop();
      return undefined;
    };
    fake.addCollection('images', 1, [[1]]);
    const { unmeasured } = await readerOf(fake, FIRST).read();
    expect(unmeasured).toEqual([{ what: `${SECOND} to tell how large shard 1 of docs is` }]);
  });

  test('has the transfers that are under way, and the nodes that are away', async () => {
    const fake = await fakeOf({ nodes: 3, transferMilliseconds: 60000 });
    fake.addCollection('docs', 1, [[0]]);
    fake.beginTransfer('docs', 0, FIRST, SECOND, true);
    await fake.lose(THIRD);
    fake.setReady(SECOND, false);
    const state = await readerOf(fake, FIRST).read();
    const [first, second, third] = fake.nodes.map(({ id }) => id);
    expect(state.transfers).toEqual([{ collection: 'docs', shard: 0, from: first, to: second, keepsSource: true }]);
    expect(state.members.map(({ answer }) => answer?.ready)).toEqual([true, false, undefined]);
    expect(state.members[0].answer!.cannotReach).toEqual([third]);
    expect(hasMajority(state)).toBe(true);
  });

  test('is not agreed on while a node has not heard of a decision, and then nothing is moved', async () => {
    const fake = await fakeOf({ nodes: 2, transferMilliseconds: 60000 });
    fake.addCollection('docs', 1, [[0], [0]]);
    fake.freeze(SECOND, 'docs');
    fake.beginTransfer('docs', 0, FIRST, SECOND, false);
    const state = await readerOf(fake, FIRST).read();
    expect(state.disagreements).toEqual([
      'the nodes do not agree on where the copies are, and which are complete',
      'the nodes do not agree on what transfers are under way',
    ]);
    for (const plan of [planRebalance(state), planDrain(state, SECOND)]) {
      expect(plan).toMatchObject({ steps: [], waits: state.disagreements });
    }
  });

  test('knows a node that was removed from one that is none, and asks the others by any address', async () => {
    const fake = await fakeOf({ nodes: 3 });
    const reader = readerOf(fake, THIRD, FIRST);
    const [, , third] = (await reader.read()).members;
    const client = new RestClient({ timeoutSeconds: 10 });
    ends.push(() => client.close());
    await client.call({ host: FIRST, port: fake.port }, 'DELETE', `/cluster/peer/${third.id}`);
    const state = await reader.read();
    expect(state.members.map(({ uri }) => uri)).toEqual([FIRST, SECOND].map((host) => `http://${host}:6335/`));
    expect(state.former).toEqual([{ id: third.id, host: THIRD }]);
  });

  test('is nothing of a server by itself, or where nobody answers', async () => {
    const port = await serve(createServer((_, response) => response.end('{"result":{"status":"disabled"}}')));
    const client = new RestClient({ timeoutSeconds: 10 });
    ends.push(() => client.close());
    const read = (at: number) => new StateReader(client, [{ host: '127.0.0.1', port: at }], at).read();
    await expect(read(port)).rejects.toThrow(new NoCluster('127.0.0.1 is a server by itself, no member of a cluster'));
    await expect(read(1)).rejects.toThrow(/^no node answers: 127\.0\.0\.1:1: ECONNREFUSED$/);
  });
});

describe('a node that is not what it should be', () => {
  /** A node that lost its disk, and founded a cluster of its own, which has decided more often. */
  const foundAnother = (fake: FakeCluster, host: string) => {
    const own = { peer_id: 77, peers: { 77: { uri: `http://${host}:6335/` } } };
    fake.tamper = (asked, url, answer) => {
      if (asked !== host || url !== '/cluster') return undefined;
      const raft = { ...answer.result.raft_info, term: 900, commit: 9000, leader: 77 };
      return [200, { ...answer, result: { ...answer.result, ...own, raft_info: raft } }];
    };
  };

  test.each([
    ['a node of it', [SECOND]],
    ['the stranger first, and all', [FIRST, SECOND, THIRD]],
  ])('is of another cluster: the cluster is read by %s, and nothing is done to it', async (_what, hosts) => {
    const fake = await fakeOf({ nodes: 3 });
    fake.addCollection('docs', 1, [[1], [2], [2]]);
    foundAnother(fake, FIRST);
    const state = await readerOf(fake, ...hosts).read();
    expect(state.members.map(({ uri, answer }) => [uri, answer !== undefined])).toEqual(
      [FIRST, SECOND, THIRD].map((host) => [`http://${host}:6335/`, host !== FIRST]),
    );
    const said = `${FIRST} is peer 77 of another cluster: switch it off, or look at where its address leads`;
    expect(state).toMatchObject({ former: [], unclear: [said] });
    for (const plan of [planRebalance(state), planDrain(state, THIRD), planDrain(state, FIRST)]) {
      expect(plan).toMatchObject({ steps: [], refusals: expect.arrayContaining([said]) });
    }
    expect(findingsOf(state)).toContainEqual(expect.objectContaining({ level: 'error', what: said }));
  });

  test('is of another cluster, and whom it names is asked nothing: the key would go there', async () => {
    const fake = await fakeOf({ nodes: 3 });
    let asked = 0;
    const trap = createServer((_, response) => response.end(`${++asked}`));
    await new Promise<void>((resolve) => trap.listen(fake.port, '127.0.0.99', resolve));
    ends.push(() => trap.close());
    const peers = Object.fromEntries([THIRD, '127.0.0.99'].map((host, index) => [77 + index, { uri: `http://${host}:6335/` }]));
    fake.tamper = (host, url, answer) =>
      host === THIRD && url === '/cluster' ? [200, { ...answer, result: { ...answer.result, peer_id: 77, peers } }] : undefined;
    const reader = readerOf(fake, FIRST);
    for (let read = 0; read < 2; read++) expect((await reader.read()).unclear).toHaveLength(1);
    expect(asked).toBe(0);
  });

  test('is of another cluster from a moment on, and still no member is taken for removed', async () => {
    const fake = await fakeOf({ nodes: 3 });
    const reader = readerOf(fake, FIRST);
    const ids = (await reader.read()).members.map(({ id }) => id);
    foundAnother(fake, FIRST);
    expect((await reader.read()).members.map(({ id }) => id)).toEqual(ids);
  });

  test('answers as another peer than the member at its address: it is not taken for that one, nor for removed', async () => {
    const fake = await fakeOf({ nodes: 3 });
    fake.tamper = (host, url, answer) =>
      host === THIRD && url === '/cluster' ? [200, { ...answer, result: { ...answer.result, peer_id: 77 } }] : undefined;
    const state = await readerOf(fake, FIRST).read();
    const said = `${THIRD} answers as peer 77, and the member at that address is ${fake.nodes[2].id}: look at it`;
    expect(state.members.map(({ answer }) => answer !== undefined)).toEqual([true, true, false]);
    expect(state.unclear).toEqual([said]);
    expect(planDrain(state, THIRD)).toMatchObject({ steps: [], refusals: expect.arrayContaining([said]) });
  });

  test('does not know yet of a member, whom the others name', async () => {
    const fake = await fakeOf({ nodes: 3 });
    const [, , third] = fake.nodes;
    fake.tamper = (host, url, answer) => {
      if (host !== FIRST || url !== '/cluster') return undefined;
      const peers = Object.fromEntries(Object.entries(answer.result.peers).filter(([id]) => id !== third.id));
      return [200, { ...answer, result: { ...answer.result, peers, raft_info: { ...answer.result.raft_info, commit: -1 } } }];
    };
    const state = await readerOf(fake, FIRST).read();
    expect(state.members.map(({ answer }) => answer !== undefined)).toEqual([true, true, true]);
    expect(state.disagreements).toEqual(['the nodes do not agree on who is a member']);
  });

  const result = (change: (was: any) => unknown) => (answer: any) => [200, { ...answer, result: change(answer.result) }];
  test.each<[string, string, (answer: any) => any, RegExp, boolean]>([
    ['is a server by itself', '/cluster', result(() => ({ status: 'disabled' })), /is a server by itself/, true],
    ['takes no key', '/cluster', () => [401, { status: { error: 'no key' } }], /HTTP 401: no key/, true],
    ['knows no decisions', '/cluster', result(({ raft_info: _, ...was }) => was), /no answer of Qdrant/, true],
    ['knows no members', '/cluster', result((was) => ({ ...was, peers: null })), /no answer of Qdrant/, true],
    [
      'knows members without addresses',
      '/cluster',
      result((was) => ({ ...was, peers: { 1: null } })),
      /no answer of Qdrant/,
      true,
    ],
    ['shows a collection without shards', '/collections/docs/cluster', result(() => ({})), /no answer of Qdrant/, true],
    ['tells no version', '/', () => [200, {}], /no answer of Qdrant/, true],
    ['knows no list of collections', '/collections', result(() => null), /no answer of Qdrant/, true],
    ['is nothing by itself', '/', result(() => null), /no answer of Qdrant/, true],
    ['is a text', '/cluster', () => [200, '"ok"'], /no answer of Qdrant/, true],
    ['is a page', '/', () => [200, '<html>'], /no answer of Qdrant/, true],
    ['has a number for collections', '/collections', () => [200, '5'], /no answer of Qdrant/, true],
    ['shows nothing for a collection', '/collections/docs', result(() => null), /no answer of Qdrant/, true],
    ['shows nothing for its shards', '/collections/docs/cluster', result(() => null), /no answer of Qdrant/, true],
    [
      'shows shards that are none',
      '/collections/docs/cluster',
      result((was) => ({ ...was, local_shards: [null] })),
      /no answer of Qdrant/,
      true,
    ],
  ])('%s: it has no answer, with the reason, and is not gone; the others are shown', async (_what, path, odd, why, isThere) => {
    const fake = await fakeOf({ nodes: 3 });
    fake.addCollection('docs', 2, [[0, 1]]);
    fake.tamper = (host, url, answer) => (host === SECOND && url === path ? odd(answer) : undefined);
    for (const hosts of [[FIRST], [SECOND, FIRST]]) {
      const state = await readerOf(fake, ...hosts).read();
      expect(state.members.map(({ answer }) => answer !== undefined)).toEqual([true, false, true]);
      expect(state.members[1].silence).toEqual({ why: expect.stringMatching(why), isThere });
      expect(findingsOf(state)).toContainEqual(expect.objectContaining({ what: expect.stringMatching(why) }));
      const { id } = state.members[1];
      const refusals = expect.arrayContaining([
        expect.stringMatching(/127\.0\.0\.12 is there: .*; nobody removes it before it is switched off/),
      ]);
      expect(planRepair(state, { gone: id, node: SECOND, awaitsReplacement: false })).toMatchObject({ steps: [], refusals });
    }
  });

  /** A reader that waits no longer than so. */
  const impatientOf = (fake: FakeCluster, tls?: object) => {
    const client = new RestClient({ timeoutSeconds: 1, tls });
    ends.push(() => client.close());
    const entries = [SECOND, FIRST].map((host) => ({ host, port: fake.port }));
    return new StateReader(client, entries, fake.port);
  };

  test('takes connections and hangs: it has no answer, with the reason, and is not gone', async () => {
    const fake = await fakeOf({ nodes: 3 });
    const [, { server }] = fake.nodes;
    server.removeAllListeners('request').on('request', () => {});
    const state = await impatientOf(fake).read();
    expect(state.members[1].silence).toEqual({ why: expect.stringMatching(/no answer within 1 s$/), isThere: true });
  });

  test('says nothing, and is given first: it is waited for once each time that the cluster is read', async () => {
    const fake = await fakeOf({ nodes: 3 });
    const [, { server }] = fake.nodes;
    let asked = 0;
    server.removeAllListeners('request').on('request', () => void asked++);
    const reader = impatientOf(fake);
    for (const read of [1, 2]) {
      const state = await reader.read();
      expect(state.members.map(({ answer }) => answer !== undefined)).toEqual([true, false, true]);
      expect(asked).toBe(read);
    }
  });

  test('has a certificate that has expired: it has no answer, with the reason, and is not gone', async () => {
    const hosts = [FIRST, SECOND, THIRD];
    const [begun, over, later] = [-120000, -60000, 60000].map((shift) => new Date(Date.now() + shift));
    const ca = makeCertificate({ commonName: 'ca', isCa: true, from: begun, to: later });
    const [good, old] = [later, over].map((to) => makeCertificate({ commonName: 'node', hosts, from: begun, to }, ca));
    const fake = await fakeOf({ nodes: 3, tls: { cert: good.certificate, key: good.key } });
    (fake.nodes[1].server as SecureServer).setSecureContext({ cert: old.certificate, key: old.key });
    const state = await impatientOf(fake, { ca: ca.certificate }).read();
    expect(state.members.map(({ answer }) => answer !== undefined)).toEqual([true, false, true]);
    expect(state.members[1].silence).toEqual({ why: expect.stringMatching(/CERT_HAS_EXPIRED$/), isThere: true });
  });

  test('answers, but not on what is in its segments: it has an answer', async () => {
    const fake = await fakeOf({ nodes: 3 });
    fake.addCollection('docs', 2, [[0, 1]]);
    const [, { server }] = fake.nodes;
    const [answers] = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request').on('request', (request, response) => {
      if (!request.url!.includes('details_level=3')) answers(request, response);
    });
    const state = await impatientOf(fake).read();
    expect(state.members.map(({ answer }) => answer !== undefined)).toEqual([true, true, true]);
  });

  test('falls silent once it has answered: it has no answer, and is not gone', async () => {
    const fake = await fakeOf({ nodes: 3 });
    const [, { server }] = fake.nodes;
    const [answers] = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request').on('request', (request, response) => {
      if (request.url !== '/cluster') return void request.socket.destroy();
      answers(request, response);
      response.on('finish', () => server.close());
    });
    const state = await impatientOf(fake).read();
    expect(state.members[1].silence).toMatchObject({ isThere: true });
  });

  test('is gone where nothing takes connections', async () => {
    const fake = await fakeOf({ nodes: 3 });
    await fake.lose(SECOND);
    const state = await impatientOf(fake).read();
    expect(state.members[1].silence).toEqual({ why: expect.stringMatching(/ECONNREFUSED$/), isThere: false });
  });
});

describe('a collection', () => {
  const readWith = async (tamper: FakeCluster['tamper']) => {
    const fake = await fakeOf({ nodes: 3 });
    fake.addCollection('docs', 2, [[0, 1]]);
    fake.addCollection('images', 1, [[0]]);
    fake.tamper = tamper;
    return readerOf(fake, FIRST).read();
  };
  const isRefused = (state: ClusterState, said: string) => {
    expect(state.unclear).toContain(said);
    const gone = { ...state, members: state.members.map((one, index) => (index === 2 ? { ...one, answer: undefined } : one)) };
    const repair = planRepair(gone, { gone: gone.members[2].id, node: THIRD, awaitsReplacement: false });
    for (const plan of [planRebalance(state), planDrain(state, FIRST), repair]) {
      expect(plan).toMatchObject({ steps: [], refusals: expect.arrayContaining([said]) });
    }
    expect(planPreflight(state, '1.20.0')).toContainEqual(expect.objectContaining({ level: 'error', what: said }));
  };

  test('that a node does not show is not gone', async () => {
    const refusal: [number, unknown] = [500, { status: { error: 'a lock' } }];
    const state = await readWith((host, url) => (host === SECOND && url.startsWith('/collections/docs') ? refusal : undefined));
    expect(new Set(state.shards.map(({ collection }) => collection))).toEqual(new Set(['docs', 'images']));
    isRefused(state, `${SECOND} does not show docs: HTTP 500: a lock`);
  });

  test('that was removed since it was listed is gone', async () => {
    const missing: [number, unknown] = [404, { status: { error: 'Not found' } }];
    const state = await readWith((_, url) => (url.startsWith('/collections/docs') ? missing : undefined));
    expect(state).toMatchObject({ unclear: [], disagreements: [], shards: [{ collection: 'images' }] });
  });

  test('of which it is not told how many copies it asks for is not taken for one that asks for one', async () => {
    const params = { shard_number: 1 };
    const state = await readWith((_, url, answer) =>
      url === '/collections/docs' ? [200, { ...answer, result: { ...answer.result, config: { params } } }] : undefined,
    );
    isRefused(state, 'docs does not tell its replication_factor');
  });
});

describe('the client', () => {
  const span = { from: new Date(Date.now() - 60000), to: new Date(Date.now() + 60 * 60000) };
  const [ca, otherCa] = ['ca', 'other'].map((commonName) => makeCertificate({ commonName, ...span, isCa: true }));
  const issued = (issuer: typeof ca) => makeCertificate({ commonName: '127.0.0.1', hosts: ['127.0.0.1'], ...span }, issuer);

  test('is let in with a certificate of the CA of clients, to servers of its own CA, and no other way', async () => {
    const [server, client] = [issued(ca), issued(ca)];
    const options = {
      cert: server.certificate,
      key: server.key,
      ca: ca.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    };
    const seen: unknown[] = [];
    const listener = createSecureServer(options, (request, response) => {
      seen.push((request.socket as TLSSocket).getPeerCertificate().subject?.CN);
      response.end(JSON.stringify({ result: request.headers['api-key'] }));
    });
    const port = await serve(listener as unknown as Server);
    const ask = (tls: object) => {
      const rest = new RestClient({ tls, apiKey: 'a key', timeoutSeconds: 10 });
      ends.push(() => rest.close());
      return rest.call({ host: '127.0.0.1', port }, 'GET', '/cluster');
    };
    await expect(ask({ ca: ca.certificate, client })).resolves.toBe('a key');
    expect(seen).toHaveLength(1);
    await expect(ask({ ca: ca.certificate })).rejects.toThrow(Unreachable);
    await expect(ask({ ca: otherCa.certificate, client })).rejects.toThrow(/127\.0\.0\.1:\d+: .*(SELF_SIGNED|UNABLE_TO)/);
    await expect(ask({ client })).rejects.toThrow(Unreachable);
    expect(seen).toHaveLength(1);
  });

  test('waits for an answer, and not as long for a connection: whose packets are swallowed is not there', async () => {
    // Once the queue of who takes no connection is full, the system drops what comes.
    const listen = `require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port); });`;
    const child = spawn(process.execPath, ['-e', listen]);
    ends.push(() => child.kill('SIGKILL'));
    const port = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
    child.kill('SIGSTOP');
    for (let count = 0; count < 4; count++) {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      ends.push(() => socket.destroy());
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    const rest = new RestClient({ timeoutSeconds: 30 });
    ends.push(() => rest.close());
    const begun = Date.now();
    const error = await rest.call({ host: '127.0.0.1', port }, 'GET', '/').catch((reason) => reason);
    expect(error).toMatchObject({ message: expect.stringMatching(/: no connection within 5 s$/), isThere: false });
    expect(Date.now() - begun).toBeLessThan(10000);
  }, 15000);

  test('sends ids of 64 bits as the numbers that they are, and gives them as texts', async () => {
    let sent = '';
    const port = await serve(
      createServer((request, response) => {
        request.on('data', (part) => (sent += part));
        request.on('end', () => response.end('{"result":{"peer_id":18446744073709551615}}'));
      }),
    );
    const rest = new RestClient({ timeoutSeconds: 10 });
    ends.push(() => rest.close());
    const body = { move_shard: { shard_id: 1, from_peer_id: '18446744073709551615', to_peer_id: '9007199254740993' } };
    const ask = (path: string, content: object) => rest.call({ host: '127.0.0.1', port }, 'POST', path, content);
    await expect(ask('/collections/docs/cluster', body)).resolves.toEqual({ peer_id: '18446744073709551615' });
    expect(sent).toBe('{"move_shard":{"shard_id":1,"from_peer_id":18446744073709551615,"to_peer_id":9007199254740993}}');
    sent = '';
    await ask('/collections/docs/points/scroll', { offset: '18446744073709551615', limit: 1 });
    await ask('/collections/docs/points', { ids: ['9007199254740993', 7, '0b2c9a9e-7f3b-4c52-8b9a-1f2e3d4c5b6a'] });
    expect(sent).toBe(
      '{"offset":18446744073709551615,"limit":1}{"ids":[9007199254740993,7,"0b2c9a9e-7f3b-4c52-8b9a-1f2e3d4c5b6a"]}',
    );
  });

  test('sends what a user has called by such a name as it is', async () => {
    let sent = '';
    const port = await serve(
      createServer((request, response) => {
        request.on('data', (part) => (sent += part));
        request.on('end', () => response.end('{"result":{"at":1700000000000000}}'));
      }),
    );
    const rest = new RestClient({ timeoutSeconds: 10 });
    ends.push(() => rest.close());
    const body = { metadata: { offset: '5', peer_id: '6', ids: ['7'], at: 1700000000000000 } };
    await expect(rest.call({ host: '127.0.0.1', port }, 'PUT', '/collections/docs?timeout=60', body)).resolves.toEqual({
      at: 1700000000000000,
    });
    expect(sent).toBe(JSON.stringify(body));
  });

  test('says what a server says, waits no longer than it was told, and sends no key in clear text', async () => {
    const port = await serve(
      createServer((request, response) => {
        if (request.url === '/no') response.writeHead(400).end('{"status":{"error":"Peer 1 does not exist"}}');
      }),
    );
    const ask = (path: string, apiKey?: string, host = '127.0.0.1') => {
      const rest = new RestClient({ apiKey, timeoutSeconds: 0.1 });
      ends.push(() => rest.close());
      return rest.call({ host, port }, 'GET', path);
    };
    await expect(ask('/no', 'a key')).rejects.toThrow(new Refused(400, 'HTTP 400: Peer 1 does not exist'));
    await expect(ask('/silent')).rejects.toThrow(/: no answer within 0\.1 s$/);
    await expect(ask('/no', 'a key', '192.0.2.1')).rejects.toThrow(KeyInClearText);
  });
});
