import { createServer, Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { NoCluster, planDrain, planRebalance, Refused, RestClient, StateReader } from '../../lib/ops';
import { hasMajority, leaderOf } from '../../lib/ops/cluster-state';
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
  const client = new RestClient({ timeoutSeconds: 2 });
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
      diskUsedBytes: 0.4 * 2 ** 30,
    });
    const copies = (...indices: number[]) =>
      expect.arrayContaining(indices.map((index) => ({ peer: ids[index], state: 'Active' })));
    expect(state.shards).toEqual([
      { collection: 'docs', id: 0, hasKey: false, factor: 2, points: 5, bytes: 5000, copies: copies(0, 1) },
      { collection: 'docs', id: 1, hasKey: false, factor: 2, points: 5, bytes: 5000, copies: copies(1, 2) },
    ]);
    expect([hasMajority(state), leaderOf(state)?.id, state.disagreements]).toEqual([true, ids[0], []]);
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
    const client = new RestClient({ timeoutSeconds: 2 });
    ends.push(() => client.close());
    await client.call({ host: FIRST, port: fake.port }, 'DELETE', `/cluster/peer/${third.id}`);
    const state = await reader.read();
    expect(state.members.map(({ uri }) => uri)).toEqual([FIRST, SECOND].map((host) => `http://${host}:6335/`));
    expect(state.former).toEqual([{ id: third.id, host: THIRD }]);
  });

  test('is nothing of a server by itself, or where nobody answers', async () => {
    const port = await serve(createServer((_, response) => response.end('{"result":{"status":"disabled"}}')));
    const client = new RestClient({ timeoutSeconds: 2 });
    ends.push(() => client.close());
    const read = (at: number) => new StateReader(client, [{ host: '127.0.0.1', port: at }], at).read();
    await expect(read(port)).rejects.toThrow(new NoCluster('127.0.0.1 is a server by itself, no member of a cluster'));
    await expect(read(1)).rejects.toThrow(/^no node answers: 127\.0\.0\.1:1: ECONNREFUSED$/);
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
      const rest = new RestClient({ tls, apiKey: 'a key', timeoutSeconds: 2 });
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

  test('sends ids of 64 bits as the numbers that they are, and gives them as texts', async () => {
    let sent = '';
    const port = await serve(
      createServer((request, response) => {
        request.on('data', (part) => (sent += part));
        request.on('end', () => response.end('{"result":{"peer_id":18446744073709551615}}'));
      }),
    );
    const rest = new RestClient({ timeoutSeconds: 2 });
    ends.push(() => rest.close());
    const body = { move_shard: { shard_id: 1, from_peer_id: '18446744073709551615', to_peer_id: '9007199254740993' } };
    await expect(rest.call({ host: '127.0.0.1', port }, 'POST', '/', body)).resolves.toEqual({
      peer_id: '18446744073709551615',
    });
    expect(sent).toBe('{"move_shard":{"shard_id":1,"from_peer_id":18446744073709551615,"to_peer_id":9007199254740993}}');
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
