import {
  Aspects,
  TerraformDataSource,
  TerraformElement,
  TerraformLocal,
  TerraformResource,
  TerraformStack,
  TerraformVariable,
  Tokenization,
} from 'cdktf';
import { IConstruct } from 'constructs';
import { isUnknown } from '../input/input';
import { MadeSomewhere } from '../terraform/provider-configuration';
import { ReferenceResolver } from '../terraform/reference-resolver';
import { withDynamicBlocks } from './readers/dynamic-blocks';
import { ObservedResource, Resources, ResourceSurroundings } from './resources';

const resolver = new ReferenceResolver(({ identifier, originStack }, { suppressBraces }) => {
  const reference = `${originStack.node.path}::${identifier}`;
  return suppressBraces ? reference : `\${${reference}}`;
});

/** A value with what its tokens stand for. What has none is not looked at any further, as nearly everything has none. */
export function withOrigins(scope: IConstruct, value: unknown): any {
  if (!holdsToken(value)) return value;
  return Tokenization.resolve(value, { scope, resolver, preparing: false });
}

function holdsToken(value: unknown): boolean {
  if (value === null || value === undefined || typeof value === 'boolean') return false;
  if (typeof value === 'string' || typeof value === 'number' || isUnknown(value)) return isUnknown(value);
  if (Array.isArray(value)) return value.some(holdsToken);
  return typeof value !== 'object' || Object.values(value).some(holdsToken) || Object.keys(value).some(isUnknown);
}

/** Which resources of an app are read, and what of them. */
export interface TreeReading {
  readonly isRead: (type: string) => boolean;
  /** What of a resource is read; undefined where it is of no concern. */
  readonly pick: (type: string, values: any) => any;
  /** Where the provider of a resource makes it, or that of a stack. */
  readonly whereOf: (made: MadeSomewhere) => string;
  /** Whether a resource is of concern that its stack does not override; each is, where this is left out. */
  readonly isOfConcern?: (resource: TerraformResource | TerraformDataSource, values: any) => boolean;
  /** Whether only what is certain counts: neither what variables hold by default, nor blocks for each of what only Terraform knows. */
  readonly isCertain?: boolean;
}

/** What was read of a stack and of those within it. */
interface StackContents extends ResourceSurroundings {
  readonly resources: ObservedResource[];
  /** Those of no concern, to which others may refer. */
  readonly besides: ObservedResource[];
}

/** What was read of each stack, by the reading. */
const known = new WeakMap<TreeReading, WeakMap<TerraformStack, StackContents>>();
/** What was read of each app, for as long as nothing of it was read anew. */
const apps = new WeakMap<IConstruct, Map<TreeReading, { contents: StackContents[]; resources: Resources }>>();
/** Stacks whose Aspects tell when they change what was read. */
const watched = new WeakSet<TerraformStack>();
const changed = new WeakMap<TerraformStack, number>();
const readAt = new WeakMap<StackContents, number>();

/**
 * The resources of all stacks of an app, as they would be synthesized now, overrides included.
 *
 * @param mayBeKnown whether what was read since the Aspects of a stack have been at work still holds, as while synthesizing
 */
export function resourcesOfApp(app: IConstruct, reading: TreeReading, mayBeKnown: boolean): Resources {
  const contents = stacksOf(app).map((stack) => contentsOf(stack, reading, mayBeKnown));
  const former = apps.get(app)?.get(reading);
  if (former && former.contents.length === contents.length && contents.every((one, index) => one === former.contents[index])) {
    return former.resources;
  }
  const resources = new Resources(
    contents.flatMap((one) => one.resources),
    {
      locals: Object.assign({}, ...contents.map(({ locals }) => locals)),
      defaults: reading.isCertain ? {} : Object.assign({}, ...contents.map(({ defaults }) => defaults)),
    },
    contents.flatMap((one) => one.besides),
  );
  if (mayBeKnown) apps.set(app, (apps.get(app) ?? new Map()).set(reading, { contents, resources }));
  return resources;
}

function contentsOf(stack: TerraformStack, reading: TreeReading, mayBeKnown: boolean): StackContents {
  watch(stack);
  const byStack = known.get(reading) ?? new WeakMap<TerraformStack, StackContents>();
  known.set(reading, byStack);
  const former = byStack.get(stack);
  if (mayBeKnown && former && readAt.get(former) === changed.get(stack)) return former;
  const contents = read(stack, reading);
  // What is read while Aspects are at work, later ones may change.
  if (!mayBeKnown) return contents;
  byStack.set(stack, contents);
  readAt.set(contents, changed.get(stack)!);
  return contents;
}

/** The Aspects of a stack change it before it is validated, and those of one within it too. */
function watch(stack: TerraformStack, outermost = stack): void {
  if (watched.has(stack)) return;
  watched.add(stack);
  if (stack === outermost) changed.set(stack, 0);
  const change = () => void changed.set(outermost, changed.get(outermost)! + 1);
  Aspects.of(stack).add({ visit: (construct) => construct === stack && change() });
}

/** The stacks of an app that are not within another. */
function stacksOf(construct: IConstruct): TerraformStack[] {
  return TerraformStack.isStack(construct) ? [construct] : construct.node.children.flatMap(stacksOf);
}

