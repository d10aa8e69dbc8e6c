import { addTo } from './grouped';
import { itemsOf, seenFromElsewhere } from './readers/expression';

/** A resource as it is synthesized, planned, kept in a state, or written in a manifest. */
export interface ObservedResource {
  /** What a reader finds it by: `aws_instance.node`, or `StatefulSet search/vectors`. */
  readonly address: string;
  /** Within what references are resolved: the path of a stack. */
  readonly scope: string;
  readonly type: string;
  /** What is not known is a text with an expression in it, `${aws_security_group.nodes.id}`. */
  readonly values: any;
  /** Where its provider makes it, as far as that is told. */
  readonly where: string;
}

/** What a reader finds beside resources. */
export interface ResourceSurroundings {
  /** The locals and the outputs of each scope. */
  readonly locals?: { [scope: string]: { [name: string]: unknown } };
  readonly outputs?: { [scope: string]: { [name: string]: unknown } };
  /** What variables hold where nobody says otherwise. */
  readonly defaults?: { [scope: string]: { [name: string]: unknown } };
  /** What was there and could not be read, one sentence each. */
  readonly unread?: string[];
  /** The addresses of security groups that may have rules in them of which a plan does not tell. */
  readonly mayHaveMore?: string[];
}

/** Whether a value, or a part of it, is not known. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value === 'string') return /(?<!\$)\$\{/.test(value);
  if (Array.isArray(value)) return value.some(hasUnknown);
  return value !== null && typeof value === 'object' && Object.values(value).some(hasUnknown);
}

/** What stands for a value of which nothing is known, not even what it refers to. */
export const UNKNOWN = '${unknown}';

/** Text that was read as it is, so that nothing in it is taken for an expression. */
export function asLiteral(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\$\{/g, '$${');
  if (Array.isArray(value)) return value.map(asLiteral);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, asLiteral(item)]));
}

/** The library has Terraform check names and ARNs that only Terraform knows, by a regular expression: what is meant is what is checked. */
export function unchecked(value: unknown): any {
  return typeof value === 'string' ? value.replace(/\$\{regex\("[^"]*", ([^",()]+)\)\}/g, '$${$1}') : value;
}

