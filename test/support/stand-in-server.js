#!/bin/node
// A STAND-IN for Qdrant, for machines where no Qdrant binary can be had. It reads the same files and arguments, opens the same
// listeners with the same TLS settings, asks for the same keys, and keeps points on every peer. It is no vector database.
const { createHash, createHmac } = require('node:crypto');
const { createServer: createSecureServer, request: httpsRequest } = require('node:https');
const { createServer: createHttp2Server } = require('node:http2');
const { createServer: createTlsServer } = require('node:tls');
const { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { parse } = require('./yaml');

const args = Object.fromEntries(
  process.argv.slice(2).flatMap((a, i, all) => (a.startsWith('--') ? [[a.slice(2), all[i + 1]]] : [])),
);
const merge = (a, b) =>
  b && typeof b === 'object' && !Array.isArray(b)
    ? Object.fromEntries(
        [...new Set([...Object.keys(a ?? {}), ...Object.keys(b)])].map((k) => [k, k in b ? merge(a?.[k], b[k]) : a[k]]),
      )
    : b;
const read = (path) => (existsSync(path) ? (parse(readFileSync(path, 'utf8')) ?? {}) : {});
const settings = [read('config/local.yaml'), read(args['config-path'])].reduce(merge, { service: {}, cluster: {}, tls: {} });
const { service, cluster, tls } = settings;
// Of the settings that an environment may hold, which win, the one that the library gives so.
if (process.env.QDRANT__SERVICE__JWT_RBAC) service.jwt_rbac = process.env.QDRANT__SERVICE__JWT_RBAC === 'true';
const version = (process.env.QDRANT_STAND_IN_TAG ?? '').replace(/^v|-unprivileged$/g, '');
const host = new URL(args.uri).hostname;

const material = { cert: readFileSync(tls.cert), key: readFileSync(tls.key), ca: readFileSync(tls.ca_cert) };
const verified = { ...material, requestCert: true, rejectUnauthorized: true };

// --- What is kept -------------------------------------------------------------------------------------------------------------

const STATE = 'storage/raft_state.json';
const state = existsSync(STATE) ? JSON.parse(readFileSync(STATE, 'utf8')) : undefined;
// As Qdrant does, it keeps a state of its own before it is a member of any cluster.
let data = state ?? { joined: false, peers: {}, collections: {} };
let ready = false;
save();

function save() {
  mkdirSync('storage', { recursive: true });
  writeFileSync(`${STATE}.new`, JSON.stringify(data));
  renameSync(`${STATE}.new`, STATE);
}

// How often a peer was added or removed, so that what is heard late, or twice, changes nothing: it is a member where that is odd.
const isMember = (uri) => (data.peers[uri] ?? 0) % 2 === 1;
const members = () => Object.keys(data.peers).filter(isMember);
const add = (uri) => isMember(uri) || (data.peers[uri] = (data.peers[uri] ?? 0) + 1);
const remove = (uri) => isMember(uri) && data.peers[uri]++;

function catchUp({ peers, collections }) {
  for (const [uri, changes] of Object.entries(peers)) data.peers[uri] = Math.max(changes, data.peers[uri] ?? 0);
  for (const [name, points] of Object.entries(collections)) {
    data.collections[name] = { ...points, ...data.collections[name] };
  }
  save();
}

// --- Among the peers ------------------------------------------------------------------------------------------------------------

function ask(url, method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'api-key': service.api_key, 'content-type': 'application/json' };
    const request = httpsRequest(new URL(path, url), { ...material, method, headers, timeout: 2000 }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () =>
        response.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(`${response.statusCode}`)),
      );
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error('timeout')));
    request.end(body && JSON.stringify(body));
  });
}

const others = () => members().filter((uri) => uri !== args.uri);
/** Peers that missed points: as replicas that are dead, they are sent no others until they have caught up. */
const behind = new Set();

