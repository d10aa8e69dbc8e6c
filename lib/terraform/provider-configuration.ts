import { TerraformProvider, TerraformStack } from 'cdktf';
import { IConstruct } from 'constructs';
import { ProviderName } from './use-provider';

/** A resource, or a stack that is told of one past its constructs. */
export type MadeSomewhere = IConstruct & { readonly provider?: TerraformProvider };

/** The provider of each stack that its resources have where nothing else is said. */
const defaults = new WeakMap<TerraformStack, Map<ProviderName, TerraformProvider>>();

/** How the provider is configured that makes something: its own, or that of its stack. Undefined where the environment alone says it. */
export function providerConfiguration(made: MadeSomewhere, name: ProviderName): any {
  const provider = made.provider ?? defaultProviderOf(TerraformStack.of(made), name);
  return provider?.toTerraform().provider?.[name]?.[0];
}

function defaultProviderOf(stack: TerraformStack, name: ProviderName): TerraformProvider | undefined {
  const known = defaults.get(stack) ?? new Map<ProviderName, TerraformProvider>();
  defaults.set(stack, known);
  const provider =
    known.get(name) ??
    stack.node
      .findAll()
      .filter((child): child is TerraformProvider => TerraformProvider.isTerraformProvider(child))
      .find(({ terraformResourceType, alias }) => terraformResourceType === name && !alias);
  if (provider) known.set(name, provider);
  return provider;
}
