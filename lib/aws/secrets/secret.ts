import { Fn } from 'cdktf';
import { badInput, isUnknown, quoted } from '../../input/input';
import { OptionNames, requireOptions } from '../../input/options';
import { A_REFERENCE, withoutReferences } from '../../terraform/literal-text';
import { checkEncryptionKey } from './encryption-key';

/** What each part of an ARN may be. The name's own characters only, so that nothing else comes along with it. */
const PARTS = ['arn', '[a-z-]+', 'secretsmanager', '[a-z0-9-]+', '[0-9]{12}', 'secret', '[A-Za-z0-9_/+=.@-]+'];
const ARN = `^${PARTS.join(':')}$`;

/** Options for a secret. */
export interface SecretOptions {
  /**
   * The JSON field that contains the value.
   *
   * @default - the whole text of the secret is the value
   */
  readonly jsonField?: string;

  /**
   * The ARN of the customer managed KMS key that encrypts the secret. Readers of the secret are granted permission to decrypt
   * with it.
   *
   * @default - the AWS managed key for Secrets Manager, which needs no permission
   */
  readonly encryptionKeyArn?: string;
}

const SECRET_OPTIONS: OptionNames<SecretOptions> = { jsonField: true, encryptionKeyArn: 'reference' };

/** A reference to a secret in AWS Secrets Manager. Terraform never reads its value. */
export class Secret {
  /**
   * An existing secret.
   *
   * @param arn the secret's ARN
   * @throws if it is not the ARN of a Secrets Manager secret, as when the secret itself was given; where only Terraform knows
   *   it, Terraform refuses it
   */
  public static fromArn(arn: string, options: SecretOptions = {}): Secret {
    if (!mayBeArn(arn)) {
      throw badInput('Secret.fromArn', {
        given: `a ${typeof arn} that is no ARN (not shown, as it may be the secret itself)`,
        allowed: 'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME; a key is never given as a literal',
        instead: `Secret.fromArn(secret.arn) for a secret that exists, or ApiKeys.generated() to have one made`,
      });
    }
    requireOptions('Secret.fromArn', undefined, options, SECRET_OPTIONS);
    checkEncryptionKey('Secret.fromArn', 'encryptionKeyArn', options.encryptionKeyArn);
    checkJsonField(options.jsonField);
    return new Secret(isUnknown(arn) ? checkedByTerraform(arn) : arn, options);
  }

  /** A secret that the library makes. @internal */
  public static _made(arn: string, options: SecretOptions = {}): Secret {
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

  /** The JSON field that contains the value, or undefined if the whole text is the value. */
  public get jsonField(): string | undefined {
    return this.options.jsonField;
  }

  /** The customer managed KMS key that encrypts the secret, or undefined if it is AWS managed. */
  public get encryptionKeyArn(): string | undefined {
    return this.options.encryptionKeyArn;
  }
}

function checkJsonField(name: string | undefined): void {
  if (name === undefined || isUnknown(name) || (typeof name === 'string' && name !== '')) return;
  throw badInput('Secret.fromArn', {
    given: `jsonField is ${quoted(name)}`,
    allowed: 'the name of a field of the JSON object, or the option left out where the whole text is the value',
    instead: 'jsonField: "api_key"',
  });
}

/** Whether a text is an ARN, or what was written of it, beside references, can be a part of one. */
function mayBeArn(arn: string): boolean {
  if (!isUnknown(arn)) return new RegExp(ARN).test(arn);
  const text = withoutReferences(String(arn));
  if (text.split(A_REFERENCE).every((written) => written === '')) return true;
  let isCounted = true;
  return text.split(':').every((part, index) => {
    const allowed = (isCounted && PARTS[index]) || '[A-Za-z0-9_/+=.@-]*';
    if (!part.includes(A_REFERENCE)) return new RegExp(`^${allowed}$`).test(part);
    // The reference may stand for several parts. What the first one begins with is written by hand.
    const isKnown = isCounted && index > 0 && index < PARTS.length - 1;
    isCounted = false;
    const written = part.replaceAll(A_REFERENCE, '');
    return index > 0 && (isKnown ? /^[a-z0-9-]{0,16}$/ : /^[\w/+=.@-]*$/).test(written);
  });
}

/** The ARN, as an expression that fails where it is none: what uses it depends on that, and no plan or state ever holds what it is instead. */
function checkedByTerraform(arn: string): string {
  return Fn.regex(ARN, arn);
}
