import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { clockEnvironment, clockLibrary } from '../../support/clock';
import { addPrograms, makeServerImage } from '../../support/server-image';
import { CACHE, findProgram, ROOT, run } from '../../support/programs';

export const IMAGES = {
  server: 'docker.io/qdrant/qdrant:v1.19.0-unprivileged',
  mirroredServer: 'registry.example.com/qdrant/qdrant:v1.19.0-unprivileged',
  server18: 'docker.io/qdrant/qdrant:v1.18.3-unprivileged',
  server17: 'docker.io/qdrant/qdrant:v1.17.1-unprivileged',
  // Of the stand-in alone: a release that does not work, and a server that has much to write before it ends.
  brokenServer: 'docker.io/qdrant/qdrant:v1.20.0-unprivileged',
  slowServer: 'docker.io/slow/qdrant:v1.19.0-unprivileged',
  /** The server’s, in which a file sets the clock. */
  clockedServer: 'docker.io/tests/clocked:v1.19.0-unprivileged',
  guard: 'docker.io/nginxinc/nginx-unprivileged:1.29',
  client: 'docker.io/tests/client:1',
  pause: 'docker.io/tests/pause:1',
  dns: 'docker.io/tests/coredns:1',
};

/** What the stand-in is told of itself. */
const STAND_IN: { [image: string]: string[] } = {
  [IMAGES.brokenServer]: ['QDRANT_STAND_IN_BROKEN=yes'],
  [IMAGES.slowServer]: ['QDRANT_STAND_IN_FLUSH_SECONDS=20'],
};

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** By which the clock of a server in its image is set: a time from now, as `+1h`. */
export const CLOCK_FILE = '/qdrant/storage/.clock';

interface Image {
  readonly name: string;
  /** Files of the layers, each an archive of tar. */
  readonly layers: string[];
  readonly config: { readonly [setting: string]: unknown };
}

/** Makes an archive of every image in a folder, from what this machine has installed. */
export function makeImages(folder: string, archive: string): void {
  makeServer(join(folder, 'server'));
  const server = join(folder, 'server/layer.tar');
  const ofServer = (name: string) => ({ name, layers: [server], config: serverConfig(name) });
  const client = makeClient(join(folder, 'client'));
  const library = clockLibrary();
  const clocked = library === undefined ? [] : [makeClock(join(folder, 'clock'), library)];
  writeArchive(join(folder, 'layout'), archive, [
    ...clocked.map((clock) => ({ name: IMAGES.clockedServer, layers: [server, clock], config: clockedConfig() })),
    ...[IMAGES.server, IMAGES.mirroredServer, IMAGES.server18, IMAGES.server17].map(ofServer),
    ...[IMAGES.brokenServer, IMAGES.slowServer].map(ofServer),
    { name: IMAGES.guard, layers: [makeGuard(join(folder, 'guard'))], config: { User: '101', Env: [`PATH=${PATH}`] } },
    { name: IMAGES.client, layers: [server, client], config: { User: '1000:1000', Env: [`PATH=${PATH}`] } },
    // With any of the others’ files.
    { name: IMAGES.pause, layers: [server], config: { User: '65535', Entrypoint: ['/usr/bin/sleep', 'infinity'] } },
    { name: IMAGES.dns, layers: [makeDns(join(folder, 'dns'))], config: { Entrypoint: ['/coredns'] } },
  ]);
}

function serverConfig(name: string) {
  const environment = [
    `PATH=${PATH}`,
    'RUN_MODE=production',
    `QDRANT_STAND_IN_TAG=${name.split(':')[1]}`,
    // The stand-in is quicker than the real server is.
    'LOOK_SECONDS=2',
    'DRAIN_SECONDS=3',
    ...(STAND_IN[name] ?? []),
  ];
  return { User: '1000:1000', WorkingDir: '/qdrant', Env: environment };
}

/** Every program of the container reads the wall clock through the library. */
function clockedConfig(): Image['config'] {
  const config = serverConfig(IMAGES.clockedServer);
  return { ...config, Env: [...config.Env, ...clockEnvironment('/clock/libfaketime.so')] };
}

