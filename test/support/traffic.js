// A client that writes and reads: traffic.js FOLDER HOST...
// It asks one node after the other, and repeats on the next what one did not answer. After SIGTERM it goes on until it has made as many requests
// as it is to make at least, reads back all that it wrote, and prints what it saw: how many requests there were, how many of them needed a retry,
// how many no retry mended, which written points cannot be read, how long it was without an answer at most, and how many nodes were not ready at
// the same time at most. With READ_FROM_ALL every node must give each point, and not only any. FOLDER/key holds the API key; it and the certificates
// are read for each request.
const { Agent, request } = require('node:https');
const { readFileSync } = require('node:fs');

const [folder, ...hosts] = process.argv.slice(2);
const { COLLECTION = 'traffic', MIN_REQUESTS = '0', REQUESTS_PER_SECOND = '120', ATTEMPTS = '12' } = process.env;
const { REPLICATION_FACTOR = '2', READ_FROM_ALL } = process.env;
const WORKERS = 6;
/** So many reads follow a write. */
const READS = 9;
/** Every tenth request is the first of its connection, as those of clients that start; the others find one that is open. */
const FIRST = 10;

const file = (name) => readFileSync(`${folder}/${name}`);
const tls = () => ({ ca: file('ca.pem'), cert: file('client.pem'), key: file('client-key.pem') });
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
// It tells connections apart by the certificates that they were made with.
const connections = new Agent({ keepAlive: true, maxSockets: WORKERS });
const seen = { requests: 0, retried: 0, failed: 0, lost: 0, longestGapSeconds: 0, notReadyAtOnce: 0, reasons: {} };
const written = [];
let asked = 0;
let stopped = false;
let ended = false;
let answered = Date.now();
let turn = Date.now();

function ask(host, method, path, { body, timeout = 3000, agent = false } = {}) {
  return new Promise((resolve, reject) => {
    const headers = { 'api-key': String(file('key')).trim(), 'content-type': 'application/json' };
    const call = request({ ...tls(), host, port: 6333, method, path, headers, timeout, agent }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`${method} ${response.statusCode}`)),
      );
    });
    call.on('error', reject).on('timeout', () => call.destroy(new Error('timeout')));
    call.end(body && JSON.stringify(body));
  });
}

async function withRetry(method, path, body, asking = hosts) {
  const first = seen.requests++;
  for (let attempt = 0; attempt < Number(ATTEMPTS); attempt++) {
    try {
      const agent = asked++ % FIRST === 0 ? false : connections;
      const answer = await ask(asking[(first + attempt) % asking.length], method, path, { body, agent });
      seen.longestGapSeconds = Math.max(seen.longestGapSeconds, (Date.now() - answered) / 1000);
      answered = Date.now();
      return answer;
    } catch (error) {
      const reason = error.code ?? error.message;
      seen.reasons[reason] = (seen.reasons[reason] ?? 0) + 1;
      if (attempt === 0) seen.retried++;
      await pause(200);
    }
  }
  seen.failed++;
  return undefined;
}

async function watch() {
  while (!ended) {
    const answers = await Promise.allSettled(hosts.map((host) => ask(host, 'GET', '/readyz', { timeout: 15000 })));
    seen.notReadyAtOnce = Math.max(seen.notReadyAtOnce, answers.filter(({ status }) => status === 'rejected').length);
    await pause(300);
  }
}

/** So that no more requests begin than are to in a second. */
async function untilTurn() {
  turn = Math.max(Date.now(), turn) + 1000 / Number(REQUESTS_PER_SECOND);
  await pause(turn - Date.now());
}

const isDone = () => stopped && seen.requests >= Number(MIN_REQUESTS);

async function work(worker) {
  for (let id = worker; !isDone(); id += WORKERS) {
    await untilTurn();
    const points = { points: [{ id, vector: [id, 1], payload: { id } }] };
    if (await withRetry('PUT', `/collections/${COLLECTION}/points?wait=true`, points)) written.push(id);
    for (let read = 0; read < READS && written.length > 0 && !isDone(); read++) {
      await untilTurn();
      await withRetry('GET', `/collections/${COLLECTION}/points/${written[Math.floor(Math.random() * written.length)]}`);
    }
  }
}

/** Takes one point after the other, and asks for it. */
async function readBack(unread) {
  for (let id = unread.pop(); id !== undefined; id = unread.pop()) {
    const path = `/collections/${COLLECTION}/points/${id}`;
    const places = READ_FROM_ALL ? hosts.map((host) => [host]) : [hosts];
    const answers = await Promise.all(places.map((asking) => withRetry('GET', path, undefined, asking)));
    if (!answers.every(Boolean)) seen.lost++;
  }
}

/** A client that is new may not be let in everywhere at once. */
async function reachAll() {
  for (const host of hosts) {
    for (let attempt = 0; attempt < 60; attempt++) {
      const reached = await ask(host, 'GET', '/readyz').catch(() => false);
      if (reached !== false) break;
      await pause(500);
    }
  }
}

async function makeCollection() {
  const body = { vectors: { size: 2, distance: 'Dot' }, replication_factor: Number(REPLICATION_FACTOR), shard_number: 3 };
  for (let attempt = 0; attempt < 20; attempt++) {
    const host = hosts[attempt % hosts.length];
    const made = await ask(host, 'PUT', `/collections/${COLLECTION}?timeout=10`, { body, timeout: 15000 }).catch(
      ({ message }) => message,
    );
    // An attempt whose answer was lost has made it.
    if (made.startsWith('{') || made === 'PUT 409') return;
    await pause(500);
  }
}

const inParallel = (job) => Promise.all(Array.from({ length: WORKERS }, (_, index) => job(index + 1)));

async function main() {
  await reachAll();
  await makeCollection();
  answered = turn = Date.now();
  watch();
  console.log('started');
  await inParallel(work);
  ended = true;
  const unread = [...written];
  await inParallel(() => readBack(unread));
  console.log(JSON.stringify({ ...seen, written: written.length }));
  // The next client begins anew.
  await ask(hosts[0], 'DELETE', `/collections/${COLLECTION}?timeout=10`).catch(() => {});
  process.exit(0);
}

process.on('SIGTERM', () => (stopped = true));
main();
