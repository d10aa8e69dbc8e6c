import { IConstruct } from 'constructs';
import { Listener, UndeclaredReach } from '../posture';
import { withOrigins } from './construct-tree';
import { InboundRule, sourcesOf } from './reach';

/**
 * Who reaches listeners by what is synthesized, and was not declared to.
 *
 * @param identityOf what a source is, as a text that is equal for two ways to write it
 */
export function undeclaredReach(
  scope: IConstruct,
  listeners: Listener[],
  rules: InboundRule[],
  identityOf: (source: string) => string,
): UndeclaredReach[] {
  const ports = listeners.map(({ port }) => withOrigins(scope, port) as number | string);
  const expressions = ports.filter((port): port is string => typeof port === 'string');
  return listeners.flatMap((listener, index) => {
    const declared = new Set(listener._declared.map((source) => identityOf(String(withOrigins(scope, source)))));
    return sourcesOf(rules, ports[index], expressions)
      .filter(({ nodes, key }) => !nodes && !declared.has(identityOf(key)))
      .map(({ name, by }) => ({ listener: String(listener), source: name, by: by.address }));
  });
}
