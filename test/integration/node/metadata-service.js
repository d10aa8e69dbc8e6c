// The instance metadata service, version 2 only, as a node's AWS CLI asks it for the credentials of the node's role.
//   metadata-service.js HOST   answers after the seconds that the file METADATA_DELAY names holds, if it is there
const { createServer } = require('node:http');
const { existsSync, readFileSync } = require('node:fs');

const delayFile = process.env.METADATA_DELAY ?? '';
const credentials = {
  Code: 'Success',
  Type: 'AWS-HMAC',
  AccessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  SecretAccessKey: 'none',
  Token: 'none',
  LastUpdated: '2026-01-01T00:00:00Z',
  Expiration: '2099-01-01T00:00:00Z',
};

function answer({ method, url, headers }) {
  if (method === 'PUT' && url === '/latest/api/token') return [200, 'token'];
  if (headers['x-aws-ec2-metadata-token'] !== 'token') return [401, ''];
  if (url === '/latest/meta-data/iam/security-credentials/') return [200, 'node'];
  if (url === '/latest/meta-data/iam/security-credentials/node') return [200, JSON.stringify(credentials)];
  return [404, ''];
}

createServer((request, response) => {
  const delay = existsSync(delayFile) ? Number(readFileSync(delayFile, 'utf8')) : 0;
  setTimeout(() => {
    const [status, body] = answer(request);
    response.writeHead(status, { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }).end(body);
  }, delay * 1000);
}).listen(80, process.argv[2], () => console.log('listening'));
