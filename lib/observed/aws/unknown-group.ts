import { ALL_PORTS, InboundRule } from '../reach';
import { displayed, ObservedResource } from '../resources';

/** A group that others made: whom it lets in is not known. */
export function unknownGroup(group: unknown, by: ObservedResource): InboundRule {
  const name = `whoever the security group ${displayed(group)} lets in, whose rules are not known here`;
  return { ports: ALL_PORTS, sources: [{ name, key: name, unknown: true, by }] };
}
