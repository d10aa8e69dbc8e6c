import { IConstruct } from 'constructs';
import { Listener, UndeclaredReach } from '../posture';
import { withOrigins } from './construct-tree';
import { InboundRule, ObservedSource, sourcesOf } from './reach';

/** Who was declared to reach a port. */
export interface DeclaredSource<T> {
  /** A number, or the expression of a port that only Terraform knows. */
  readonly port: number | string;
  readonly source: T;
}

/**
 * Who reaches listeners by what is synthesized, and was not declared to.
 *
 * @param coverageOf tells of a source whether all of it was declared, however either is written
 */
export function undeclaredReach<T>(
  scope: IConstruct,
  listeners: Listener[],
  rules: InboundRule[],
  declared: Array<DeclaredSource<T>>,
  coverageOf: (declared: T[]) => (source: ObservedSource) => boolean,
): UndeclaredReach[] {
  const ports = listeners.map(({ port }) => withOrigins(scope, port) as number | string);
  const expressions = ports.filter((port): port is string => typeof port === 'string');
  return listeners.flatMap((listener, index) => {
    const port = ports[index];
    const isDeclared = coverageOf(declared.filter((one) => one.port === port).map(({ source }) => source));
    return sourcesOf(rules, port, expressions)
      .filter((source) => !source.nodes && !isDeclared(source))
      .map(({ name, by }) => ({ listener: String(listener), source: name, by: by.address }));
  });
}