/** Tells the others, and gives whether a majority knows now: as in Qdrant, who is in a minority changes nothing. */
async function tell(path, body) {
  const asked = path === '/points' ? others().filter((uri) => !behind.has(uri)) : others();
  const told = await Promise.all(
    asked.map((uri) =>
      ask(uri, 'POST', path, body).then(
        () => true,
        () => !behind.add(uri),
      ),
    ),
  );
  return (1 + told.filter(Boolean).length) * 2 > members().length;
}

async function bringUpToDate(uri) {
  await ask(uri, 'POST', '/reached');
  // What is written from here on is told to it, and what was before is sent.
  behind.delete(uri);
  await ask(uri, 'POST', '/catch-up', data).catch(() => behind.add(uri));
}

function bringOthersUpToDate() {
  for (const uri of behind) {
    if (others().includes(uri)) bringUpToDate(uri).catch(() => {});
    else behind.delete(uri);
  }
  setTimeout(bringOthersUpToDate, 1000);
}

async function join() {
  if (!data.joined && args.bootstrap !== args.uri) {
    for (let attempt = 0; !data.joined; attempt++) {
      try {
        catchUp(await ask(args.bootstrap, 'POST', '/join', { uri: args.uri }));
        data.joined = true;
      } catch (error) {
        console.error(`cannot join ${args.bootstrap}: ${error.message}`);
        if (attempt === 3) process.exit(1);
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
  } else if (!data.joined && state) {
    // Qdrant would take itself for a first peer that has no vote.
    console.error('a state that belongs to no cluster, and no peer to join through');
    return;
  }
  data.joined = true;
  data.peers[args.uri] ??= 1;
  save();
  // What was written while this peer was away comes over REST, as a snapshot would.
  const restOf = (uri) => `https://${new URL(uri).hostname}:${service.http_port}`;
  const caughtUp = await Promise.allSettled(
    others().map(async (uri) => catchUp(await ask(restOf(uri), 'GET', '/stand-in/snapshot'))),
  );
  // One that was stopped before all had heard who came and went has told nobody since.
  tell('/catch-up', { peers: data.peers, collections: {} });
  ready = others().length === 0 || caughtUp.some(({ status }) => status === 'fulfilled') || Boolean(state?.joined);
  if (!ready) setTimeout(join, 1000);
}

function serveInternal(request, response, body) {
  if (service.enforce_internal_auth && !isAdmin(request.headers)) return [401, {}];
  // Who has joined no cluster takes nothing from one, which would otherwise be there for its clients alone.
  if (!data.joined) return [503, {}];
  if (request.url === '/join') {
    // As Qdrant does: the address of a peer that has shards is not given to another.
    if (isMember(body.uri) && Object.keys(data.collections).length > 0) return [409, {}];
    add(body.uri);
    tell('/catch-up', { peers: data.peers, collections: {} });
    return [200, data];
  }
  if (request.url === '/collection') data.collections[body.name] ??= {};
  if (request.url === '/drop') delete data.collections[body.name];
  if (request.url === '/points') store(body.name, body.points);
  if (request.url === '/catch-up') catchUp(body);
  save();
  return [200, {}];
}

// --- REST -----------------------------------------------------------------------------------------------------------------------

const adminKeys = [service.api_key, service.alt_api_key].filter(Boolean);
const keyOf = (headers) => headers['api-key'] ?? /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1];
const isAdmin = (headers) => adminKeys.includes(keyOf(headers));

/** What a request may do, as in Qdrant: all (`m`), reading (`r`), what a token says of single collections, or nothing and why, as a status. */
function accessOf(headers) {
  const key = keyOf(headers);
  if (key === undefined) return { denied: 401, why: 'Must provide an API key or an Authorization bearer token' };
  if (isAdmin(headers)) return { access: 'm' };
  if (service.read_only_api_key && key === service.read_only_api_key) return { access: 'r' };
  return service.jwt_rbac ? accessByToken(key) : { denied: 401, why: 'Invalid API key or JWT' };
}

const LEEWAY_SECONDS = 30;

function accessByToken(token) {
  const [header, payload, signature] = token.split('.');
  const part = (text) => JSON.parse(Buffer.from(text ?? '', 'base64url').toString());
  let claims;
  try {
    if (part(header).alg !== 'HS256' || signature === undefined) throw new Error('it knows no other algorithm');
    claims = part(payload);
  } catch {
    return { denied: 401, why: 'Invalid API key or JWT' };
  }
  const signedBy = (key) => createHmac('sha256', key).update(`${header}.${payload}`).digest('base64url') === signature;
  if (!adminKeys.some(signedBy)) return { denied: 403, why: 'InvalidSignature' };
  if (claims.exp !== undefined && claims.exp + LEEWAY_SECONDS < Date.now() / 1000)
    return { denied: 403, why: 'ExpiredSignature' };
  const { collection, matches = [] } = claims.value_exists ?? {};
  const points = Object.values(data.collections[collection] ?? {});
  if (collection !== undefined && !(collection in data.collections)) return { denied: 403, why: 'stateful validation failed' };
  if (collection !== undefined && !points.some(({ payload: has }) => matches.every(({ key, value }) => has?.[key] === value)))
    return { denied: 401, why: 'Invalid JWT, stateful validation failed' };
  return { access: claims.access ?? 'm' };
}

/** Why what is asked for is not allowed; undefined where it is. */
function refusalOf(access, method, path) {
  const isRead = method === 'GET';
  if (access === 'm' || (access === 'r' && isRead)) return undefined;
  if (access === 'r') return 'Global manage access is required';
  if (path === '/collections' && isRead) return undefined;
  const [, name, points] = /^\/collections\/([^/]+)(\/points.*)?$/.exec(path) ?? [];
  const allowed = access.find(({ collection }) => collection === name)?.access;
  if (!name || !allowed) return name ? `Access to collection ${name} is required` : 'Global access is required';
  // Collections are made and dropped by who manages all of them.
  return isRead || (points && allowed !== 'r') ? undefined : `Write access to collection ${name} is required`;
}

const peerId = (uri) => parseInt(createHash('sha256').update(uri).digest('hex').slice(0, 8), 16);

function store(name, points) {
  data.collections[name] ??= {};
  for (const point of points) data.collections[name][point.id] = point;
}

async function serveRest({ method, url, headers }, _response, body) {
  const path = url.split('?')[0];
  if (path === '/') return [200, { title: 'qdrant - vector search engine', version }];
  if (path === '/readyz') return ready ? [200, {}] : [503, {}];
  if (['/healthz', '/livez'].includes(path)) return [200, {}];
  const { access, denied, why } = accessOf(headers);
  if (denied) return [denied, { status: { error: why } }];
  const refusal = refusalOf(access, method, path);
  if (refusal) return [403, { status: { error: `Forbidden: ${refusal}` } }];
  // One that has joined no cluster knows nothing that another could catch up with.
  if (path === '/stand-in/snapshot') return isAdmin(headers) && data.joined ? [200, data] : [403, {}];
  return serveCollections(
    method,
    path,
    body,
    (name) => typeof access === 'string' || access.some(({ collection }) => collection === name),
  );
}

async function serveCollections(method, path, body, mayKnow) {
  const [, name, , id] = /^\/collections(?:\/([^/]+)(\/points(?:\/(\d+))?)?)?$/.exec(path) ?? [];
  const ok = (result) => [200, { result, status: 'ok', time: 0 }];
  const okIf = (isKnown, result) => (isKnown ? ok(result) : [500, { status: { error: 'No majority has confirmed it' } }]);
  if (path === '/cluster') {
    const peers = Object.fromEntries(members().map((uri) => [peerId(uri), { uri }]));
    return ok({ status: 'enabled', peer_id: peerId(args.uri), peers });
  }
  const [, removed] = /^\/cluster\/peer\/(\d+)$/.exec(path) ?? [];
  if (removed) {
    const uri = members().find((known) => String(peerId(known)) === removed);
    if (!uri) return [404, { status: { error: 'Not found' } }];
    remove(uri);
    save();
    await tell('/catch-up', { peers: data.peers, collections: {} });
    return ok(true);
  }
  // Every peer has all points, and none of them can be moved.
  const [, sharded] = /^\/collections\/([^/]+)\/cluster$/.exec(path) ?? [];
  if (sharded in data.collections) return ok({ local_shards: [], remote_shards: [] });
  const collections = Object.keys(data.collections).filter(mayKnow);
  if (path === '/collections') return ok({ collections: collections.map((known) => ({ name: known })) });
  if (name && method === 'PUT' && body.points) {
    // As Qdrant does, also while it has joined no cluster and knows none of its collections.
    if (!(name in data.collections)) return [404, { status: { error: 'Not found' } }];
    store(name, body.points);
    save();
    const isKnown = await tell('/points', { name, points: body.points });
    return okIf(isKnown, { operation_id: 0, status: 'completed' });
  }
  if (name && method === 'PUT') {
    data.collections[name] ??= {};
    save();
    return okIf(await tell('/collection', { name }), true);
  }
  if (name && method === 'DELETE') {
    delete data.collections[name];
    save();
    await tell('/drop', { name });
    return ok(true);
  }
  if (id) return data.collections[name]?.[id] ? ok(data.collections[name][id]) : [404, { status: { error: 'Not found' } }];
  return name in data.collections ? ok({ status: 'green' }) : [404, { status: { error: 'Not found' } }];
}

const servers = [];

function listen(options, port, serve) {
  const server = createSecureServer(options, (request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', async () => {
      const [status, answer] = await serve(request, response, text ? JSON.parse(text) : {});
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  }).listen(port, port === cluster.p2p.port ? '0.0.0.0' : service.host);
  servers.push(server);
}

// --- gRPC -----------------------------------------------------------------------------------------------------------------------

/** A message of protocol buffers with a member of text. */
const text = (field, value) => Buffer.concat([Buffer.from([(field << 3) | 2, value.length]), Buffer.from(value)]);
const replies = {
  '/grpc.health.v1.Health/Check': () => Buffer.from([8, 1]),
  '/qdrant.Qdrant/HealthCheck': () => Buffer.concat([text(1, 'qdrant - vector search engine'), text(2, version)]),
  '/qdrant.Collections/List': () =>
    Buffer.concat(Object.keys(data.collections).map((name) => text(1, text(1, name).toString('latin1')))),
};

function serveGrpc(stream, headers) {
  const path = headers[':path'];
  const open = path === '/grpc.health.v1.Health/Check' || path === '/qdrant.Qdrant/HealthCheck';
  const status = (code, message) =>
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': code, 'grpc-message': message },
      { endStream: true },
    );
  stream.on('error', () => {});
  stream.resume();
  const { denied, why } = open ? {} : accessOf(headers);
  if (denied) return status(denied === 401 ? 16 : 7, why);
  if (!replies[path]) return status(12, 'the stand-in does not know this call');
  const message = replies[path]();
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.concat([prefix, message]));
}

