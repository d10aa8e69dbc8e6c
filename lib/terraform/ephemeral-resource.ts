import { TerraformResource, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { isMadeBy } from './use-provider';

/**
 * An ephemeral resource of Terraform: a value that exists while Terraform runs and is never written to plan or state. CDK for
 * Terraform 0.21 has no class for it. It counts as a resource when a stack is traversed, so that an aspect gives it its provider too.
 *
 * @see https://developer.hashicorp.com/terraform/language/block/ephemeral
 */
export class EphemeralResource extends TerraformResource {
  /**
   * @param type the provider's type, for example `aws_secretsmanager_random_password`
   * @param config its arguments, as Terraform names them
   */
  public constructor(
    scope: Construct,
    id: string,
    private readonly type: string,
    private readonly config: { [argument: string]: unknown },
  ) {
    super(scope, id, { terraformResourceType: type });
    TerraformStack.of(this).addOverride('terraform.required_version', '>= 1.11.0');
  }

  /** A reference to one of its attributes, to be passed to a write-only argument. */
  public attribute(name: string): string {
    return `\${ephemeral.${this.type}.${this.friendlyUniqueId}.${name}}`;
  }

  /** @internal */
  public toTerraform(): any {
    const { provider } = this;
    // An aspect may give one provider to every resource of a stack: here to one that it has not got.
    const own = provider && isMadeBy(this.type, provider) ? { provider: provider.fqn } : {};
    return { ephemeral: { [this.type]: { [this.friendlyUniqueId]: { ...this.config, ...own } } } };
  }
}
