import { addTo } from './grouped';

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

/** Whether a resource is told to be made not once. */
function isSwitchedOff({ values }: ObservedResource): boolean {
  const { count, for_each: items } = values ?? {};
  if (items !== null && typeof items === 'object') return Object.keys(items).length === 0;
  return String(count) === '0';
}

/** Whether only Terraform knows if a resource is made at all. */
export function mayBeAbsent({ values }: ObservedResource): boolean {
  return hasUnknown(values?.count) || hasUnknown(values?.for_each);
}

/** Whether an expression stands for each of several values. */
export function isEach(value: unknown): boolean {
  return typeof value === 'string' && /(?<![\w.])each\.(value|key)/.test(value);
}

/** A stack, where an expression names it, and what the expression is within it. */
const ORIGIN = /^(?:(.*?)::)?(.*)$/s;
/** The last step of an address: an attribute, an index, or what it begins with. */
const STEP = /(\.[^.[\]]*|\[[^\]]*\]|[^.[\]]+)$/;
const CROSS_STACK = /^data\.terraform_remote_state\.cross-stack-reference-input-(.+?)\.outputs\.(.+)$/;

/** Everything that was read, by what refers to it. */
export class Resources {
  private readonly byKey = new Map<string, ObservedResource>();
  private readonly byType = new Map<string, ObservedResource[]>();
  private readonly byId = new Map<string, ObservedResource>();

  /** Those that Terraform makes, or may make. */
  public readonly all: ObservedResource[];

  public constructor(
    resources: ObservedResource[],
    public readonly surroundings: ResourceSurroundings = {},
  ) {
    this.all = resources.filter((resource) => !isSwitchedOff(resource));
    for (const resource of this.all) this.index(resource);
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
    return expression === undefined ? this.byId.get(String(meant.value)) : this.referred(meant.scope, expression);
  }

  /** The resource of an identity, where it is of one. */
  public identified(identity: string): ObservedResource | undefined {
    return this.byKey.get(identity);
  }

  /** What a value is, through locals and outputs of other stacks. */
  public meantBy(from: Pick<ObservedResource, 'scope'>, value: unknown): unknown {
    return this.followed(from.scope, value).value;
  }

  /** What a value is so, or through variables that hold something by default. */
  public byDefault(from: Pick<ObservedResource, 'scope'>, value: unknown): unknown {
    const meant = this.followed(from.scope, value);
    const [, stack, name] = /^(?:(.*?)::)?var\.([\w-]+)$/s.exec(wholeExpression(meant.value) ?? '') ?? [];
    return this.surroundings.defaults?.[stack ?? meant.scope]?.[name] ?? meant.value;
  }

  /** What a value is, as a text: equal for two values that name one resource. */
  public identity(from: Pick<ObservedResource, 'scope'>, value: unknown): string {
    const target = this.target(from, value);
    if (target) return keyOf(target.scope, target.address);
    const { scope, value: meant } = this.followed(from.scope, value);
    return typeof meant === 'string' && hasUnknown(meant) && !meant.includes('::') ? `${scope}::${meant}` : String(meant);
  }

  /** The identities of all that the expressions of a value refer to, wherever in it. */
  public mentioned(from: Pick<ObservedResource, 'scope'>, value: unknown): string[] {
    if (value !== null && typeof value === 'object') return Object.values(value).flatMap((item) => this.mentioned(from, item));
    if (typeof value !== 'string' || !hasUnknown(value)) return value === undefined ? [] : [String(value)];
    const references = value.match(/(?:[^\s"'(),${}[\]]+::)?[a-z]\w*\.[\w-]+(?:\[[^\]]*\])?/gi) ?? [];
    return references.map((reference) => this.identity(from, `\${${reference}}`));
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
    if (expression === undefined || depth > 8) return { scope, value };
    const [, stack, within] = ORIGIN.exec(expression)!;
    const at = stack ?? scope;
    const local = /^local\.([\w-]+)$/.exec(within);
    const output = CROSS_STACK.exec(within);
    const { locals = {}, outputs = {} } = this.surroundings;
    const inner = local ? locals[at]?.[local[1]] : output ? outputs[output[1]]?.[output[2]] : undefined;
    return inner === undefined ? { scope: at, value } : this.followed(output ? output[1] : at, inner, depth + 1);
  }

  private referred(scope: string, expression: string): ObservedResource | undefined {
    const [, stack, within] = ORIGIN.exec(expression)!;
    const at = stack ?? scope;
    // The longest address that it is or begins with: what follows is an attribute. A function of references is no address.
    for (let text = within; STEP.test(text); text = text.replace(STEP, '')) {
      const found = this.byKey.get(keyOf(at, text));
      if (found) return found;
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
