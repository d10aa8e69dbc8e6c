import { Aspects, TerraformDataSource, TerraformProvider, TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { badInput, shown } from '../input/input';

/** The providers that the library's targets are made by, as Terraform calls them. */
export type ProviderName = 'aws' | 'kubernetes';

/** How one of an alias is made, for a caller who gave something else. */
const EXAMPLES: { [name in ProviderName]: string } = {
  aws: "new AwsProvider(this, 'Us', { region: 'us-east-1', alias: 'us' })",
  kubernetes: "new KubernetesProvider(this, 'Us', { configContext: 'us', alias: 'us' })",
};

/**
 * Has whatever stands below a construct, also what is added later, made by this provider: resources, data sources and ephemeral resources of its
 * kind. Those of another provider keep theirs.
 *
 * @param name what the provider must be called
 * @throws if it is no provider, or another
 */
export function useProvider(scope: IConstruct, provider: TerraformProvider | undefined, name: ProviderName): void {
  if (provider === undefined) return;
  requireProvider(scope, provider, name);
  Aspects.of(scope).add({
    visit: (construct) => {
      if (!TerraformResource.isTerraformResource(construct) && !TerraformDataSource.isTerraformDataSource(construct)) return;
      if (isMadeBy(construct.terraformResourceType, provider)) construct.provider = provider;
    },
  });
}

/** Whether a type of resource is the provider's: `aws_instance` is one of `aws`. */
export function isMadeBy(resourceType: string, provider: TerraformProvider): boolean {
  return resourceType.startsWith(`${provider.terraformResourceType}_`);
}

/** Throws where nothing would be made by it: all would silently be made by the stack's own, in its region and account. */
function requireProvider(scope: IConstruct, provider: TerraformProvider, name: ProviderName): void {
  const isProvider = TerraformProvider.isTerraformProvider(provider);
  if (isProvider && provider.terraformResourceType === name) return;
  throw badInput(scope, {
    given: `provider is ${isProvider ? `that of "${provider.terraformResourceType}"` : shown(provider)}`,
    allowed: `a provider of "${name}"`,
    instead: `provider: ${EXAMPLES[name]}`,
  });
}
