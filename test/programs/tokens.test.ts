import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenGrant } from '../../lib/tokens';
import { signFor } from '../../lib/tokens/renewal';
import { claimsSignedBy, signedToken } from '../../lib/tokens/token';
import { SecretServer } from '../support/kubernetes/secret-server';
import { CA, CLIENT_CA } from '../support/open-server';
import { ROOT } from '../support/programs';
import { NodeKeys, TokenServer } from '../support/token-server';

const BUNDLE = join(ROOT, 'lib/cluster/bundles/tokens.js');
const [FIRST, SECOND] = ['1'.repeat(24) + 'a'.repeat(24), '2'.repeat(24) + 'b'.repeat(24)];
const BEARER = 'the-token-of-the-service-account';
const HOUR = 3600;
const now = () => Math.floor(Date.now() / 1000);

const grantOf = (name: string, claims: Partial<TokenGrant['claims']> = {}): TokenGrant => ({
  secret: `vectors-token-${name}`,
  validityHours: 72,
  claims: { access: [{ collection: 'articles', access: 'prw' }], subject: `user ${name}`, ...claims },
});
const search = grantOf('search');
const others = grantOf('others');

const folder = mkdtempSync(join(tmpdir(), 'tokens-'));
let api: SecretServer;
beforeEach(async () => {
  api = await SecretServer.start(BEARER);
});
afterEach(() => api.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Has a Secret made, as Terraform does. */
function make({ secret }: TokenGrant, token?: string, revision = 'r1'): void {
  api.secrets.set(secret, { revision, token, version: 1 });
}
const tokenOf = ({ secret }: TokenGrant) => api.secrets.get(secret)!.token!;

interface Circumstances {
  readonly key?: string;
  readonly revision?: string;
  readonly authority?: string;
  readonly environment?: { [name: string]: string };
  readonly more?: string[];
}

/** Runs the program as the pod does: where there is nothing but the bundle, and what is mounted. */
async function sign(grants: TokenGrant[] | string, circumstances: Circumstances = {}) {
  const { key = FIRST, revision = 'r1', authority = CA.certificate, environment, more = [] } = circumstances;
  const place = mkdtempSync(join(folder, 'run-'));
  mkdirSync(join(place, 'account'));
  cpSync(BUNDLE, join(place, 'tokens.js'));
  const text = typeof grants === 'string' ? grants : JSON.stringify(grants);
  const files = {
    'grants.json': text,
    'api-key': `${key}\n`,
    'account/token': `${BEARER}\n`,
    'account/ca.crt': authority,
    'account/namespace': 'search',
  };
  for (const [file, content] of Object.entries(files)) writeFileSync(join(place, file), content);
  const args = [
    ...['tokens.js', '--grants', 'grants.json', '--revision', revision, '--api-key-file', 'api-key'],
    ...['--account', 'account', ...more],
  ];
  const env = environment ?? { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(api.port) };
  const child = spawn(process.execPath, args, { cwd: place, env });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part) => (out += part));
  child.stderr.on('data', (part) => (err += part));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const tokens = [...api.secrets.values()].flatMap(({ token }) => token ?? []);
  for (const secret of [FIRST, SECOND, BEARER, ...tokens]) expect(`${out}${err}`).not.toContain(secret);
  return { status, out, err };
}

