import { Lazy, TerraformElement, TerraformResource, TerraformStack, Tokenization } from 'cdktf';
import { IConstruct } from 'constructs';
import { createHash } from 'node:crypto';
import { identityOf } from './identity';
import { ReferenceResolver } from './reference-resolver';

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
 * @param follows whether a change of a resource elsewhere in the stack, by its type, is one where any of these refers to it
 */
export function changesOf(scope: IConstruct, besides: IConstruct, follows: (type: string) => boolean): Changes {
  const resources = () => managedIn(scope).filter((resource) => !resource.node.scopes.includes(besides));
  const elsewhere = () => {
    const own = managedIn(scope);
    const others = managedIn(TerraformStack.of(scope), follows).filter((one) => !own.includes(one));
    const references = others.length > 0 ? referencesOf(scope, own) : new Set();
    return others.map(addressOf).filter((address) => references.has(address));
  };
  return {
    digest: Lazy.stringValue({ produce: () => digestOfAll(scope, resources()) }),
    triggers: Lazy.listValue({
      produce: () => [...resources().map(addressOf), ...elsewhere()],
    }),
  };
}

/** An ephemeral one is made whenever Terraform runs, and is no change. */
function managedIn(scope: IConstruct, isOfType: (type: string) => boolean = () => true): TerraformResource[] {
  return scope.node
    .findAll()
    .filter(
      (child): child is TerraformResource =>
        TerraformElement.isTerraformElement(child) && TerraformResource.isTerraformResource(child),
    )
    .filter((resource) => isOfType(resource.terraformResourceType) && resource.toTerraform().resource !== undefined);
}

function addressOf({ terraformResourceType, friendlyUniqueId }: TerraformResource): string {
  return `${terraformResourceType}.${friendlyUniqueId}`;
}

/** What a resource is told of what it stands for. */
function argumentsOf(resource: TerraformResource): { [name: string]: unknown } {
  const { [resource.friendlyUniqueId]: made } = resource.toTerraform().resource[resource.terraformResourceType];
  const told = Object.entries(made).filter(([argument]) => !OF_TERRAFORM.includes(argument));
  return Object.fromEntries(told);
}

/** The addresses of the resources of a stack that some of them refer to. */
function referencesOf(scope: IConstruct, resources: TerraformResource[]): Set<string> {
  const addresses = new Set<string>();
  const resolver = new ReferenceResolver(({ identifier, originStack }) => {
    if (originStack === TerraformStack.of(scope)) addresses.add(/^\w+\.[\w-]+/.exec(identifier)?.[0] ?? '');
    return identifier;
  });
  Tokenization.resolve(resources.map(argumentsOf), { scope, resolver, preparing: false });
  return addresses;
}

function digestOfAll(scope: IConstruct, resources: TerraformResource[]): string {
  const all = resources.map((resource) => [resource.terraformResourceType, resource.friendlyUniqueId, argumentsOf(resource)]);
  return createHash('sha256').update(identityOf(scope, all)).digest('hex').slice(0, 10);
}
