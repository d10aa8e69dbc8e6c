import { SecretsmanagerSecret } from '@cdktf/provider-aws/lib/secretsmanager-secret';
import { SecretsmanagerSecretVersion } from '@cdktf/provider-aws/lib/secretsmanager-secret-version';
import { Construct } from 'constructs';
import { EphemeralResource } from '../../terraform/ephemeral-resource';
import { Secret } from './secret';

export interface GeneratedSecretProps {
  /** What the secret's name starts with; AWS appends a random part, so that a deleted name does not stand in the way. */
  readonly namePrefix: string;
  readonly description: string;
  readonly encryptionKeyArn?: string;
  /** How many days a deleted secret can be restored. */
  readonly recoveryDays: number;
  /** Another number has another value generated. */
  readonly generation: number;
}

/**
 * A secret whose value is generated while Terraform runs and goes to Secrets Manager through a write-only argument: it is in no
 * state, plan or synthesized file.
 */
export class GeneratedSecret extends Construct {
  public readonly secret: Secret;

  public constructor(scope: Construct, id: string, props: GeneratedSecretProps) {
    super(scope, id);
    const container = new SecretsmanagerSecret(this, 'Secret', {
      namePrefix: props.namePrefix,
      description: props.description,
      kmsKeyId: props.encryptionKeyArn,
      recoveryWindowInDays: props.recoveryDays,
    });
    const password = new EphemeralResource(this, 'Password', 'aws_secretsmanager_random_password', {
      password_length: 48,
      exclude_punctuation: true,
    });
    new SecretsmanagerSecretVersion(this, 'Value', {
      secretId: container.id,
      secretStringWo: password.attribute('random_password'),
      secretStringWoVersion: props.generation,
    });
    this.secret = Secret._made(container.arn, { encryptionKeyArn: props.encryptionKeyArn });
  }
}
