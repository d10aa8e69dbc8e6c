import { parseAllDocuments } from 'yaml';
import { asLiteral, ObservedResource, Resources } from '../resources';

/**
 * The objects of manifests: several documents a text, lists of objects among them.
 *
 * @param folders in which the texts stand: where two hold an object of one name, each is of a Kubernetes cluster of its own
 */
export function fromManifests(texts: string[], folders: string[] = []): Resources {
  const unread: string[] = [];
  const read = texts.map((text) =>
    parseAllDocuments(text).flatMap((document) => {
      if (document.errors.length > 0) unread.push(`a document that is no YAML: ${document.errors[0].message.split('\n')[0]}`);
      return document.errors.length > 0 ? [] : objectsIn(document.toJS());
    }),
  );
  const places = placesOf(read, folders);
  const objects = read.flatMap((of, index) => of.map((object) => ({ ...object, scope: places[index], where: places[index] })));
  return new Resources(objects, { unread });
}

/** As much of the path of each folder as it takes for no place to hold two objects of one name. */
function placesOf(read: ObservedResource[][], folders: string[]): string[] {
  const paths = read.map((_, index) => (folders[index] ?? '').split(/[\\/]/));
  const deepest = Math.max(0, ...paths.map(({ length }) => length));
  for (let depth = 0; ; depth++) {
    const places = paths.map((path) => path.slice(0, depth).join('/'));
    const named = read.flatMap((objects, index) =>
      // Each part of one environment may bring the namespace along.
      objects.filter(({ values }) => values.kind !== 'Namespace').map(({ address }) => `${places[index]} ${address}`),
    );
    if (depth >= deepest) return new Set(named).size === named.length ? places : paths.map(() => '');
    if (new Set(named).size === named.length) return places;
  }
}

function objectsIn(document: any): ObservedResource[] {
  if (document === null || typeof document !== 'object') return [];
  if (Array.isArray(document.items) && String(document.kind).endsWith('List')) return document.items.flatMap(objectsIn);
  const { kind, metadata, ...others } = withoutNulls(document);
  if (typeof kind !== 'string') return [];
  const address = `${kind} ${metadata?.namespace ?? 'default'}/${metadata?.name}`;
  return [{ address, scope: '', type: 'manifest', values: asLiteral({ ...others, kind, metadata }), where: '' }];
}

/** As Kubernetes reads a manifest: a member that is null is none, and an item that is null is an empty one. */
function withoutNulls(value: any): any {
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item ?? {}));
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries<any>(value).filter(([, item]) => item !== null);
  return Object.fromEntries(members.map(([name, item]) => [name, withoutNulls(item)]));
}
