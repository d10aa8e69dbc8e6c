import { asLiteral, ObservedResource, Resources, UNKNOWN } from '../resources';

/** The resources of a plan, as `terraform show -json PLAN` prints it. */
export function fromPlan(plan: any): Resources {
  const root = plan.configuration?.root_module ?? {};
  const unknown = new Map<string, any>(
    (plan.resource_changes ?? []).map(({ address, change }: any) => [address, change?.after_unknown ?? {}]),
  );
  const planned = everyResource(plan.planned_values?.root_module);
  return new Resources(
    planned.map((resource) => {
      const module = modulesOf(resource.address);
      const configured = configurationOf(root, module)?.resources?.find(
        (other: any) => other.address === withoutIndex(localAddress(resource)),
      );
      const values = withReferences(
        asLiteral(resource.values ?? {}),
        unknown.get(resource.address),
        configured?.expressions,
        (reference) => resolved(root, module, reference),
      );
      return observed(resource, values, configured?.provider_config_key ?? '');
    }),
  );
}

/** The resources of a state, as `terraform show -json` prints it. */
export function fromState(state: any): Resources {
  return new Resources(
    everyResource(state.values?.root_module).map((resource) =>
      observed(resource, asLiteral(resource.values ?? {}), resource.provider_name ?? ''),
    ),
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

/** The reference as it is from the root, through the variables and outputs of modules; undefined where it leads to no resource. */
function resolved(root: any, module: string[], reference: string, depth = 0): string | undefined {
  if (depth > 16) return undefined;
  const first = (references: string[] | undefined, within: string[]) =>
    references?.[0] === undefined ? undefined : resolved(root, within, references[0], depth + 1);
  const [kind, name, output] = withoutIndex(reference).split('.');
  if (kind === 'var') {
    const outer = module.slice(0, -1);
    const call = configurationOf(root, outer)?.module_calls?.[module[module.length - 1]];
    return module.length === 0 ? undefined : first(call?.expressions?.[name]?.references, outer);
  }
  if (kind === 'module') {
    const inner = [...module, name];
    return first(configurationOf(root, inner)?.outputs?.[output]?.expression?.references, inner);
  }
  if (['local', 'each', 'count', 'path', 'self', 'terraform'].includes(kind)) return undefined;
  return `${module.map((part) => `module.${part}.`).join('')}${reference}`;
}

/** Values with what is not known yet as references. What no configuration gives is computed, and let in nobody says. */
function withReferences(values: any, unknown: any, expressions: any, resolve: (reference: string) => string | undefined): any {
  if (unknown === true) return referencesOf(expressions, resolve);
  if (Array.isArray(unknown)) {
    if (unknown.every((item) => item === true) && unknown.length > 0) return [referencesOf(expressions, resolve)].flat();
    const items: any[] = Array.isArray(values) ? values : [];
    const blocks = [expressions].flat();
    return items.map((item, index) => withReferences(item, unknown[index], blocks[index] ?? blocks[0], resolve));
  }
  if (unknown === null || typeof unknown !== 'object' || unknown === undefined) return values;
  const merged = { ...values };
  for (const [name, part] of Object.entries<any>(unknown)) {
    const value = withReferences(values?.[name], part, expressions?.[name], resolve);
    if (value === undefined) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

function referencesOf(expression: any, resolve: (reference: string) => string | undefined): any {
  if (expression === undefined) return undefined;
  const references: string[] = expression.references ?? [];
  // Terraform names each resource after its attribute once more.
  const own = references.filter((reference, index) => !(references[index - 1] ?? '').startsWith(`${reference}.`));
  const texts = own.map(resolve).map((reference) => (reference === undefined ? UNKNOWN : `\${${reference}}`));
  if (texts.length === 0) return UNKNOWN;
  return texts.length === 1 ? texts[0] : texts;
}
