import { Lazy, TerraformElement, TerraformResource } from 'cdktf';
import { IConstruct } from 'constructs';
import { createHash } from 'node:crypto';
import { identityOf } from './identity';

/** What a resource is told that is of no concern to what it stands for. */
const OF_TERRAFORM = ['//', 'depends_on', 'lifecycle', 'provider', 'timeouts'];

/** All the changes that an apply makes to some resources. */
export interface Changes {
  /** Another text for other resources, or other arguments of theirs, as they are written in the code. */
  readonly digest: string;
  /** For `replace_triggered_by`: what only Terraform knows to have changed. A resource that is made or ends is none of it. */
  readonly triggers: string[];
}

/**
 * The changes of all the resources below a construct, save for those below another one, also of those that are added later.
 *
 * @param besides what follows the changes, and is none of them
 */
export function changesOf(scope: IConstruct, besides: IConstruct): Changes {
  const resources = () => managedIn(scope).filter((resource) => !resource.node.scopes.includes(besides));
  return {
    digest: Lazy.stringValue({ produce: () => digestOfAll(scope, resources()) }),
    triggers: Lazy.listValue({
      produce: () =>
        resources().map(({ terraformResourceType, friendlyUniqueId }) => `${terraformResourceType}.${friendlyUniqueId}`),
    }),
  };
}

/** An ephemeral one is made whenever Terraform runs, and is no change. */
function managedIn(scope: IConstruct): TerraformResource[] {
  return scope.node
    .findAll()
    .filter(
      (child): child is TerraformResource =>
        TerraformElement.isTerraformElement(child) && TerraformResource.isTerraformResource(child),
    )
    .filter((resource) => resource.toTerraform().resource !== undefined);
}

function digestOfAll(scope: IConstruct, resources: TerraformResource[]): string {
  const all = resources.map((resource) => {
    const { [resource.friendlyUniqueId]: made } = resource.toTerraform().resource[resource.terraformResourceType];
    const told = Object.entries(made).filter(([argument]) => !OF_TERRAFORM.includes(argument));
    return [resource.terraformResourceType, resource.friendlyUniqueId, Object.fromEntries(told)];
  });
  return createHash('sha256').update(identityOf(scope, all)).digest('hex').slice(0, 10);
}
