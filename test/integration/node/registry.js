// A registry of container images with two, each for every tag: registry.js HOST FOLDER
// registry.js HOST FOLDER PASSWORD is a private one, as Amazon ECR: by TLS, and for the user AWS with that password.
// FOLDER holds the file systems of the images: `node/layer.tar` of the repository library/node, and `layer.tar` of every other one, which is the
// server's. Its tag reaches the server as QDRANT_STAND_IN_TAG.
const { createHash } = require('node:crypto');
const { createServer } = require('node:http');
const { createServer: createSecureServer } = require('node:https');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { gzipSync } = require('node:zlib');

const [host, folder, password] = process.argv.slice(2);
const digestOf = (content) => `sha256:${createHash('sha256').update(content).digest('hex')}`;
const blobs = new Map();
const keep = (content) => {
  const digest = digestOf(content);
  blobs.set(digest, content);
  return { digest, size: content.length };
};

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const NODE = {
  file: 'node/layer.tar',
  config: () => ({ Env: ['PATH=/usr/local/bin:/bin'], Entrypoint: ['docker-entrypoint.sh'], Cmd: ['node'] }),
};
const SERVER = {
  file: 'layer.tar',
  config: (tag) => ({
    WorkingDir: '/qdrant',
    User: '1000:1000',
    Env: ['PATH=/bin', 'RUN_MODE=production', `QDRANT_STAND_IN_TAG=${tag}`],
  }),
};
const imageOf = (repository) => (repository === 'library/node' ? NODE : SERVER);

/** Compressed once, when it is first asked for. */
function layerOf(image) {
  if (!image.layer) {
    const tar = readFileSync(join(folder, image.file));
    const compressed = keep(gzipSync(tar, { level: 1 }));
    image.layer = { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', ...compressed };
    image.diffId = digestOf(tar);
  }
  return image.layer;
}

function manifestOf(repository, tag) {
  const image = imageOf(repository);
  const layers = [layerOf(image)];
  const config = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: image.config(tag),
    rootfs: { type: 'layers', diff_ids: [image.diffId] },
  };
  const described = {
    mediaType: 'application/vnd.docker.container.image.v1+json',
    ...keep(Buffer.from(JSON.stringify(config))),
  };
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config: described, layers }));
  keep(manifest);
  return manifest;
}

const authorization = password && `Basic ${Buffer.from(`AWS:${password}`).toString('base64')}`;

function serve({ method, url, headers }, response) {
  if (authorization && headers.authorization !== authorization) {
    return response.writeHead(401, { 'www-authenticate': 'Basic realm="ecr"' }).end();
  }
  const [, repository, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/([^?]+)/.exec(url) ?? [];
  if (!kind) return response.writeHead(url.startsWith('/v2') ? 200 : 404).end();
  const content = blobs.get(reference) ?? (kind === 'manifests' ? manifestOf(repository, reference) : undefined);
  if (!content) return response.writeHead(404).end();
  response.writeHead(200, {
    'content-type': kind === 'manifests' ? MANIFEST : 'application/octet-stream',
    'content-length': content.length,
    'docker-content-digest': digestOf(content),
  });
  response.end(method === 'HEAD' ? undefined : content);
}

const tls = { cert: readFileSync(join(folder, 'nodes.pem')), key: readFileSync(join(folder, 'nodes-key.pem')) };
(password ? createSecureServer(tls, serve) : createServer(serve)).listen(443, host, () => console.log('listening'));
