import { listOf, ObservedResource, Resources } from '../resources';
import { withDynamicBlocks } from './dynamic-blocks';

/** What one stack was synthesized to. */
export interface SynthesizedJson {
  readonly stack: string;
  readonly json: any;
}

/** The resources of synthesized stacks, `cdk.tf.json` each. */
export function fromSynthesized(stacks: SynthesizedJson[]): Resources {
  return new Resources(stacks.flatMap(resourcesOf), {
    locals: Object.fromEntries(stacks.map(({ stack, json }) => [stack, blocksOf(json.locals)])),
    outputs: Object.fromEntries(stacks.map(({ stack, json }) => [stack, valuesOf(json.output)])),
    unread: stacks.flatMap(({ json }) =>
      Object.keys(blocksOf(json.module)).map(
        (name) => `what the module ${name} makes: give the plan, as terraform show -json PLAN prints it`,
      ),
    ),
  });
}

function valuesOf(outputs: unknown): { [name: string]: unknown } {
  return Object.fromEntries(Object.entries(blocksOf(outputs)).map(([name, output]) => [name, listOf(output)[0]?.value]));
}

/** Blocks by their names: Terraform takes an object, or a list of objects that are one together. */
function blocksOf(blocks: unknown): { [name: string]: any } {
  const merged: { [name: string]: any } = {};
  for (const part of listOf<any>(blocks)) {
    for (const [name, block] of Object.entries<any>(typeof part === 'object' ? part : {})) {
      merged[name] = merged[name] === undefined ? block : [merged[name], block].flat();
    }
  }
  return merged;
}

function resourcesOf({ stack, json }: SynthesizedJson): ObservedResource[] {
  const providers = blocksOf(json.provider);
  const named = (blocks: unknown, prefix: string) =>
    Object.entries(blocksOf(blocks)).flatMap(([type, byName]) =>
      Object.entries(blocksOf(byName)).map(([name, given]) => {
        const values = withDynamicBlocks(listOf(given)[0] ?? {});
        return {
          address: `${prefix}${type}.${name}`,
          scope: stack,
          type: `${prefix}${type}`,
          values,
          where: whereOf(type, values, providers),
        };
      }),
    );
  return [...named(json.resource, ''), ...named(json.data, 'data.')];
}

/** By the configuration of the provider: stacks with one that is the same make their resources in one place. */
function whereOf(type: string, values: any, providers: any): string {
  const [name] = type.split('_');
  const alias = typeof values?.provider === 'string' ? values.provider.split('.')[1] : undefined;
  const configurations: any[] = listOf(providers[name]);
  return JSON.stringify(configurations.find((configuration) => configuration?.alias === alias) ?? {});
}
