import { TerraformResource } from 'cdktf';
import { Difference, DifferenceKind } from '../posture/difference';
import { withOrigins } from './construct-tree';
import { concernOf, meaningOf } from './meant';
import { displayed, isGiven, ObservedResource, Resources, shownAddress } from './resources';

/** A resource of the library that is synthesized otherwise than it was meant. */
export interface ChangedResource {
  readonly there: ObservedResource;
  /** By their paths: what is there, and what was meant. */
  readonly values: any;
  readonly meant: any;
}

/** What a resource was changed to; undefined where it is as it was meant. */
export function changeOf(resource: TerraformResource, resources: Resources): ChangedResource | undefined {
  const { terraformResourceType: type, friendlyUniqueId: name, cdktfStack: stack } = resource;
  const there = resources.identified(`${stack.node.path}::${type}.${name}`);
  if (!there) return undefined;
  return { there, values: concernOf(type, there.values), meant: withOrigins(resource, meaningOf(resource)) };
}

/** The address of a resource, with its stack where that is another one. */
export function addressFrom({ scope }: Pick<ObservedResource, 'scope'>, resource: ObservedResource): string {
  return resource.scope === scope ? resource.address : shownAddress(resource);
}

/** Whether two values are one, as they are written in Terraform. */
export function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: any): any {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  const names = Object.keys(value).filter((name) => value[name] !== undefined && value[name] !== null);
  return Object.fromEntries(names.sort().map((name) => [name, sorted(value[name])]));
}

/** What something is, and what was meant, for a reader. */
export function otherwise(what: string, there: unknown, meant: unknown): string {
  if (!isGiven(meant)) return `${what} is ${shown(there)}, and not left out,`;
  return `${what} is ${isGiven(there) ? shown(there) : 'left out'}, and not ${shown(meant)},`;
}

function shown(value: unknown): string {
  return displayed(typeof value === 'string' ? value : JSON.stringify(value));
}

/** The settings that are others than they were meant to be. */
export function differentSettings(there: Map<string, unknown>, meant: Map<string, unknown>, by: string): Difference[] {
  const paths = [...new Set([...meant.keys(), ...there.keys()])].filter((path) => !isEqual(there.get(path), meant.get(path)));
  return paths.map((path) => ({
    kind: DifferenceKind.SERVER,
    what: otherwise(`the setting ${path}`, there.get(path), meant.get(path)),
    by,
  }));
}
