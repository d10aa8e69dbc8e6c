// Forwards a socket of the host's to a port that only this network namespace reaches: forward.js SOCKET HOST PORT
const { connect, createServer } = require('node:net');

const [path, host, port] = process.argv.slice(2);
createServer((from) => {
  const to = connect(Number(port), host);
  from.pipe(to).pipe(from);
  from.on('error', () => to.destroy());
  to.on('error', () => from.destroy());
}).listen(path);
