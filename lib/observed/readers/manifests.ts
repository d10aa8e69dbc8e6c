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
  const { kind, metadata = {} } = document;
  if (typeof kind !== 'string') return [];
  const address = `${kind} ${metadata.namespace ?? 'default'}/${metadata.name}`;
  return [{ address, scope: '', type: 'manifest', values: asLiteral(document), where: '' }];
}
