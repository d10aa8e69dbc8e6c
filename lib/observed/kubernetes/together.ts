import { hasUnknown, isGiven, ObservedResource } from '../resources';

/** The arguments of a provider that name one Kubernetes cluster, wherever they stand. */
const NAMING = ['host', 'config_context', 'config_context_cluster'];

/**
 * Whether two resources are in one Kubernetes cluster for certain. Stacks of several environments may have one configuration of their providers, which the
 * environment of each run completes.
 */
export function areTogether(
  one: Pick<ObservedResource, 'scope' | 'where'>,
  other: Pick<ObservedResource, 'scope' | 'where'>,
): boolean {
  return one.where === other.where && (one.scope === other.scope || isNamed(one.where));
}

function isNamed(where: string): boolean {
  const configuration = where.startsWith('{') ? JSON.parse(where) : {};
  return NAMING.some((name) => isGiven(configuration[name]) && !hasUnknown(configuration[name]));
}
