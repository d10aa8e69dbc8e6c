import { Resources } from './resources';

/** Looks at resources once, however often it is asked of the same: what was read anew is other resources. */
export function knownOf<T>(look: (resources: Resources) => T): (resources: Resources) => T {
  const known = new WeakMap<Resources, { found: T }>();
  return (resources) => {
    const former = known.get(resources) ?? { found: look(resources) };
    known.set(resources, former);
    return former.found;
  };
}
