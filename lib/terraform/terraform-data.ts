import {
  anyToHclTerraform,
  anyToTerraform,
  DataResource,
  hashMapper,
  hashMapperHcl,
  TerraformMetaArguments,
  TerraformResource,
} from 'cdktf';
import { ValidateTerraformVersion } from 'cdktf/lib/validations/validate-terraform-version';
import { Construct, IConstruct } from 'constructs';

export interface TerraformDataProps extends Pick<TerraformMetaArguments, 'dependsOn' | 'lifecycle'> {
  readonly input?: { readonly [name: string]: unknown };
  readonly triggersReplace: { readonly [name: string]: unknown };
}

/** Apps in which the installed Terraform is asked for its version. */
const asked = new WeakSet<IConstruct>();

/**
 * What Terraform keeps in its state, `terraform_data`.
 *
 * That of CDK for Terraform asks the installed Terraform for its version in each resource, by a process of its own: with many clusters that is half of the time
 * that a synthesis takes. This one has it asked once for an app.
 */
export class TerraformData extends TerraformResource {
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: TerraformDataProps,
  ) {
    const { dependsOn, lifecycle } = props;
    const terraformGeneratorMetadata = { providerName: 'terraform' };
    super(scope, id, { terraformResourceType: DataResource.tfResourceType, terraformGeneratorMetadata, dependsOn, lifecycle });
    // Terraform has the resource built in: an aspect that gives every resource a provider must not give it one.
    Object.defineProperty(this, 'provider', { get: () => undefined, set: () => {} });
    if (asked.has(this.node.root)) return;
    asked.add(this.node.root);
    this.node.addValidation(new ValidateTerraformVersion('>=1.4', 'Terraform has terraform_data since then.'));
  }

  protected synthesizeAttributes(): { [name: string]: any } {
    const { input, triggersReplace } = this.props;
    const written = hashMapper(anyToTerraform);
    return { ...(input && { input: written(input) }), triggers_replace: written(triggersReplace) };
  }

  protected synthesizeHclAttributes(): { [name: string]: any } {
    const { input, triggersReplace } = this.props;
    const written = hashMapperHcl(anyToHclTerraform);
    return { ...(input && { input: written(input) }), triggers_replace: written(triggersReplace) };
  }
}
