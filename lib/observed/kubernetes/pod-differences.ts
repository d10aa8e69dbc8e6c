import { posix } from 'node:path';
import { SecretPurpose } from '../../posture';
import { Difference, DifferenceKind } from '../../posture/difference';
import { isEqual, otherwise } from '../differing';
import { listOf } from '../resources';
import { settingOfVariable } from '../server';
import { KeptSecret } from './compared-pods';
import { calledBy, isGivenBy, secretsGivenTo } from './given-secrets';

/** What pods are compared with beside what they were meant to be. */
export interface PodSurroundings {
  readonly by: string;
  readonly secrets: KeptSecret[];
  /** What something is called, however it is written. */
  readonly nameOf: (written: unknown) => string;
  /** The names of the data in a ConfigMap, where these are known. */
  readonly entriesOf: (configMap: unknown) => string[] | undefined;
}

/** Volumes that have no data of users: what the server is started with. */
const GIVEN = ['programs', 'cluster', 'keys', 'tls', 'trusted', 'client-cas', 'runtime'];

/** Beside these, what is data for whoever runs. */
const DATA_OF_IMAGE = ['/usr/lib/locale'];

/** What lets containers see each other's processes, and what is in their memory. */
const OF_PODS = ['shareProcessNamespace'];

/** Variables by which another program, or another file of settings, is loaded. */
const LOADING = ['LD_PRELOAD', 'LD_AUDIT', 'LD_LIBRARY_PATH', 'RUN_MODE'];

/** Where a server, and what it is started by, is in its image. */
const OF_IMAGE = [
  ...['/qdrant/config', '/qdrant/qdrant', '/qdrant/entrypoint.sh', '/lib', '/lib64', '/usr/lib', '/usr/local/lib'],
  ...['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'],
];

/** How pods differ from what they were meant to be, by their specifications. */
export function differentPods(there: any, meant: any, surroundings: PodSurroundings): Difference[] {
  const { by } = surroundings;
  const server = (what: string) => ({ kind: DifferenceKind.SERVER, what, by });
  const named = (items: unknown) => new Map<string, any>(listOf<any>(items as any).map((item) => [String(item?.name), item]));
  const [found, wanted] = [named(there.containers), named(meant.containers)];
  const [volumes, wantedVolumes] = [named(there.volumes), named(meant.volumes)];
  const twice = listOf(there.containers).length - found.size;
  const others = [...listOf<any>(there.initContainers), ...[...found.values()].filter(({ name }) => !wanted.has(String(name)))];
  return [
    ...[...wanted].flatMap(([name, container]) =>
      found.has(name)
        ? differentContainer(found.get(name), container, surroundings)
        : [server(`the container ${name} is not among those of the pods,`)],
    ),
    ...(twice > 0 ? [server('two containers of the pods have one name,')] : []),
    ...GIVEN.filter((name) => !isEqual(held(volumes.get(name)), held(wantedVolumes.get(name)))).map((name) =>
      server(`the volume ${name} of the pods is other than was meant,`),
    ),
    ...OF_PODS.filter((name) => !isEqual(there[name], meant[name])).map((name) =>
      server(otherwise(`the ${name} of the pods`, there[name], meant[name])),
    ),
    ...others.flatMap((container) => readBy(container, volumes, surroundings)),
  ];
}

function differentContainer(there: any, meant: any, { by, entriesOf }: PodSurroundings): Difference[] {
  const of = `of the container ${meant.name}`;
  const server = (what: string) => ({ kind: DifferenceKind.SERVER, what, by });
  const commands = ['command', 'args', 'workingDir'].filter((name) => !isEqual(there[name], meant[name]));
  const [run, wanted] = [there, meant].map(runBeside);
  const beside = Object.keys(run).filter((name) => !isEqual(run[name], wanted[name]));
  return [
    ...(isEqual(there.image, meant.image)
      ? []
      : [{ kind: DifferenceKind.IMAGE, what: otherwise(`the image ${of}`, there.image, meant.image), by }]),
    ...commands.map((name) => server(otherwise(`the ${name} ${of}`, there[name], meant[name]))),
    ...beside.map((name) => server(otherwise(`the command of the ${name} ${of}`, run[name], wanted[name]))),
    ...differentVariables(there, meant).map(server),
    ...listOf<any>(there.envFrom)
      .filter((source) => !isHarmless(source, entriesOf))
      .map(() => server(`the environment ${of} is taken from elsewhere as well (envFrom),`)),
    ...differentMounts(there, meant).map((path) => server(`what is mounted at ${path} ${of} is other than was meant,`)),
  ];
}