describe('the program that signs tokens', () => {
  test('asks for nothing but what Node has', () => {
    const needed = [...readFileSync(BUNDLE, 'utf8').matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(needed).toContain('node:https');
    expect(needed.filter((name) => !name.startsWith('node:'))).toEqual([]);
  });

  test('signs each token that is missing, and keeps it the next time', async () => {
    make(search);
    make(others);
    const first = await sign([search, others]);
    expect(first).toMatchObject({ status: 0, err: '' });
    expect(first.out).toMatch(/^vectors-token-search: signed, as there was none; valid until 20\d\d-\d\d-\d\dT/m);
    const claims = claimsSignedBy(FIRST, tokenOf(search))!;
    expect(claims).toEqual({ ...search.claims, exp: expect.any(Number) });
    expect(Math.abs(Number(claims.exp) - now() - 72 * HOUR)).toBeLessThan(60);
    const second = await sign([search, others]);
    expect(second.out.match(/: kept, as it is valid until /g)).toHaveLength(2);
    expect({ status: second.status, writes: api.writes }).toEqual({ status: 0, writes: 2 });
  });

  test('signs anew what is about to end, what another key signed, and what grants something else', async () => {
    for (const token of [
      signFor(search, FIRST, now() - 49 * HOUR).token,
      signFor(search, SECOND, now()).token,
      signedToken({ ...search.claims, access: [{ collection: 'articles', access: 'rw' }], exp: now() + 72 * HOUR }, FIRST),
    ]) {
      make(search, token);
      expect((await sign([search])).status).toBe(0);
      expect(tokenOf(search)).not.toBe(token);
      expect(claimsSignedBy(FIRST, tokenOf(search))).toMatchObject(search.claims);
    }
    expect(api.writes).toBe(3);
  });

  const condition = (collection: string, matches: any[] = [{ key: 'consumer', value: 'search' }]) => ({
    value_exists: { collection, matches },
  });
  const asked = (grant: any) => ({ ...search, ...grant });
  const many = (length: number) =>
    Array.from({ length }, (_, index) => ({ collection: `tenant-${1000 + index}-articles`, access: 'prw' }));

  // What is known when it is synthesized is refused there.
  test.each<[string, object, RegExp]>([
    ...[0, -5, 1.5, 8761, '72', null].map((hours): [string, object, RegExp] => [
      `${JSON.stringify(hours)} hours`,
      asked({ validityHours: hours }),
      /validityHours is .*: Terraform has to give a whole number from 1 to 8760/,
    ]),
    [
      'a collection twice, with different access',
      grantOf('search', { access: [...search.claims.access, { collection: 'articles', access: 'rw' }] }),
      /"articles" is granted twice, as prw and as rw/,
    ],
    ['another access', grantOf('search', { access: [{ collection: 'articles', access: 'm' }] }), /access to "articles" is "m"/],
    [
      'a path as a name',
      grantOf('search', { access: [{ collection: 'a/b', access: 'r' }] }),
      /"a\/b" is no name of a collection/,
    ],
    [
      'a pattern',
      grantOf('search', { access: [{ collection: 'logs-*', access: 'r' }] }),
      /"logs-\*" is no name of a collection: there are no patterns/,
    ],
    [
      'a condition on a pattern',
      grantOf('search', condition('consumer?')),
      /validWhile\.collection: "consumer\?" is no name of a collection: there are no patterns/,
    ],
    ['no name', grantOf('search', { access: [{ collection: null as any, access: 'r' }] }), /null is no name of a collection/],
    [
      'a condition that the consumer can write',
      grantOf('search', condition('articles')),
      /validWhile looks in the collection "articles", which the consumer may write to/,
    ],
    [
      'a key that is no path',
      grantOf('search', condition('consumers', [{ key: 'example.com/consumer', value: 'x' }])),
      /validWhile\.matches has the key "example\.com\/consumer", which is no path.*write it in double quotes/,
    ],
    [
      'a value that is none',
      grantOf('search', condition('consumers', [{ key: 'consumer', value: 1.5 }])),
      /validWhile\.matches\.consumer is 1\.5/,
    ],
    [
      'more than a header has room for',
      grantOf('search', { access: many(150) }),
      /would have \d+ characters.*8000.*another grantee/,
    ],
  ])('does not sign %s, which only Terraform may have known, and signs the others', async (_what, grant, expected) => {
    make(search);
    make(others);
    const { status, err } = await sign(JSON.stringify([grant, others]));
    expect({ status, token: api.secrets.get(search.secret)!.token }).toEqual({ status: 1, token: undefined });
    expect(err).toMatch(/^error: vectors-token-search: [^\n]+\n$/);
    expect(err).toMatch(expected);
    expect(claimsSignedBy(FIRST, tokenOf(others))).toBeDefined();
  });

  test('takes a collection that is granted twice alike for one, as Qdrant takes no token that names it twice', async () => {
    make(search);
    const [article] = search.claims.access;
    const twice = [article, { collection: 'images', access: 'r' }, article];
    for (const done of ['signed', 'kept']) {
      const { status, out } = await sign([grantOf('search', { access: twice })]);
      expect({ status, out }).toEqual({ status: 0, out: expect.stringContaining(`: ${done}, as `) });
    }
    expect(claimsSignedBy(FIRST, tokenOf(search))!.access).toEqual(twice.slice(0, 2));
  });

  test('signs what only Terraform knew, where it is as Qdrant takes it', async () => {
    make(search);
    const matches = [
      { key: 'consumer.name', value: 'search' },
      { key: '"example.com/consumer"[0].tags[]', value: true },
    ];
    const grant = asked({
      validityHours: 8760,
      claims: { ...search.claims, ...condition('consumers', matches), access: many(90) },
    });
    expect(await sign([grant])).toMatchObject({ status: 0, err: '' });
    expect(tokenOf(search).length).toBeGreaterThan(6000);
  });

  test('leaves alone what is for the grants of another apply, as one does that an apply overtook', async () => {
    const { token } = signFor(search, SECOND, now());
    make(search, token, 'r2');
    const { status, out } = await sign([search], { revision: 'r1' });
    expect({ status, kept: tokenOf(search) }).toEqual({ status: 0, kept: token });
    expect(out).toContain('left alone');
  });

  test.each<[string, string | undefined, RegExp]>([
    ['has ended', signFor(search, SECOND, now() - 80 * HOUR).token, /its token ended at 20\d\d-/],
    ['is in its last third', signFor(search, SECOND, now() - 49 * HOUR).token, /its token ends at 20\d\d-/],
    ['is absent', undefined, /it has no token/],
    ['is no token', 'an-api-key', /it has no token/],
  ])('ends with 1 where what it leaves alone %s: nobody else may be there to sign it', async (_what, token, expected) => {
    make(search, token, 'r2');
    const { status, err } = await sign([search], { revision: 'r1' });
    expect({ status, kept: tokenOf(search) }).toEqual({ status: 1, kept: token });
    expect(err).toMatch(/^error: vectors-token-search: left alone, as it is for the grants of another apply, but /);
    expect(err).toMatch(expected);
  });

  test('does not write over what an apply has changed since it looked', async () => {
    make(search);
    const { token } = signFor(search, SECOND, now());
    api.afterRead = (name) => {
      api.secrets.set(name, { revision: 'r2', token, version: 5 });
      api.afterRead = () => {};
    };
    expect(await sign([search])).toMatchObject({ status: 0, out: expect.stringContaining('left alone') });
    expect(tokenOf(search)).toBe(token);
  });

  test('looks again where another run was quicker, and gives up where somebody writes all the time', async () => {
    make(search);
    api.afterRead = (name) => {
      api.secrets.set(name, { revision: 'r1', token: signFor(search, FIRST, now()).token, version: 5 });
      api.afterRead = () => {};
    };
    expect(await sign([search])).toMatchObject({ status: 0, out: expect.stringContaining('kept') });
    make(search);
    api.afterRead = (name) => void api.secrets.get(name)!.version++;
    expect(await sign([search])).toMatchObject({ status: 1, err: expect.stringContaining('someone else writes it') });
  });

  test('ends with 1 where one cannot be signed, and signs the others', async () => {
    make(search);
    const missing = await sign([others, search]);
    expect(missing.status).toBe(1);
    expect(missing.err).toMatch(/^error: vectors-token-others: there is no such Secret/);
    expect(claimsSignedBy(FIRST, tokenOf(search))).toBeDefined();
    const forbidden = await sign([{ ...search, secret: 'vectors-admin-key-1' }]);
    expect(forbidden).toMatchObject({
      status: 1,
      err: expect.stringMatching(/cannot be read: the API server answers 403 Forbidden$/m),
    });
  });

  test.each<[string, Circumstances, RegExp]>([
    ['is not the API server, by its certificate', { authority: CLIENT_CA.certificate }, /cannot be asked: /],
    [
      'does not answer',
      { environment: { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' } },
      /\(127\.0\.0\.1:1\) cannot be asked: .*ECONNREFUSED/,
    ],
  ])('ends with 1 where what it asks %s', async (_what, circumstances, expected) => {
    make(search);
    expect(await sign([search], circumstances)).toMatchObject({ status: 1, err: expect.stringMatching(expected) });
    expect(tokenOf(search)).toBeUndefined();
  });

  test('ends with 1 where the API server is broken', async () => {
    make(search);
    api.broken = { status: 503, text: 'no JSON' };
    expect(await sign([search])).toMatchObject({ status: 1, err: expect.stringContaining('the API server answers 503') });
  });

  test.each(['<html>', '', 'null', '[]', '{}', '{"metadata":{}}'])(
    'ends with 1, and says so, where something else than the API server answers 200 and %j',
    async (text) => {
      make(search);
      api.broken = { status: 200, text };
      const read = await sign([search]);
      expect(read).toMatchObject({
        status: 1,
        err: expect.stringMatching(/cannot be read: .* 200 and no Secret: .*no API server/),
      });
      api.broken = undefined;
      api.afterRead = () => (api.broken = { status: 200, text });
      const written = await sign([search]);
      expect(written).toMatchObject({
        status: 1,
        out: '',
        err: expect.stringMatching(/cannot be written: .* 200 and no Secret/),
      });
    },
  );

  test.each<[string, TokenGrant[] | string, Circumstances, RegExp]>([
    ['a short key', [search], { key: 'short' }, /the admin key has less than 32 characters/],
    ['a key that is no header', [search], { key: `${'a'.repeat(40)} b` }, /no visible ASCII/],
    ['no JSON', 'x', {}, /--grants names is no JSON/],
    ['no pod', [search], { environment: {} }, /this is no pod/],
    ['a key as an argument', [search], { more: ['--api-key=x'] }, /looks like, a key/],
    ['an option that does not exist', [search], { more: ['--forever'] }, /forever/],
  ])('ends with 2 where it is given %s', async (_what, grants, circumstances, expected) => {
    make(search);
    expect(await sign(grants, circumstances)).toMatchObject({ status: 2, err: expect.stringMatching(expected) });
    expect(tokenOf(search)).toBeUndefined();
  });
});

describe('a token, at a server', () => {
  const servers: TokenServer[] = [];
  const start = async (keys: NodeKeys, service?: object) => {
    const server = await TokenServer.start(keys, service);
    servers.push(server);
    return server;
  };
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });
  const point = (payload: object = {}) => ({ points: [{ id: 1, vector: [1, 0], payload }] });
  const vectors = { vectors: { size: 2, distance: 'Dot' } };

  /** Makes collections as who manages the cluster. */
  async function fill(server: TokenServer, key: string): Promise<void> {
    for (const collection of ['articles', 'images', 'consumers']) {
      expect(await server.ask(key, 'PUT', `/collections/${collection}`, vectors)).toBe(200);
      expect(await server.ask(key, 'PUT', `/collections/${collection}/points?wait=true`, point())).toBe(200);
    }
  }

  test('allows what is granted, and nothing else', async () => {
    const server = await start({ admin: FIRST });
    await fill(server, FIRST);
    const reader = grantOf('reader', { access: [{ collection: 'articles', access: 'r' }] });
    [search, reader].forEach((grant) => make(grant));
    await sign([search, reader]);
    const may = (grant: TokenGrant) => (method: string, path: string, body?: object) =>
      server.ask(tokenOf(grant), method, path, body);
    for (const ask of [may(search), may(reader)]) {
      expect(await ask('GET', '/collections/articles/points/1')).toBe(200);
      expect(await ask('GET', '/collections/images/points/1')).toBe(403);
      expect(await ask('PUT', '/collections/images/points?wait=true', point())).toBe(403);
      expect(await ask('PUT', '/collections/new', vectors)).toBe(403);
      expect(await ask('DELETE', '/collections/articles')).toBe(403);
    }
    expect(await may(search)('PUT', '/collections/articles/points?wait=true', point())).toBe(200);
    expect(await may(reader)('PUT', '/collections/articles/points?wait=true', point())).toBe(403);
    const { body } = await server.answer(tokenOf(reader), 'GET', '/collections');
    expect(body.result.collections).toEqual([{ name: 'articles' }]);
  });

  test('leaves keys as they are, in either header', async () => {
    const server = await start({ admin: FIRST }, { jwt_rbac: true, read_only_api_key: SECOND });
    await fill(server, FIRST);
    const points = '/collections/articles/points';
    const asks = [server.ask, server.askByKey].map((ask) => ask.bind(server));
    for (const ask of asks) {
      expect(await ask(FIRST, 'PUT', `${points}?wait=true`, point())).toBe(200);
      expect(await ask(SECOND, 'GET', `${points}/1`)).toBe(200);
      expect(await ask(SECOND, 'PUT', `${points}?wait=true`, point())).toBe(403);
      expect(await ask('x'.repeat(48), 'GET', `${points}/1`)).toBe(401);
    }
    expect(await server.ask(undefined, 'GET', `${points}/1`)).toBe(401);
  });

  test('is refused once it has ended, and where tokens are not taken', async () => {
    const server = await start({ admin: FIRST });
    await fill(server, FIRST);
    const ended = signedToken({ ...search.claims, exp: now() - 60 }, FIRST);
    expect(await server.ask(ended, 'GET', '/collections/articles/points/1')).toBe(403);
    const unsigned = signedToken({ ...search.claims, exp: now() + 60 }, SECOND);
    expect(await server.ask(unsigned, 'GET', '/collections/articles/points/1')).toBe(403);
    const without = await start({ admin: FIRST }, { jwt_rbac: false });
    expect(await without.ask(signFor(search, FIRST, now()).token, 'GET', '/collections')).toBe(401);
  });

  test('is revoked with the point that it depends on', async () => {
    const server = await start({ admin: FIRST });
    await fill(server, FIRST);
    const revocable = grantOf('revocable', {
      value_exists: { collection: 'consumers', matches: [{ key: 'consumer', value: 'search' }] },
    });
    make(revocable);
    await sign([revocable]);
    const read = () => server.ask(tokenOf(revocable), 'GET', '/collections/articles/points/1');
    const note = (payload: object) => server.ask(FIRST, 'PUT', '/collections/consumers/points?wait=true', point(payload));
    expect(await read()).toBe(401);
    await note({ consumer: 'search' });
    expect(await read()).toBe(200);
    await note({ consumer: 'others' });
    expect(await read()).toBe(401);
  });

  test('is refused at no step of a rotation of the key: not by a node before it, not by one after it, before or after it is signed anew', async () => {
    // The keys of the nodes as the three applies have them, of which each signs with `admin` once all nodes have it.
    const steps: NodeKeys[] = [
      { admin: FIRST },
      { admin: FIRST, alternate: SECOND },
      { admin: SECOND, alternate: FIRST },
      { admin: SECOND },
    ];
    const nodes: TokenServer[] = [];
    for (const keys of steps) {
      const node = await start(keys);
      await fill(node, keys.admin);
      nodes.push(node);
    }
    make(search, undefined, 'r0');
    await sign([search], { key: FIRST, revision: 'r0' });
    const read = (node: TokenServer, token: string) => node.ask(token, 'GET', '/collections/articles/points/1');
    const signed: string[] = [];
    for (let step = 1; step < steps.length; step++) {
      const before = tokenOf(search);
      // While the nodes restart, some have the keys of the step before.
      for (const node of [nodes[step - 1], nodes[step]]) expect(await read(node, before)).toBe(200);
      api.secrets.get(search.secret)!.revision = `r${step}`;
      expect((await sign([search], { key: steps[step].admin, revision: `r${step}` })).status).toBe(0);
      const after = tokenOf(search);
      // Those who have not read it again yet have the one before.
      for (const token of [before, after]) expect(await read(nodes[step], token)).toBe(200);
      signed.push(after);
    }
    expect(claimsSignedBy(FIRST, signed[0])).toBeDefined();
    expect(claimsSignedBy(SECOND, signed[1])).toBeDefined();
    expect(signed[2]).toBe(signed[1]);
    // What shows that it could have been refused.
    expect(await read(nodes[3], signed[0])).toBe(403);
    expect(await read(nodes[0], signed[1])).toBe(403);
  });
});
