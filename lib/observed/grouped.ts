/** Adds an item to those of a key. */
export function addTo<Key, Item>(groups: Map<Key, Item[]>, key: Key, item: Item): void {
  const items = groups.get(key);
  if (items) items.push(item);
  else groups.set(key, [item]);
}

/** Items by what they have in common, in the order of the first of each. */
export function groupedBy<Item>(items: Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) addTo(groups, keyOf(item), item);
  return [...groups.values()];
}
