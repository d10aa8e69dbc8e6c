// A client that writes and reads in a loop: traffic.js FOLDER HOST...
// It asks one node after the other, and repeats on the next what one did not answer. When it gets SIGTERM it prints what it saw:
// how many requests there were, how many of them needed a retry, how many no retry mended, which written points cannot be read,
// how long it was without an answer at most, and how many nodes were not ready at the same time at most. FOLDER/key holds the API key, and is read for each request.
const { request } = require('node:https');
const { readFileSync } = require('node:fs');

const [folder, ...hosts] = process.argv.slice(2);
const file = (name) => readFileSync(`${folder}/${name}`);
const tls = () => ({ ca: file('ca.pem'), cert: file('client.pem'), key: file('client-key.pem') });
const seen = { requests: 0, retried: 0, failed: 0, lost: 0, longestGapSeconds: 0, notReadyAtOnce: 0, reasons: {} };
let stopped = false;
let answered = Date.now();

function ask(host, method, path, body, timeout = 3000) {
  return new Promise((resolve, reject) => {
    const headers = { 'api-key': String(file('key')).trim(), 'content-type': 'application/json' };
    const call = request({ ...tls(), host, port: 6333, method, path, headers, timeout, agent: false }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`${method} ${response.statusCode}`)),
      );
    });
    call.on('error', reject).on('timeout', () => call.destroy(new Error('timeout')));
    call.end(body && JSON.stringify(body));
  });
}

async function withRetry(method, path, body) {
  const first = seen.requests++;
  for (let attempt = 0; attempt < 12; attempt++) {
    try {
      const answer = await ask(hosts[(first + attempt) % hosts.length], method, path, body);
      seen.longestGapSeconds = Math.max(seen.longestGapSeconds, (Date.now() - answered) / 1000);
      answered = Date.now();
      return answer;
    } catch (error) {
      seen.reasons[error.code ?? error.message] = (seen.reasons[error.code ?? error.message] ?? 0) + 1;
      if (attempt === 0) seen.retried++;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  seen.failed++;
  return undefined;
}

async function watch() {
  while (!stopped) {
    const answers = await Promise.allSettled(hosts.map((host) => ask(host, 'GET', '/readyz', undefined, 15000)));
    seen.notReadyAtOnce = Math.max(seen.notReadyAtOnce, answers.filter(({ status }) => status === 'rejected').length);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Takes one point after the other, and asks for it. */
async function readBack(unread) {
  for (let id = unread.pop(); id !== undefined; id = unread.pop()) {
    if (!(await withRetry('GET', `/collections/traffic/points/${id}`))) seen.lost++;
  }
}

/** A client that is new may not be let in everywhere at once. */
async function reachAll() {
  for (const host of hosts) {
    for (let attempt = 0; attempt < 60; attempt++) {
      const reached = await ask(host, 'GET', '/readyz').catch(() => false);
      if (reached !== false) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  answered = Date.now();
}

async function main() {
  await reachAll();
  await withRetry('PUT', '/collections/traffic?timeout=10', {
    vectors: { size: 2, distance: 'Dot' },
    replication_factor: 2,
    shard_number: 3,
  });
  watch();
  console.log('started');
  const written = [];
  for (let id = 1; !stopped; id++) {
    const points = { points: [{ id, vector: [id, 1], payload: { id } }] };
    if (await withRetry('PUT', '/collections/traffic/points?wait=true', points)) written.push(id);
    const before = written[Math.floor(Math.random() * written.length)];
    if (before) await withRetry('GET', `/collections/traffic/points/${before}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const unread = [...written];
  await Promise.all(Array.from({ length: 8 }, () => readBack(unread)));
  console.log(JSON.stringify({ ...seen, written: written.length }));
  process.exit(0);
}

process.on('SIGTERM', () => (stopped = true));
main();
