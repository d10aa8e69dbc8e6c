import { chmodSync, copyFileSync, cpSync, mkdirSync, realpathSync } from 'node:fs';
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
  } else {
    addProgram(root, findProgram('node')!, 'bin/node');
    copyFileSync(join(__dirname, 'stand-in-server.js'), join(root, 'qdrant/qdrant'));
    chmodSync(join(root, 'qdrant/qdrant'), 0o755);
    cpSync(join(ROOT, 'node_modules/yaml'), join(root, 'qdrant/yaml'), { recursive: true });
  }
  run('chmod', ['-R', 'a+rX', root]);
  run('tar', ['-C', root, '-cf', join(folder, 'layer.tar'), '.']);
}

/** A program with the libraries that it is linked to. */
function addProgram(root: string, program: string, path: string): void {
  copyFileSync(realpathSync(program), join(root, path));
  chmodSync(join(root, path), 0o755);
  const libraries = run('sh', ['-c', `ldd ${realpathSync(program)} || true`]).match(/\/\S+/g) ?? [];
  for (const library of libraries.filter((name) => !name.endsWith(':'))) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    copyFileSync(realpathSync(library), join(root, library));
  }
}