/** What a small distribution has, as far as the programs of pods use it. */
function makeBase(root: string): void {
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const name of ['etc', 'tmp', 'run', 'var', 'proc', 'sys', 'dev', 'usr/local/bin']) {
    mkdirSync(join(root, name), { recursive: true });
  }
  chmodSync(join(root, 'tmp'), 0o1777);
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  const packages = ['bash', 'coreutils', 'findutils', 'grep', 'sed', 'openssl'];
  const files = packages.flatMap((name) => run('dpkg', ['-L', name]).split('\n'));
  addPrograms(
    root,
    files.filter((file) => /^(\/usr)?\/s?bin\/./.test(file)),
  );
  symlinkSync('bash', join(root, 'usr/bin/sh'));
}

function makeServer(folder: string): void {
  makeBase(join(folder, 'image'));
  makeServerImage(folder);
}

function makeGuard(folder: string): string {
  const root = join(folder, 'image');
  makeBase(root);
  const module = '/usr/lib/nginx/modules/ngx_stream_module.so';
  addPrograms(root, [findProgram('nginx')!, module]);
  // The guard's image has the module built in; Debian's nginx loads it.
  const load = `load_module ${module}; daemon off;`;
  const nginx = `#!/bin/bash\nexec /usr/sbin/nginx "\${@/#daemon off;/${load}}"\n`;
  writeFileSync(join(root, 'usr/local/bin/nginx'), nginx, { mode: 0o755 });
  return pack(folder);
}

/** What clients run, over the server's files. */
function makeClient(folder: string): string {
  const root = join(folder, 'image');
  mkdirSync(join(root, 'client'), { recursive: true });
  copyFileSync(join(ROOT, 'test/support/traffic.js'), join(root, 'client/traffic.js'));
  copyFileSync(join(__dirname, 'client.js'), join(root, 'client/client.js'));
  copyFileSync(realpathSync(findProgram('node')!), join(root, 'client/node'));
  return pack(folder);
}

function makeClock(folder: string, library: string): string {
  mkdirSync(join(folder, 'image/clock'), { recursive: true });
  copyFileSync(realpathSync(library), join(folder, 'image/clock/libfaketime.so'));
  // Within bash the library reads no variable of the environment.
  mkdirSync(join(folder, 'image/etc'));
  symlinkSync(CLOCK_FILE, join(folder, 'image/etc/faketimerc'));
  return pack(folder);
}

function makeDns(folder: string): string {
  mkdirSync(join(folder, 'image'), { recursive: true });
  copyFileSync(join(CACHE, 'coredns'), join(folder, 'image/coredns'));
  return pack(folder);
}

function pack(folder: string): string {
  run('chmod', ['-R', 'a+rX', join(folder, 'image')]);
  run('tar', ['-C', join(folder, 'image'), '--owner=0', '--group=0', '-cf', join(folder, 'layer.tar'), '.']);
  return join(folder, 'layer.tar');
}

/** An image layout of OCI as one archive. */
function writeArchive(layout: string, archive: string, images: Image[]): void {
  const blobs = join(layout, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const json = (mediaType: string, content: unknown) => {
    const text = JSON.stringify(content);
    const digest = createHash('sha256').update(text).digest('hex');
    writeFileSync(join(blobs, digest), text);
    return { mediaType, digest: `sha256:${digest}`, size: text.length };
  };
  const archives = new Map<string, { mediaType: string; digest: string; size: number }>();
  const layer = (file: string) => {
    if (!archives.has(file)) {
      const content = readFileSync(file);
      const digest = createHash('sha256').update(content).digest('hex');
      renameSync(file, join(blobs, digest));
      const mediaType = 'application/vnd.oci.image.layer.v1.tar';
      archives.set(file, { mediaType, digest: `sha256:${digest}`, size: content.length });
    }
    return archives.get(file)!;
  };
  const manifests = images.map(({ name, layers, config }) => {
    const descriptors = layers.map(layer);
    const rootfs = { type: 'layers', diff_ids: descriptors.map(({ digest }) => digest) };
    const about = { architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', os: 'linux', config, rootfs };
    const manifest = json('application/vnd.oci.image.manifest.v1+json', {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: json('application/vnd.oci.image.config.v1+json', about),
      layers: descriptors,
    });
    return { ...manifest, annotations: { 'io.containerd.image.name': name } };
  });
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  run('tar', ['-C', layout, '-cf', archive, ...readdirSync(layout)]);
}
