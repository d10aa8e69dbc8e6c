import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findProgram, ROOT, run } from './programs';

/** Whether the nodes run the real server. */
export const REAL_SERVER = process.env.QDRANT_BIN;

/** Makes the file system of the server's image, `layer.tar` in a folder: the real server, or the stand-in with Node. */
export function makeServerImage(folder: string): void {
  const root = join(folder, 'image');
  for (const path of ['qdrant/config', 'qdrant/storage', 'qdrant/snapshots', 'qdrant/tls', 'tmp', 'bin', 'etc']) {
    mkdirSync(join(root, path), { recursive: true });
  }
  if (REAL_SERVER) {
    addProgram(root, REAL_SERVER, 'qdrant/qdrant');
    addConfiguration(root, REAL_SERVER);
  } else {
    addProgram(root, findProgram('node')!, 'bin/node');
    copyFileSync(join(__dirname, 'stand-in-server.js'), join(root, 'qdrant/qdrant'));
    chmodSync(join(root, 'qdrant/qdrant'), 0o755);
    cpSync(join(ROOT, 'node_modules/yaml'), join(root, 'qdrant/yaml'), { recursive: true });
  }
  pack(folder);
}

/** Makes the file system of Node's own image, `layer.tar` in a folder, with the shell and the script by which it starts Node. */
export function makeNodeImage(folder: string): void {
  const root = join(folder, 'image');
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
  addProgram(root, findProgram('node')!, 'usr/local/bin/node');
  addPrograms(root, ['/bin/sh']);
  writeFileSync(join(root, 'usr/local/bin/docker-entrypoint.sh'), NODE_ENTRYPOINT, { mode: 0o755 });
  pack(folder);
}

/** As in https://github.com/nodejs/docker-node/blob/main/docker-entrypoint.sh */
const NODE_ENTRYPOINT = `#!/bin/sh
set -e
if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ] || { [ -f "\${1}" ] && ! [ -x "\${1}" ]; }; then
  set -- node "$@"
fi
exec "$@"
`;

function pack(folder: string): void {
  const root = join(folder, 'image');
  run('chmod', ['-R', 'a+rX', root]);
  run('tar', ['-C', root, '-cf', join(folder, 'layer.tar'), '.']);
}

/** The folder of the server's own settings: without it a server ends at once. */
export function configurationOf(server: string): string {
  // Beside the program, or in the sources that it was built from.
  const places = ['config', '../config', '../../config'].map((path) => join(dirname(realpathSync(server)), path));
  const config = [process.env.QDRANT_CONFIG ?? '', ...places].find((path) => existsSync(join(path, 'config.yaml')));
  if (config === undefined) throw new Error('QDRANT_BIN has no folder `config` beside it; name one in QDRANT_CONFIG');
  return config;
}

/** These settings, and the authorities that its HTTP client believes, which it needs too. */
function addConfiguration(root: string, server: string): void {
  cpSync(configurationOf(server), join(root, 'qdrant/config'), { recursive: true });
  const authorities = 'etc/ssl/certs/ca-certificates.crt';
  mkdirSync(join(root, dirname(authorities)), { recursive: true });
  copyFileSync(join('/', authorities), join(root, authorities));
}

/** A program with the libraries that it is linked to. */
function addProgram(root: string, program: string, path: string): void {
  copyFileSync(realpathSync(program), join(root, path));
  chmodSync(join(root, path), 0o755);
  addLibraries(root, [program]);
}

/** Programs where this machine has them, with the libraries that they are linked to. */
export function addPrograms(root: string, programs: string[]): void {
  for (const program of programs) {
    mkdirSync(join(root, dirname(program)), { recursive: true });
    copyFileSync(realpathSync(program), join(root, program));
    chmodSync(join(root, program), 0o755);
  }
  addLibraries(root, programs);
}

function addLibraries(root: string, programs: string[]): void {
  const needed = run('sh', ['-c', `ldd ${programs.map((program) => realpathSync(program)).join(' ')} || true`]);
  const libraries = needed.match(/^\s.*?(\/\S+)/gm)?.map((line) => line.slice(line.indexOf('/'))) ?? [];
  for (const library of new Set(libraries)) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    copyFileSync(realpathSync(library), join(root, library));
  }
}