/** What is run in a container beside its own program. */
function runBeside({ startupProbe, livenessProbe, readinessProbe, lifecycle }: any): { [name: string]: unknown } {
  const hooks = { startupProbe, livenessProbe, readinessProbe, postStart: lifecycle?.postStart, preStop: lifecycle?.preStop };
  return Object.fromEntries(Object.entries<any>(hooks).map(([name, hook]) => [name, hook?.exec?.command]));
}

/** Whether what an environment is taken from has nothing that a server is set by. */
function isHarmless({ configMapRef, prefix = '' }: any, entriesOf: PodSurroundings['entriesOf']): boolean {
  const entries = configMapRef === undefined ? undefined : entriesOf(configMapRef.name);
  return entries?.every((entry) => !isOfServer(`${prefix}${entry}`)) ?? false;
}

function isOfServer(variable: string): boolean {
  return LOADING.includes(variable) || settingOfVariable(variable) !== undefined;
}

/** Variables that are settings, and those that the programs are given: others are no concern of the server's. */
export function differentVariables(there: any, meant: any): string[] {
  const read = (container: any) =>
    new Map<string, any>(listOf<any>(container.env).map(({ name, ...rest }) => [String(name), rest.value ?? rest.valueFrom]));
  const [found, wanted] = [read(there), read(meant)];
  const names = [...new Set([...wanted.keys(), ...found.keys()])].filter(
    (name) => (wanted.has(name) || isOfServer(name)) && !isEqual(found.get(name), wanted.get(name)),
  );
  return names.map((name) => {
    const setting = settingOfVariable(name);
    return otherwise(
      setting === undefined ? `the variable ${name}` : `the setting ${setting}`,
      found.get(name),
      wanted.get(name),
    );
  });
}

/** Where something else is mounted than was meant, at the places of the server's own files and in them. */
function differentMounts(there: any, meant: any): string[] {
  const wanted = listOf<any>(meant.volumeMounts).filter(({ name }) => GIVEN.includes(name));
  const places = [...wanted.map(({ mountPath }) => plain(mountPath)), ...OF_IMAGE];
  const isWithin = (path: string) =>
    places.some((place) => path === place || path.startsWith(`${place}/`) || `${place}/`.startsWith(`${path}/`));
  const found = listOf<any>(there.volumeMounts).filter(
    ({ mountPath }) => isWithin(plain(mountPath)) && !DATA_OF_IMAGE.includes(plain(mountPath)),
  );
  const asText = (mount: any) => JSON.stringify([plain(mount.mountPath), mount.name, mount.subPath ?? null]);
  const [texts, wantedTexts] = [found, wanted].map((mounts) => new Set(mounts.map(asText)));
  const differing = [
    ...found.filter((mount) => !wantedTexts.has(asText(mount))),
    ...wanted.filter((mount) => !texts.has(asText(mount))),
  ];
  return [...new Set(differing.map(({ mountPath }) => String(mountPath)))];
}

/** A path as the kernel takes it. */
function plain(path: unknown): string {
  return posix.normalize(String(path)).replace(/\/$/, '');
}

/** What a volume holds: not how much of it there may be, nor which users of the container may read it. */
function held(volume: any): any {
  if (Array.isArray(volume)) return volume.map(held);
  if (volume === null || typeof volume !== 'object') return volume;
  const others = Object.entries(volume).filter(([name]) => !['defaultMode', 'mode', 'sizeLimit'].includes(name));
  return Object.fromEntries(others.map(([name, item]) => [name, held(item)]));
}

/** The secrets that a container reads which the library did not make. */
function readBy(container: any, volumes: Map<string, any>, { by, secrets, nameOf }: PodSurroundings): Difference[] {
  const hasRuntime = listOf<any>(container.volumeMounts).some(({ name }) => name === 'runtime');
  const given = secretsGivenTo(container, volumes).map(calledBy(nameOf));
  // The server is started from a folder in memory, with copies of all that the pods are given.
  const isCopied = (purpose: SecretPurpose) => hasRuntime && purpose !== SecretPurpose.CA_PRIVATE_KEY;
  const read = secrets.filter((secret) => isCopied(secret.purpose) || isGivenBy(given, secret));
  const purposes = read.map(({ purpose }) => purpose);
  if (purposes.length === 0) return [];
  const what = `the ${[...new Set(purposes)].join(' and the ')} may be read by the container ${container.name}`;
  return [{ kind: DifferenceKind.READER, what, by }];
}
