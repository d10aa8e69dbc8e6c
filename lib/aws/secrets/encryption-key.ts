import { badInput, isUnknown, Scope } from '../../input/input';

/**
 * Throws unless it is the ARN of a key of KMS, or it is left out. An alias is no name of a key: who may decrypt with it is not said by it, and it may
 * point to another key tomorrow.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id-key-ARN
 */
export function checkEncryptionKey(scope: Scope, option: string, arn: string | undefined): void {
  if (arn === undefined || isUnknown(arn)) return;
  if (typeof arn === 'string' && /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/.test(arn)) return;
  throw badInput(scope, {
    given: `${option} is ${JSON.stringify(arn)}`,
    allowed: 'arn:aws:kms:REGION:ACCOUNT:key/ID, and no alias',
    instead: `${option}: key.arn, or DataAwsKmsAlias(...).targetKeyArn`,
  });
}
