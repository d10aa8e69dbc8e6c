import { seenFromElsewhere, valueOfExpression } from '../readers/expression';
import { hasUnknown, listOf, ObservedResource, Resources, unchecked } from '../resources';
import { anyOf, not, Verdict } from '../verdict';
import { globOf } from './glob';

/** What a policy allows or denies. Whatever is neither a text nor a list of texts in it is left out. */
export interface Statement {
  /** Of two with one id, documents that are put together have the later. */
  readonly id?: string;
  readonly isDenial: boolean;
  /** Whether it holds under conditions only. */
  readonly isConditional: boolean;
  readonly actions: string[];
  readonly resources: string[];
  readonly principals: string[];
  /** What it is about all but, where it is written so. */
  readonly notActions: string[];
  readonly notResources: string[];
  readonly notPrincipals: string[];
}

/** What a policy allows, in JSON or in a data source. */
export function allowedBy(policy: ObservedResource, resources: Resources): Statement[] {
  return statementsIn(policy.values.policy, policy, resources).filter(({ isDenial }) => !isDenial);
}

/** Whether a statement of a role lets others take it, whatever they bring along. */
export function mayTakeRole({ isDenial, isConditional, actions }: Statement): boolean {
  const isTaking = actions.some((action) => /^(\*|sts:(\*|AssumeRole\*?))$/i.test(action));
  return !isDenial && !isConditional && isTaking;
}

/** Whether a right is among the actions of a statement. */
export function isAmong(right: string, { actions, notActions }: Statement): Verdict {
  const has = (patterns: string[]) =>
    anyOf(patterns.map((action) => (hasUnknown(action) ? undefined : globOf(action, 'i').test(right))));
  return notActions.length > 0 ? not(has(notActions)) : has(actions);
}

/** Whether only Terraform knows what is written in a policy. */
export function isUnread(policy: unknown, from: ObservedResource, resources: Resources): boolean {
  const isDocument = resources.target(from, policy) !== undefined;
  return !isDocument && hasUnknown(policy) && jsonOf(policy, from, resources) === undefined;
}

/** The statements of a policy, as it is written: in JSON, or by a reference to a document. */
export function statementsIn(policy: unknown, from: ObservedResource, resources: Resources): Statement[] {
  return statementsWithin(policy, from, resources, []);
}

/** Documents may be made of others, which end somewhere; one of itself Terraform refuses. */
const DEEPEST = 8;

function statementsWithin(
  policy: unknown,
  from: ObservedResource,
  resources: Resources,
  around: ObservedResource[],
): Statement[] {
  const document = resources.target(from, policy);
  if (!document) return spreadOut(blocksIn(jsonOf(policy, from, resources)?.Statement).map(fromJson), from, resources);
  if (around.includes(document) || around.length > DEEPEST) return [];
  const { values } = document;
  const inner = (documents: unknown) =>
    listOf(documents).flatMap((one) => statementsWithin(one, document, resources, [...around, document]));
  const own = spreadOut(blocksIn(values.statement).map(fromDocument), document, resources);
  const [sources, overrides] = [
    ['source_json', 'source_policy_documents'],
    ['override_json', 'override_policy_documents'],
  ];
  const before = sources.flatMap((name) => inner(values[name]));
  const after = overrides.flatMap((name) => inner(values[name]));
  return lastOfEach([...before, ...own, ...after]);
}

/** Statements with the lists that are written as one reference each, as they are seen from wherever the policy is. */
function spreadOut(statements: Statement[], from: ObservedResource, resources: Resources): Statement[] {
  const spread = (texts: string[]) =>
    texts.flatMap((text) => textsIn(seenFromElsewhere(resources.meantBy(from, text), from.scope)));
  return statements.map((statement) => ({
    ...statement,
    ...{ actions: spread(statement.actions), resources: spread(statement.resources), principals: spread(statement.principals) },
    notActions: spread(statement.notActions),
    notResources: spread(statement.notResources),
    notPrincipals: spread(statement.notPrincipals),
  }));
}

function lastOfEach(statements: Statement[]): Statement[] {
  return statements.filter(({ id }, index) => !id || !statements.slice(index + 1).some((later) => later.id === id));
}

/** What a policy is in JSON, also where Terraform is to make it of an object. */
function jsonOf(policy: unknown, from: ObservedResource, resources: Resources): any {
  const text = unchecked(resources.byDefault(from, policy));
  if (typeof text !== 'string') return text;
  const [, encoded] = /^\$\{jsonencode\((.*)\)\}$/s.exec(text) ?? [];
  if (encoded !== undefined) return resources.byDefault(from, valueOfExpression(encoded));
  try {
    // References may have quotes in them, which are none of JSON's.
    return JSON.parse(text.replace(/\$\{[^}]*\}/g, (reference) => reference.replace(/\\?"/g, '\\"')));
  } catch {
    return undefined;
  }
}

function blocksIn(value: any): any[] {
  return listOf<any>(value).filter((block) => typeof block === 'object');
}

function textsIn(value: any): string[] {
  return listOf<any>(value).filter((text) => typeof text === 'string');
}

function fromJson({ Sid, Effect, Condition, Action, Resource, Principal, ...others }: any): Statement {
  const principals = (given: any) =>
    given !== null && typeof given === 'object' ? Object.values(given).flatMap(textsIn) : textsIn(given);
  return {
    ...{ id: Sid, isDenial: Effect !== 'Allow', isConditional: isCondition(Condition) },
    ...{ actions: textsIn(Action), resources: textsIn(Resource), principals: principals(Principal) },
    notActions: textsIn(others.NotAction),
    notResources: textsIn(others.NotResource),
    notPrincipals: principals(others.NotPrincipal),
  };
}

function fromDocument({ sid, effect = 'Allow', condition, ...named }: any): Statement {
  const principals = (blocks: any) => blocksIn(blocks).flatMap(({ identifiers }) => textsIn(identifiers));
  return {
    ...{ id: sid, isDenial: effect !== 'Allow', isConditional: isCondition(condition) },
    ...{ actions: textsIn(named.actions), resources: textsIn(named.resources), principals: principals(named.principals) },
    notActions: textsIn(named.not_actions),
    notResources: textsIn(named.not_resources),
    notPrincipals: principals(named.not_principals),
  };
}

function isCondition(value: any): boolean {
  if (value === null || typeof value !== 'object') return value !== undefined && value !== null;
  return Object.keys(value).length > 0;
}