// --- Start ----------------------------------------------------------------------------------------------------------------------

listen(verified, cluster.p2p.port, serveInternal);
listen(service.verify_https_client_certificate ? verified : material, service.http_port, serveRest);
if (service.metrics_port)
  listen(service.verify_https_client_certificate ? verified : material, service.metrics_port, () => [200, {}]);
if (service.grpc_port) {
  const http2 = createHttp2Server().on('stream', serveGrpc);
  const options = { cert: material.cert, key: material.key, ALPNProtocols: ['h2'] };
  createTlsServer(options, (socket) => {
    // As in Qdrant, a client need not negotiate h2, and the guard does not; Node would refuse it.
    socket.alpnProtocol = 'h2';
    http2.emit('connection', socket);
  }).listen(service.grpc_port, service.host);
}
console.log(`stand-in ${version} of ${host} listens`);
// As Qdrant does, it takes no more requests, ends those that it has begun, writes what it must, and says so.
process.on('SIGTERM', async () => {
  const ended = Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await Promise.race([ended, pause(1)]);
  await pause(Number(process.env.QDRANT_STAND_IN_FLUSH_SECONDS ?? 0));
  save();
  console.log('stand-in stopped, all is written');
  process.exit(0);
});
if (process.env.QDRANT_STAND_IN_BROKEN) {
  console.error('this release does not work');
  process.exit(101);
}
join();
bringOthersUpToDate();
