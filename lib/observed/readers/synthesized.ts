import { ObservedResource, Resources } from '../resources';

/** What one stack was synthesized to. */
export interface SynthesizedJson {
  readonly stack: string;
  readonly json: any;
}

/** The resources of synthesized stacks, `cdk.tf.json` each. */
export function fromSynthesized(stacks: SynthesizedJson[]): Resources {
  return new Resources(stacks.flatMap(resourcesOf), {
    locals: Object.fromEntries(stacks.map(({ stack, json }) => [stack, json.locals ?? {}])),
    outputs: Object.fromEntries(stacks.map(({ stack, json }) => [stack, valuesOf(json.output)])),
    unread: stacks.flatMap(({ json }) =>
      Object.keys(json.module ?? {}).map(
        (name) => `what the module ${name} makes: give the plan, as terraform show -json PLAN prints it`,
      ),
    ),
  });
}

function valuesOf(outputs: any = {}): { [name: string]: unknown } {
  return Object.fromEntries(Object.entries<any>(outputs).map(([name, { value }]) => [name, value]));
}

function resourcesOf({ stack, json }: SynthesizedJson): ObservedResource[] {
  const providers = json.provider ?? {};
  const named = (blocks: any, prefix: string) =>
    Object.entries<any>(blocks ?? {}).flatMap(([type, byName]) =>
      Object.entries<any>(byName).map(([name, values]) => ({
        address: `${prefix}${type}.${name}`,
        scope: stack,
        type: `${prefix}${type}`,
        values,
        where: whereOf(type, values, providers),
      })),
    );
  return [...named(json.resource, ''), ...named(json.data, 'data.')];
}

/** By the configuration of the provider: stacks with one that is the same make their resources in one place. */
function whereOf(type: string, values: any, providers: any): string {
  const [name] = type.split('_');
  const alias = typeof values?.provider === 'string' ? values.provider.split('.')[1] : undefined;
  const configurations: any[] = [providers[name] ?? []].flat();
  return JSON.stringify(configurations.find((configuration) => configuration?.alias === alias) ?? {});
}
