import { asLiteral, ObservedResource, Resources, UNKNOWN } from '../resources';

/** The resources of a plan, as `terraform show -json PLAN` prints it. */
export function fromPlan(plan: any): Resources {
  const root = plan.configuration?.root_module ?? {};
  const changes = new Map<string, any>((plan.resource_changes ?? []).map(({ address, change }: any) => [address, change]));
  const planned = everyResource(plan.planned_values?.root_module);
  const mayHaveMore: string[] = [];
  const resources = planned.map((resource) => {
    const module = modulesOf(resource.address);
    const configured = configurationOf(root, module)?.resources?.find(
      (other: any) => other.address === withoutIndex(localAddress(resource)),
    );
    const { after_unknown: unknown = {}, actions = [] } = changes.get(resource.address) ?? {};
    const expressions = configured ? { ...(configured.expressions ?? {}) } : NOT_TOLD;
    if (configured && unknown.ingress === true && expressions.ingress === undefined) {
      // What is there already is kept, unless blocks that are not known yet take its place.
      if (actions.includes('create')) mayHaveMore.push(resource.address);
      else expressions.ingress = NOT_TOLD;
    }
    const values = withReferences(asLiteral(resource.values ?? {}), unknown, expressions, (references) =>
      resolved(root, module, references),
    );
    return observed(resource, withUserData(values, configured), configured?.provider_config_key ?? '');
  });
  return new Resources(resources, { mayHaveMore });
}

/**
 * The resources of a state, as `terraform show -json` prints it. It leaves out which of several providers made each: where two objects of Kubernetes are of
 * one name there are several clusters, and no policy is taken to protect pods of which it may be nowhere near.
 */
export function fromState(state: any): Resources {
  const resources = everyResource(state.values?.root_module);
  const names = resources
    .filter(({ type, mode }) => mode !== 'data' && /^kubernetes_/.test(type))
    .map(({ type, values }) => `${type} ${values?.id}`);
  const isOfSeveral = new Set(names).size < names.length;
  const placeOf = ({ type, address, provider_name: provider = '' }: any) =>
    isOfSeveral && /^kubernetes_network_policy/.test(type) ? `${provider} ${address}` : provider;
  const several = 'which policies protect which pods, of several Kubernetes clusters: give what terraform state pull prints';
  return new Resources(
    resources.map((resource) => observed(resource, asLiteral(resource.values ?? {}), placeOf(resource))),
    { unread: isOfSeveral ? [several] : [] },
  );
}

/** The resources of a state, as Terraform keeps it. */
export function fromStateFile(state: any): Resources {
  return new Resources(
    (state.resources ?? []).flatMap(({ module, mode, type, name, provider, instances }: any) =>
      (instances ?? []).map(({ index_key: index, attributes }: any) => {
        const own = `${mode === 'data' ? 'data.' : ''}${type}.${name}${index === undefined ? '' : `[${JSON.stringify(index)}]`}`;
        const address = module ? `${module}.${own}` : own;
        return observed({ address, mode, type }, asLiteral(attributes ?? {}), provider ?? '');
      }),
    ),
  );
}

/** Older providers plan a digest of the user data; the text itself is in the configuration, where nothing is put into it. */
function withUserData(values: any, configured: any): any {
  const { constant_value: text } = configured?.expressions?.user_data ?? {};
  return typeof text === 'string' ? { ...values, user_data: asLiteral(text) } : values;
}

function observed({ address, mode, type }: any, values: any, where: string): ObservedResource {
  return { address, scope: '', type: mode === 'data' ? `data.${type}` : type, values, where };
}

function everyResource(module: any = {}): any[] {
  return [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(everyResource)];
}

/** The names of the modules that a resource is in, from the outermost. */
function modulesOf(address: string): string[] {
  return [...withoutIndex(address).matchAll(/(?:^|\.)module\.([^.]+)/g)].map(([, name]) => name);
}

function localAddress({ address }: any): string {
  return address.replace(/^(module\.[^.[]+(\[[^\]]*\])?\.)+/, '');
}

function withoutIndex(address: string): string {
  return address.replace(/\[[^\]]*\]/g, '');
}

function configurationOf(root: any, module: string[]): any {
  return module.reduce((configuration, name) => configuration?.module_calls?.[name]?.module, root);
}

/** What says which of several, and not what. */
const SELECTORS = ['count', 'each', 'path', 'self', 'terraform'];

/** References as they are from the root, through the variables and outputs of modules; undefined for each that leads to no resource. */
function resolved(root: any, module: string[], references: string[] = [], depth = 0): Array<string | undefined> {
  if (depth > 16) return [undefined];
  // Terraform names each resource once more after its attribute.
  const own = references.filter((reference, index) => !(references[index - 1] ?? '').startsWith(`${reference}.`));
  return own.flatMap((reference) => {
    const [kind, name, output] = withoutIndex(reference).split('.');
    if (SELECTORS.includes(kind)) return [];
    if (kind === 'local') return [undefined];
    if (kind === 'var') {
      // What the root is given, and the default of a module, is known when planning.
      if (module.length === 0) return [];
      const outer = module.slice(0, -1);
      const call = configurationOf(root, outer)?.module_calls?.[module[module.length - 1]];
      return resolved(root, outer, call?.expressions?.[name]?.references, depth + 1);
    }
    if (kind === 'module') {
      const inner = [...module, name];
      const given = configurationOf(root, inner)?.outputs?.[output]?.expression?.references;
      return given ? resolved(root, inner, given, depth + 1) : [undefined];
    }
    return [`${module.map((part) => `module.${part}.`).join('')}${reference}`];
  });
}

type Resolve = (references: string[]) => Array<string | undefined>;

/** Stands for the configuration of a block that is computed by Terraform, as a dynamic one is: of what is in it nothing is told. */
const NOT_TOLD = { references: [] };

/**
 * Values with what is not known yet as references. What the configuration of a block leaves out is computed, and let in nobody says; where the block
 * itself is left out, what is in it was written in a way that a plan does not show.
 */
function withReferences(values: any, unknown: any, expressions: any, resolve: Resolve): any {
  if (unknown === true) return referencesOf(expressions, resolve);
  if (Array.isArray(unknown)) {
    if (unknown.every((item) => item === true) && unknown.length > 0)
      return [referencesOf(expressions ?? NOT_TOLD, resolve)].flat();
    const items: any[] = Array.isArray(values) ? values : [];
    const blocks = [expressions].flat();
    return Array.from({ length: Math.max(items.length, unknown.length) }, (_, index) =>
      withReferences(items[index], unknown[index], blocks[index] ?? blocks[0] ?? NOT_TOLD, resolve),
    );
  }
  if (unknown === null || typeof unknown !== 'object') return values;
  const merged = { ...values };
  for (const [name, part] of Object.entries<any>(unknown)) {
    const value = withReferences(values?.[name], part, isExpression(expressions) ? expressions : expressions?.[name], resolve);
    if (value === undefined) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

/** Whether what configures a block is one expression for all that is in it. */
function isExpression(expressions: any): boolean {
  return Array.isArray(expressions?.references) || expressions?.constant_value !== undefined;
}

function referencesOf(expression: any, resolve: Resolve): any {
  if (expression === undefined) return undefined;
  const texts = resolve(expression.references ?? []).map((reference) =>
    reference === undefined ? UNKNOWN : `\${${reference}}`,
  );
  if (texts.length === 0) return UNKNOWN;
  return texts.length === 1 ? texts[0] : texts;
}
