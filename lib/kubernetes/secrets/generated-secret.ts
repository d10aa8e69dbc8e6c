import { SecretV1 } from '@cdktf/provider-kubernetes/lib/secret-v1';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { EphemeralResource } from '../../terraform/ephemeral-resource';
import { Secret } from './secret';

export interface GeneratedSecretProps {
  readonly name: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  /** Another number has another value generated. */
  readonly generation: number;
}

/**
 * A Secret whose value is generated while Terraform runs and goes to Kubernetes through a write-only argument: it is in no state, plan
 * or synthesized file.
 */
export class GeneratedSecret extends Construct {
  public readonly secret: Secret;
  public readonly resource: SecretV1;

  public constructor(scope: Construct, id: string, props: GeneratedSecretProps) {
    super(scope, id);
    const { name, namespace, labels } = props;
    // The first release of the provider that has it as an ephemeral resource.
    TerraformStack.of(this).addOverride('terraform.required_providers.random', {
      source: 'hashicorp/random',
      version: '>= 3.7.1, < 4.0.0',
    });
    const password = new EphemeralResource(this, 'Password', 'random_password', { length: 48, special: false });
    this.secret = Secret.fromName(name);
    this.resource = new SecretV1(this, 'Secret', {
      metadata: { name, namespace, labels },
      type: 'Opaque',
      dataWo: { [this.secret.key]: password.attribute('result') },
      dataWoRevision: props.generation,
    });
  }
}
