import { posix } from 'node:path';
import { hasUnknown, isGiven, listOf } from '../resources';

/** A Secret that a container is given, by volumes or by its environment. */
export interface GivenSecret {
  readonly name: unknown;
  /** The entries of it that are known to be given; all of them where this is left out. */
  readonly entries?: unknown[];
}

/** The volumes of pods, by their names. */
export function volumesOf(spec: any): Map<string, any> {
  return new Map(listOf<any>(spec?.volumes).map((volume) => [String(volume.name), volume]));
}

/** All containers of pods, also those that end before the others start. */
export function containersOf(spec: any): any[] {
  return [...listOf<any>(spec?.initContainers), ...listOf<any>(spec?.containers)];
}

/** The Secrets that a container is given. */
export function secretsGivenTo(container: any, volumes: Map<string, any>): GivenSecret[] {
  return [
    ...listOf<any>(container.volumeMounts).flatMap((mount) => mountedBy(mount, volumes.get(String(mount.name)))),
    ...listOf<any>(container.env)
      .flatMap(({ valueFrom }) => listOf<any>(valueFrom?.secretKeyRef))
      .map(({ name, key }) => ({ name, entries: [key] })),
    ...listOf<any>(container.envFrom)
      .flatMap(({ secretRef }) => listOf<any>(secretRef))
      .map(({ name }) => ({ name })),
  ];
}

function mountedBy(mount: any, volume: any): GivenSecret[] {
  const projected = listOf<any>(volume?.projected?.sources).flatMap(({ secret }) => listOf<any>(secret));
  return [
    ...listOf<any>(volume?.secret).map(({ secretName, items }) => ({ name: secretName, entries: entriesAt(mount, items) })),
    ...projected.map(({ name, items }) => ({ name, entries: entriesAt(mount, items) })),
  ];
}

/** The entries of a Secret that are among what is mounted of a volume: all of it, or one file or folder. */
function entriesAt({ subPath, subPathExpr }: any, items: unknown): unknown[] | undefined {
  const files = listOf<any>(items as any);
  // Variables of the container stand in it.
  if (isGiven(subPathExpr) || hasUnknown(subPath)) return [];
  const wanted = posix.normalize(String(subPath ?? '')).replace(/^\.?\/?|\/$/g, '');
  if (files.length === 0) return wanted === '' ? undefined : [wanted];
  const isWithin = (path: unknown) => wanted === '' || path === wanted || String(path).startsWith(`${wanted}/`);
  return files.filter(({ path }) => isWithin(path)).map(({ key }) => key);
}

/** A Secret that is given, with what it is called. */
export function calledBy(nameOf: (written: unknown) => string) {
  return ({ name, entries }: GivenSecret): GivenSecret => ({ name: nameOf(name), entries: entries?.map(nameOf) });
}

/** Whether an entry of a Secret is among what is given: beside a private key there are certificates, and beside a key what is of others. */
export function isGivenBy(given: GivenSecret[], { name, entry }: { name: string; entry: string }): boolean {
  return given.some((one) => one.name === name && (one.entries?.includes(entry) ?? true));
}
