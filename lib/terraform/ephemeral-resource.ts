import { TerraformElement, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';

/**
 * An ephemeral resource of Terraform: a value that exists while Terraform runs and is never written to plan or state. CDK for
 * Terraform 0.21 has no class for it.
 *
 * @see https://developer.hashicorp.com/terraform/language/block/ephemeral
 */
export class EphemeralResource extends TerraformElement {
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
    super(scope, id, `ephemeral.${type}`);
    TerraformStack.of(this).addOverride('terraform.required_version', '>= 1.11.0');
  }

  /** A reference to one of its attributes, to be passed to a write-only argument. */
  public attribute(name: string): string {
    return `\${${this.fqn}.${name}}`;
  }

  /** @internal */
  public toTerraform(): any {
    return { ephemeral: { [this.type]: { [this.friendlyUniqueId]: this.config } } };
  }
}
