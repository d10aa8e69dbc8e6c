import { Aspects, TerraformDataSource, TerraformProvider, TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';

/**
 * Has whatever stands below a construct, also what is added later, made by this provider: resources, data sources and ephemeral resources of its
 * kind. Those of another provider keep theirs.
 */
export function useProvider(scope: IConstruct, provider: TerraformProvider | undefined): void {
  if (!provider) return;
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
