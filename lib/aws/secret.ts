import { badInput, isUnknown } from '../input';
import { requireOptions } from '../options';
import { SECRET_OPTIONS } from './option-names';
import { checkEncryptionKey } from './encryption-key';

/** The name's own characters only, so that nothing else comes along with it. */
const ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/;

/** Where in a secret the value stands, and what it is encrypted with. */
export interface SecretOptions {
  /**
   * The member of the JSON object that the secret holds.
   *
   * @default - the secret's text is the value
   */
  readonly jsonField?: string;

  /**
   * The ARN of the customer's KMS key that the secret is encrypted with. Whoever reads the secret is allowed to decrypt with it.
   *
   * @default - the key that AWS manages for Secrets Manager, which needs no permission
   */
  readonly encryptionKeyArn?: string;
}

/** A reference to a secret in AWS Secrets Manager. Its value is read by those who need it, and never by Terraform. */
export class Secret {
  /**
   * A secret that exists.
   *
   * @param arn the secret's ARN
   * @throws if it is not the ARN of a Secrets Manager secret, as when the secret itself was given
   */
  public static fromArn(arn: string, options: SecretOptions = {}): Secret {
    if (!isUnknown(arn) && !ARN.test(arn)) {
      throw badInput('Secret.fromArn', {
        given: `a ${typeof arn} that is no ARN (not shown, as it may be the secret itself)`,
        allowed: 'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME; a key is never given as a literal',
        instead: `Secret.fromArn(secret.arn) for a secret that exists, or ApiKeys.generated() to have one made`,
      });
    }
    requireOptions('Secret.fromArn', undefined, options, SECRET_OPTIONS);
    checkEncryptionKey('Secret.fromArn', 'encryptionKeyArn', options.encryptionKeyArn);
    return new Secret(arn, options);
  }

  private constructor(
    private readonly secretArn: string,
    private readonly options: SecretOptions,
  ) {}

  /** The secret's ARN. */
  public get arn(): string {
    return this.secretArn;
  }

  /** The member of the JSON object that holds the value, or undefined where the text is the value. */
  public get jsonField(): string | undefined {
    return this.options.jsonField;
  }

  /** The customer's KMS key that the secret is encrypted with, or undefined where AWS manages it. */
  public get encryptionKeyArn(): string | undefined {
    return this.options.encryptionKeyArn;
  }
}
