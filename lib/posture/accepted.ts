import { IConstruct } from 'constructs';
import { Acknowledgement } from './acknowledgement';

const accepted = new WeakMap<IConstruct, Acknowledgement[]>();

/** Writes down what is accepted on a construct. */
export function accept(scope: IConstruct, acknowledgement: Acknowledgement): void {
  accepted.set(scope, [...acceptedOn(scope), acknowledgement]);
}

/** What was accepted on a construct, in that order. */
export function acceptedOn(scope: IConstruct): Acknowledgement[] {
  return accepted.get(scope) ?? [];
}

/** What applies to a construct: what was accepted on it, then on those around it, the nearest first. */
export function acceptedFor(construct: IConstruct): Acknowledgement[] {
  return construct.node.scopes.reverse().flatMap((scope) => {
    const path = scope === construct ? {} : { path: pathOf(scope) };
    return acceptedOn(scope).map((acknowledgement) => ({ ...acknowledgement, ...path }));
  });
}

/** The path of a construct. That of an app is empty, and `App` in CDK for Terraform's own tree. */
export function pathOf(scope: IConstruct): string {
  return scope.node.path || 'App';
}
