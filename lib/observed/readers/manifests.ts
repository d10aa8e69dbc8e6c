import { parseAllDocuments } from 'yaml';
import { asLiteral, ObservedResource, Resources } from '../resources';

/** The objects of manifests: several documents a text, lists of objects among them. */
export function fromManifests(texts: string[]): Resources {
  const unread: string[] = [];
  const objects = texts.flatMap((text) =>
    parseAllDocuments(text).flatMap((document) => {
      if (document.errors.length > 0) unread.push(`a document that is no YAML: ${document.errors[0].message.split('\n')[0]}`);
      return document.errors.length > 0 ? [] : objectsIn(document.toJS());
    }),
  );
  return new Resources(objects, { unread });
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
