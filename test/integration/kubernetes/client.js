// Asks once, as a client of the cluster does.
//   client.js HOST:PORT...       which addresses can be connected to, a line each
//   client.js --rest REQUEST     the answer of REST to a request, both as JSON
const { readFileSync } = require('node:fs');
const { request } = require('node:https');
const { connect } = require('node:net');

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

function ask({ host, path, method, body }) {
  const file = (name) => readFileSync(`/client/files/${name}`);
  const tls = { ca: file('ca.pem'), cert: file('client.pem'), key: file('client-key.pem') };
  const headers = { 'api-key': String(file('key')), 'content-type': 'application/json' };
  const call = request({ ...tls, host, port: 6333, method, path, headers, timeout: 10000 }, (response) => {
    let text = '';
    response.on('data', (part) => (text += part));
    response.on('end', () => {
      console.log(JSON.stringify({ status: response.statusCode, body: text.startsWith('{') ? JSON.parse(text) : text }));
    });
  });
  call.on('error', ({ message }) => console.log(JSON.stringify({ status: 0, body: message })));
  call.on('timeout', () => call.destroy(new Error('no answer')));
  call.end(body && JSON.stringify(body));
}

if (first === '--rest') ask(JSON.parse(others[0]));
else [first, ...others].forEach(tryToConnect);
