import { hasUnknown, listOf } from '../resources';
import { itemsOf } from './expression';

/**
 * Values in which dynamic blocks stand as the blocks that they make. Where only Terraform knows for what they are made there is one, and what it takes from
 * its items is an expression: unknown.
 *
 * @param ofUnknown what is made where only Terraform knows for what
 */
export function withDynamicBlocks(value: any, ofUnknown: (content: any) => any[] = (content) => [content]): any {
  const within = (inner: any) => withDynamicBlocks(inner, ofUnknown);
  if (Array.isArray(value)) return value.map(within);
  if (value === null || typeof value !== 'object') return value;
  const { dynamic, ...others } = value;
  const made = Object.fromEntries(Object.entries(others).map(([name, item]) => [name, within(item)]));
  if (dynamic === undefined) return made;
  if (!isDynamic(dynamic)) return { ...made, dynamic: within(dynamic) };
  for (const [name, block] of listOf<any>(dynamic).flatMap((part) => Object.entries<any>(part))) {
    made[name] = [
      ...listOf(made[name]),
      ...listOf(block).flatMap((one) => blocksOf(name, one, ofUnknown).flatMap((made) => listOf(within(made)))),
    ];
  }
  return made;
}

/** A member of that name may be something of the resource's own. */
function isDynamic(dynamic: any): boolean {
  const blocks = listOf<any>(dynamic).flatMap((part) => Object.values<any>(part ?? {}));
  return blocks.flatMap((block) => listOf(block)).some((block) => block?.content !== undefined);
}

function blocksOf(name: string, { for_each: given, iterator = name, content }: any, ofUnknown: (content: any) => any[]): any[] {
  const items = itemsOf(given);
  const isKnown = items !== null && typeof items === 'object' && !hasUnknown(Object.keys(items));
  if (!isKnown) return ofUnknown(content);
  return Object.entries<any>(items).map(([key, item]) => filledIn(content, iterator, { key, value: item }));
}

/** A block with what it takes from an item. */
function filledIn(value: any, iterator: string, item: { key: string; value: any }): any {
  if (Array.isArray(value)) return value.map((part) => filledIn(part, iterator, item));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, filledIn(part, iterator, item)]));
  if (typeof value !== 'string') return value;
  const taken = new RegExp(`\\$\\{\\s*${iterator}((?:\\.\\w+)+)\\s*\\}`, 'g');
  const at = (path: string) =>
    path
      .slice(1)
      .split('.')
      .reduce((part: any, name) => part?.[name], item);
  const whole = [...value.matchAll(taken)].find(([text]) => text === value);
  return whole ? (at(whole[1]) ?? value) : value.replace(taken, (text, path: string) => String(at(path) ?? text));
}
