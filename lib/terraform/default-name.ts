import { IConstruct } from 'constructs';

/** A name made of a construct's path. Long paths are cut, and told apart by the construct's address. */
export function defaultName(construct: IConstruct, length: { min: number; max: number }): string {
  const name = construct.node.path
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  if (name.length >= length.min && name.length <= length.max) return name;
  const address = construct.node.addr.slice(-8);
  return `${name.slice(0, length.max - 9).replace(/-+$/, '') || 'qdrant'}-${address}`;
}
