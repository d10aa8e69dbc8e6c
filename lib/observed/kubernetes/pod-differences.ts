import { SecretPurpose } from '../../posture';
import { Difference, DifferenceKind } from '../../posture/difference';
import { isEqual, otherwise } from '../differing';
import { listOf } from '../resources';
import { settingOfVariable } from '../server';

/** What pods are compared with beside what they were meant to be. */
export interface PodSurroundings {
  readonly by: string;
  readonly secrets: Array<{ readonly purpose: SecretPurpose; readonly name: string }>;
}

/** Volumes that have no data of users: what the server is started with. */
const GIVEN = ['programs', 'cluster', 'keys', 'tls', 'trusted', 'client-cas', 'runtime'];

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
        ? differentContainer(found.get(name), container, by)
        : [server(`the container ${name} is not among those of the pods,`)],
    ),
    ...(twice > 0 ? [server('two containers of the pods have one name,')] : []),
    ...GIVEN.filter((name) => !isEqual(volumes.get(name), wantedVolumes.get(name))).map((name) =>
      server(`what the volume ${name} of the pods holds is other than was meant,`),
    ),
    ...others.flatMap((container) => readBy(container, volumes, surroundings)),
  ];
}

function differentContainer(there: any, meant: any, by: string): Difference[] {
  const of = `of the container ${meant.name}`;
  const server = (what: string) => ({ kind: DifferenceKind.SERVER, what, by });
  const commands = ['command', 'args', 'workingDir'].filter((name) => !isEqual(there[name], meant[name]));
  return [
    ...(isEqual(there.image, meant.image)
      ? []
      : [{ kind: DifferenceKind.IMAGE, what: otherwise(`the image ${of}`, there.image, meant.image), by }]),
    ...commands.map((name) => server(otherwise(`the ${name} ${of}`, there[name], meant[name]))),
    ...differentVariables(there, meant).map(server),
    ...listOf(there.envFrom).map(() => server(`the environment ${of} is taken from elsewhere as well (envFrom),`)),
    ...differentMounts(there, meant).map((path) => server(`what is mounted at ${path} ${of} is other than was meant,`)),
  ];
}

/** Variables that are settings, and those that the programs are given: others are no concern of the server's. */
function differentVariables(there: any, meant: any): string[] {
  const read = (container: any) =>
    new Map<string, any>(listOf<any>(container.env).map(({ name, ...rest }) => [String(name), rest.value ?? rest.valueFrom]));
  const [found, wanted] = [read(there), read(meant)];
  const names = [...new Set([...wanted.keys(), ...found.keys()])].filter(
    (name) => (wanted.has(name) || settingOfVariable(name) !== undefined) && !isEqual(found.get(name), wanted.get(name)),
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
  const places = [...wanted.map(({ mountPath }) => String(mountPath)), '/qdrant/config'];
  const isWithin = (path: string) =>
    places.some((place) => path === place || path.startsWith(`${place}/`) || place.startsWith(`${path}/`));
  const found = listOf<any>(there.volumeMounts).filter(({ mountPath }) => isWithin(String(mountPath)));
  const asText = (mount: any) => JSON.stringify([mount.mountPath, mount.name, mount.subPath ?? null]);
  const [texts, wantedTexts] = [found, wanted].map((mounts) => new Set(mounts.map(asText)));
  const differing = [
    ...found.filter((mount) => !wantedTexts.has(asText(mount))),
    ...wanted.filter((mount) => !texts.has(asText(mount))),
  ];
  return [...new Set(differing.map(({ mountPath }) => String(mountPath)))];
}

/** The secrets that a container reads which the library did not make. */
function readBy(container: any, volumes: Map<string, any>, { by, secrets }: PodSurroundings): Difference[] {
  const mounted = listOf<any>(container.volumeMounts).map(({ name }) => volumes.get(String(name)));
  const all = mounted.some((volume) => volume?.name === 'runtime');
  const text = JSON.stringify([mounted, container.env, container.envFrom]);
  // The server is started from a folder in memory, with copies of all that the pods are given.
  const isCopied = (purpose: SecretPurpose) => all && purpose !== SecretPurpose.CA_PRIVATE_KEY;
  const read = secrets.filter(({ purpose, name }) => isCopied(purpose) || text.includes(JSON.stringify(name)));
  const purposes = read.map(({ purpose }) => purpose);
  if (purposes.length === 0) return [];
  const what = `the ${[...new Set(purposes)].join(' and the ')} may be read by the container ${container.name}`;
  return [{ kind: DifferenceKind.READER, what, by }];
}
