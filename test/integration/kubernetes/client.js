// Asks once, as a client of the cluster does, and prints a line.
//   client.js HOST:PORT...       which addresses can be connected to, a line each
//   client.js --rest REQUEST...  the answers of REST, asked at once, a line each: { status, body }; the status is 0 where there is none
//   client.js --grpc REQUEST     the name of the status of gRPC
// A request is JSON: { host, port, key, client, ca, method, path, body }. A client's certificate is one of /client/files; empty for none.
const { readFileSync } = require('node:fs');
const { connect: connectHttp2 } = require('node:http2');
const { request } = require('node:https');
const { connect } = require('node:net');
const { connect: connectTls } = require('node:tls');

const TIMEOUT = 10000;
const [first, ...others] = process.argv.slice(2);

function tryToConnect(address) {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  const end = (result) => {
    if (socket.destroyed) return;
    console.log(`${address} ${result}`);
    socket.destroy();
  };
  // Names are asked for first, which has a time limit of its own.
  setTimeout(() => end('silent'), 4000).unref();
  socket.on('connect', () => end('open')).on('error', ({ code }) => end(code));
}

const file = (name) => readFileSync(`/client/files/${name}`);

function tlsOf({ client, ca }) {
  return { ca: file(ca), ...(client && { cert: file(`${client}.pem`), key: file(`${client}-key.pem`) }) };
}

const headersOf = ({ key }) => (key === undefined ? {} : { 'api-key': key });

function askRest({ host, port, method, path, body, ...identity }) {
  return new Promise((resolve) => {
    const headers = { ...headersOf(identity), 'content-type': 'application/json' };
    const call = request({ ...tlsOf(identity), host, port, method, path, headers, timeout: TIMEOUT }, (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode, body: text.startsWith('{') ? JSON.parse(text) : text }));
    });
    call.on('error', ({ message }) => resolve({ status: 0, body: message }));
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.end(body && JSON.stringify(body));
  });
}

async function printAnswers(requests) {
  for (const answer of await Promise.all(requests.map(askRest))) console.log(JSON.stringify(answer));
}

const GRPC_STATUS = { 0: 'OK', 7: 'PERMISSION_DENIED', 14: 'UNAVAILABLE', 16: 'UNAUTHENTICATED' };

function askGrpc({ host, port, ...identity }) {
  const end = (status) => {
    console.log(GRPC_STATUS[status] ?? status);
    process.exit(0);
  };
  setTimeout(() => end(14), TIMEOUT);
  const session = connectHttp2(`https://${host}:${port}`, {
    createConnection: () =>
      connectTls({ ...tlsOf(identity), host, port, servername: host, ALPNProtocols: ['h2'] }).on('error', () => end(14)),
  });
  session.on('error', () => end(14)).on('close', () => end(14));
  const stream = session.request({
    ...{ ':method': 'POST', ':path': '/qdrant.Collections/List', te: 'trailers', 'content-type': 'application/grpc' },
    ...headersOf(identity),
  });
  const note = (headers) => headers['grpc-status'] !== undefined && end(Number(headers['grpc-status']));
  stream
    .on('response', note)
    .on('trailers', note)
    .on('error', () => end(14))
    .resume();
  // A message without members.
  stream.end(Buffer.alloc(5));
}

if (first === '--rest') printAnswers(others.map((request) => JSON.parse(request)));
else if (first === '--grpc') askGrpc(JSON.parse(others[0]));
else [first, ...others].forEach(tryToConnect);