function read(outermost: TerraformStack, reading: TreeReading): StackContents {
  const constructs = outermost.node.findAll();
  const stacks = constructs.filter((construct): construct is TerraformStack => TerraformStack.isStack(construct));
  stacks.forEach((stack) => watch(stack, outermost));
  const overrides = new Map(
    stacks
      .flatMap((stack) => overridesOf(stack, reading))
      .map((override) => [keyOf(override.stack, override.type, override.name), override]),
  );
  const made = constructs.filter(isMade).filter((one) => reading.isRead(typeOf(one)));
  const besides: ObservedResource[] = [];
  const resources = [
    ...made.flatMap((resource) => {
      const { friendlyUniqueId: name, cdktfStack: stack } = resource;
      const type = typeOf(resource);
      const values = synthesizedTo(resource);
      if (values === undefined) return [];
      const key = keyOf(stack, type, name);
      const override = overrides.get(key);
      if (!override) {
        if (reading.isOfConcern?.(resource, values) === false) {
          besides.push(onceAsked({ stack, type, name, values }));
          return [];
        }
        return observed(reading, { stack, type, name, values }, reading.whereOf(resource));
      }
      overrides.delete(key);
      const changed = override.values && merged(withOrigins(stack, values), override.values);
      return observed(reading, { ...override, values: changed }, reading.whereOf(resource));
    }),
    ...[...overrides.values()].flatMap((resource) => observed(reading, resource, reading.whereOf(resource.stack))),
  ];
  return {
    resources,
    besides,
    locals: valuesOf(constructs, TerraformLocal, (local) => local.toTerraform().locals[local.friendlyUniqueId]),
    defaults: valuesOf(constructs, TerraformVariable, (variable) => variable.default),
  };
}

/** What is made of an element, save what its stack overrides of it. */
export function synthesizedTo(element: TerraformResource | TerraformDataSource): any {
  const { terraformResourceType: type, friendlyUniqueId: name } = element;
  const { resource, data } = element.toTerraform();
  return (TerraformDataSource.isTerraformDataSource(element) ? data : resource)?.[type]?.[name];
}

/** `data.aws_iam_policy_document`, where Terraform looks it up. */
export function typeOf(element: TerraformResource | TerraformDataSource): string {
  const { terraformResourceType: type } = element;
  return TerraformDataSource.isTerraformDataSource(element) ? `data.${type}` : type;
}

/** What elements of a kind hold, by their stacks and names. Each is looked at when it is asked for: few are, and some are long. */
function valuesOf<T extends TerraformElement>(
  constructs: IConstruct[],
  kind: new (...args: any[]) => T,
  valueOf: (element: T) => unknown,
): { [scope: string]: { [name: string]: unknown } } {
  const values: { [scope: string]: { [name: string]: unknown } } = {};
  for (const element of constructs) {
    if (!(element instanceof kind)) continue;
    const { cdktfStack: stack, friendlyUniqueId: name } = element;
    const ofStack = (values[stack.node.path] ??= {});
    Object.defineProperty(ofStack, name, { get: () => withOrigins(stack, valueOf(element)), enumerable: true });
  }
  return values;
}

/** As CDK for Terraform does it: block by block, lists one behind the other; what is undefined is taken away. */
function merged(target: any, changes: object): any {
  const result: any = Array.isArray(target) ? [...target] : { ...target };
  for (const [name, change] of Object.entries(changes)) {
    const former = result[name];
    if (change === undefined) delete result[name];
    else if (Array.isArray(change)) result[name] = Array.isArray(former) ? [...former, ...change] : change;
    else if (change === null || typeof change !== 'object' || Tokenization.isResolvable(change)) result[name] = change;
    else result[name] = merged(typeof former === 'object' ? former : {}, change);
  }
  return result;
}

/** A resource that is put into a stack past its constructs, or changes what they make. */
interface StackOverride {
  readonly stack: TerraformStack;
  readonly type: string;
  readonly name: string;
  /** Undefined where the resource is taken out of the stack. */
  readonly values: any;
}

function keyOf(stack: TerraformStack, type: string, name: string): string {
  return `${stack.node.path}::${type}.${name}`;
}

function overridesOf(stack: TerraformStack, reading: TreeReading): StackOverride[] {
  const { resource, data } = (stack as unknown as { rawOverrides?: { resource?: any; data?: any } }).rawOverrides ?? {};
  const asked = Object.entries<any>(data ?? {}).map(([type, named]) => [`data.${type}`, named]);
  return [...Object.entries<any>(resource ?? {}), ...asked].flatMap(([type, named]) =>
    reading.isRead(type) ? Object.entries<any>(named ?? {}).map(([name, values]) => ({ stack, type, name, values })) : [],
  );
}

function observed(reading: TreeReading, { stack, type, name, values }: StackOverride, where: string): ObservedResource[] {
  const picked = values && reading.pick(type, values);
  if (picked === undefined || picked === null) return [];
  const made = withDynamicBlocks(withOrigins(stack, picked), reading.isCertain ? () => [] : undefined);
  return [{ address: `${type}.${name}`, scope: stack.node.path, type, values: made, where }];
}

/** What is looked at only if something refers to it. */
function onceAsked({ stack, type, name, values }: StackOverride): ObservedResource {
  let known: any;
  return {
    ...{ address: `${type}.${name}`, scope: stack.node.path, type, where: '' },
    get values() {
      return (known ??= withOrigins(stack, values));
    },
  };
}

function isMade(construct: IConstruct): construct is TerraformResource | TerraformDataSource {
  return (
    TerraformElement.isTerraformElement(construct) &&
    (TerraformResource.isTerraformResource(construct) || TerraformDataSource.isTerraformDataSource(construct))
  );
}
