import { ListenerPurpose } from '../posture';
import { ObservedListener } from './found-cluster';
import { ObservedSource } from './reach';

/** Whether a source may be the nodes themselves: by their group or labels, or as part of more. */
function mayBeNodes({ nodes, anyAddress, unknown, cidr, isList, terms }: ObservedSource): boolean {
  return [nodes, anyAddress, unknown, isList, cidr !== undefined, terms !== undefined].includes(true);
}

/** Whether the nodes reach each other by 6335, and for sure by no port of REST. */
export function lackRestAmongThem(listeners: ObservedListener[], at: string): boolean {
  const own = listeners.filter((listener) => listener.at === at);
  const isReached = own
    .filter(({ purpose }) => purpose === ListenerPurpose.PEER)
    .some(({ observedSources }) => observedSources.some(({ nodes }) => nodes));
  const rest = own.filter(({ purpose }) => purpose === ListenerPurpose.REST);
  return isReached && !rest.some(({ observedSources }) => observedSources.some(mayBeNodes));
}