/** A value as a reader knows it: an expression without its braces and its stack. */
export function displayed(value: unknown): string {
  if (value === UNKNOWN) return 'what is not known';
  return String(value)
    .replace(/(?<!\$)\$\{(?:[^{}]*?::)?([^{}]*)\}/g, '$1')
    .replace(/\$\$\{/g, '${');
}

/** The address of a resource, with its stack where it is of one. */
export function shownAddress({ scope, address }: ObservedResource): string {
  return scope === '' ? address : `${scope}: ${address}`;
}

/** Whether a value is given at all. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** A list, also where one block is given alone, and none where nothing is. */
export function listOf<T = any>(value: T | T[] | null | undefined): T[] {
  const items = Array.isArray(value) ? value : [value];
  return items.filter((item): item is T => item !== undefined && item !== null);
}

/** The one block of a list that Terraform has of it, or the block itself. */
export function blockOf(value: any): any {
  return Array.isArray(value) ? value[0] : (value ?? undefined);
}

/** What of a resource stands behind its address, as `.metadata[0].name`: of a block there is one, however that is written. */
function valueAt(values: any, path: string): unknown {
  // What is made several times stands for each of them.
  const steps = path
    .replace(/^\[[^\]]*\]/, '')
    .replace(/^\.object(?=\.)/, '.manifest')
    .split(/[.[\]"]+/);
  return steps.reduce((inner, step) => (step === '' || step === '0' ? inner : blockOf(inner)?.[step]), values);
}

/** Whether a resource is told to be made not once. */
function isSwitchedOff({ values }: ObservedResource): boolean {
  const { count, for_each: given } = values ?? {};
  const items = itemsOf(given);
  if (items !== null && typeof items === 'object') return Object.keys(items).length === 0;
  return String(count) === '0';
}

/** Whether only Terraform knows if a resource is made at all. */
export function mayBeAbsent({ values }: ObservedResource): boolean {
  return hasUnknown(values?.count) || typeof itemsOf(values?.for_each) === 'string';
}

/** Whether an expression stands for each of several values. */
export function isEach(value: unknown): boolean {
  return typeof value === 'string' && /(?<![\w.])each\.(value|key)/.test(value);
}

/** A stack, where an expression names it, and what the expression is within it. */
const ORIGIN = /^(?:(.*?)::)?(.*)$/s;
/** The last step of an address: an attribute, an index, or what it begins with. */
const STEP = /(\.[^.[\]]*|\[[^\]]*\]|[^.[\]]+)$/;
/** References may be of what refers to others, which end somewhere. */
const DEEPEST = 8;
const CROSS_STACK = /^data\.terraform_remote_state\.cross-stack-reference-input-(.+?)\.outputs\.(.+)$/;

/** Everything that was read, by what refers to it. */
export class Resources {
  private readonly byKey = new Map<string, ObservedResource>();
  private readonly byType = new Map<string, ObservedResource[]>();
  private readonly byId = new Map<string, ObservedResource>();
  /** Those that are of no concern, save where another refers to them. */
  private readonly besides: Map<string, ObservedResource>;

  /** Those that Terraform makes, or may make. */
  public readonly all: ObservedResource[];

  public constructor(
    resources: ObservedResource[],
    public readonly surroundings: ResourceSurroundings = {},
    besides: ObservedResource[] = [],
  ) {
    this.all = resources.filter((resource) => !isSwitchedOff(resource));
    for (const resource of this.all) this.index(resource);
    this.besides = new Map(besides.map((resource) => [keyOf(resource.scope, resource.address), resource]));
  }

  public ofType(...types: string[]): ObservedResource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** What could not be read, one sentence each. */
  public get unread(): string[] {
    return this.surroundings.unread ?? [];
  }

  /** The resource that a value names: by a reference, or by its id. */
  public target(from: Pick<ObservedResource, 'scope'>, value: unknown): ObservedResource | undefined {
    const meant = this.followed(from.scope, value);
    const expression = wholeExpression(meant.value);
    return expression === undefined ? this.byId.get(String(meant.value)) : this.referred(meant.scope, expression)?.[0];
  }

  /** The resource of an identity, where it is of one. */
  public identified(identity: string): ObservedResource | undefined {
    return this.byKey.get(identity);
  }

  /** What a value is, through locals and outputs of other stacks, whose references name them. */
  public meantBy(from: Pick<ObservedResource, 'scope'>, value: unknown): unknown {
    const { scope, value: meant } = this.followed(from.scope, value);
    return scope === from.scope ? meant : seenFromElsewhere(meant, scope);
  }

  /** What a value is so, or through variables that hold something by default. */
  public byDefault(from: Pick<ObservedResource, 'scope'>, value: unknown): unknown {
    const meant = this.followed(from.scope, value);
    const [, stack, name] = /^(?:(.*?)::)?var\.([\w-]+)$/s.exec(wholeExpression(meant.value) ?? '') ?? [];
    return this.surroundings.defaults?.[stack ?? meant.scope]?.[name] ?? this.meantBy(from, value);
  }

  /** What a value is, as a text: equal for two values that name one resource. */
  public identity(from: Pick<ObservedResource, 'scope'>, value: unknown): string {
    const target = this.target(from, value);
    if (target) return keyOf(target.scope, target.address);
    const { scope, value: meant } = this.followed(from.scope, value);
    const seen = String(seenFromElsewhere(meant, scope));
    return typeof meant === 'string' && hasUnknown(meant) && !seen.includes('::') ? `${scope}::${meant}` : seen;
  }

  /** The same, with which one it is where several are made at once. */
  public identityOfOne(from: Pick<ObservedResource, 'scope'>, value: unknown): string {
    const identity = this.identity(from, value);
    const { scope, value: meant } = this.followed(from.scope, value);
    const [of, path = ''] = this.referred(scope, wholeExpression(meant) ?? '') ?? [];
    if (!isGiven(of?.values?.for_each) && !isGiven(of?.values?.count)) return identity;
    const [which] = path.split(/[.[\]"]+/).filter(isGiven);
    return which === undefined ? identity : `${identity}[${which}]`;
  }

  /** The identities of all that the expressions of a value refer to, wherever in it. */
  public mentioned(from: Pick<ObservedResource, 'scope'>, value: unknown): string[] {
    if (value !== null && typeof value === 'object') return Object.values(value).flatMap((item) => this.mentioned(from, item));
    if (typeof value !== 'string' || !hasUnknown(value)) return value === undefined ? [] : [String(value)];
    const references = value.match(/(?:[^\s"'(),${}[\]]+::)?[a-z]\w*\.[\w-]+(?:\[[^\]]*\])?/gi) ?? [];
    return references.map((reference) => this.identity(from, `\${${reference}}`));
  }

  /** A text with what its expressions are known to stand for: through locals, by default, or by an argument of a resource. */
  public filledIn(from: Pick<ObservedResource, 'scope'>, text: string, depth = 0): string {
    if (depth > DEEPEST) return text;
    return text.replace(/(?<!\$)\$\{[^{}]*\}/g, (expression) => {
      const meant = this.byDefault(from, expression);
      const { of, value } = this.argument(from, meant) ?? { of: from, value: meant };
      const given = typeof value === 'string' && value !== expression ? this.filledIn(of, value, depth + 1) : value;
      const isKnown = ['string', 'number'].includes(typeof given) && (!hasUnknown(given) || String(given).includes('::'));
      return isKnown ? String(given) : expression;
    });
  }

  /** The argument that a reference is to, as `metadata[0].name`, and what it is of. */
  private argument(from: Pick<ObservedResource, 'scope'>, reference: unknown) {
    const { scope, value } = this.followed(from.scope, reference);
    const [of, path] = this.referred(scope, wholeExpression(value) ?? '') ?? [];
    const found = of && path ? valueAt(of.values, path) : undefined;
    return of && isGiven(found) ? { of, value: found } : undefined;
  }

  private index(resource: ObservedResource): void {
    const { scope, address, type, values } = resource;
    const keys = [address, address.replace(/\[[^\]]*\]/g, '')].map((text) => keyOf(scope, text));
    for (const key of keys) if (!this.byKey.has(key)) this.byKey.set(key, resource);
    addTo(this.byType, type, resource);
    for (const id of [values?.id, values?.arn]) if (typeof id === 'string' && !hasUnknown(id)) this.byId.set(id, resource);
  }

  /** A value with the scope that it is of, through locals and outputs of other stacks. */
  private followed(scope: string, value: unknown, depth = 0): { scope: string; value: unknown } {
    const expression = wholeExpression(value);
    if (expression === undefined || depth > DEEPEST) return { scope, value };
    const [, stack, within] = ORIGIN.exec(expression)!;
    const at = stack ?? scope;
    const local = /^local\.([\w-]+)$/.exec(within);
    const output = CROSS_STACK.exec(within);
    const { locals = {}, outputs = {} } = this.surroundings;
    const inner = local ? locals[at]?.[local[1]] : output ? outputs[output[1]]?.[output[2]] : undefined;
    return inner === undefined ? { scope: at, value } : this.followed(output ? output[1] : at, inner, depth + 1);
  }

  /** The resource that an expression refers to, and what of it. */
  private referred(scope: string, expression: string): [ObservedResource, string] | undefined {
    const [, stack, within] = ORIGIN.exec(expression)!;
    const at = stack ?? scope;
    // The longest address that it is or begins with: what follows is an attribute. A function of references is no address.
    for (let text = within; STEP.test(text); text = text.replace(STEP, '')) {
      const key = keyOf(at, text);
      const found = this.byKey.get(key) ?? this.besides.get(key);
      if (found) return [found, within.slice(text.length)];
    }
    return undefined;
  }
}

function keyOf(scope: string, address: string): string {
  return `${scope}::${address}`;
}

/** The expression that a value is as a whole. */
function wholeExpression(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  return /^\$\{([^{}]*)\}$/s.exec(text)?.[1];
}
