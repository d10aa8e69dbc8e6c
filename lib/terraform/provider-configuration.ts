import { TerraformDataSource, TerraformProvider, TerraformResource, TerraformStack } from 'cdktf';
import { ProviderName } from './use-provider';

/** The provider of each stack that its resources have where nothing else is said. */
const defaults = new WeakMap<TerraformStack, Map<ProviderName, TerraformProvider>>();

/** How the provider is configured that makes something: its own, or that of its stack. Undefined where the environment alone says it. */
export function providerConfiguration(made: TerraformResource | TerraformDataSource, name: ProviderName): any {
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
