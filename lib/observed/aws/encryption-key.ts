import { isGiven, ObservedResource, Resources, unchecked } from '../resources';
import { isSameText } from '../sameness';
import { allOf, anyOf, Verdict } from '../verdict';
import { isAmong, Statement } from './statements';

const DECRYPTING = 'kms:Decrypt';
/** The key that AWS itself keeps for Secrets Manager, which whoever may read a secret may use. */
const OF_AWS = /(^|\/)aws\/secretsmanager$/;
const KEY_POLICY = 'aws_kms_key_policy';

/** What tells who may use keys. */
export const KEYS = ['aws_kms_key', KEY_POLICY];

/** The customer managed key that is meant, by its identity; undefined where it is that of AWS. */
export function encryptionKey(arn: unknown, from: Pick<ObservedResource, 'scope'>, resources: Resources): string | undefined {
  if (!isGiven(arn) || OF_AWS.test(String(arn))) return undefined;
  return resources.identityOfOne(from, unchecked(arn));
}

/** Whether a key leaves it to the policies of the account who may use it, for certain: it is made here, with no policy of its own. */
export function isLeftToAccount(key: string, resources: Resources): boolean {
  const made = resources.identified(key);
  const hasPolicy = (policy: ObservedResource) =>
    isSameText(resources.identity(policy, unchecked(policy.values.key_id)), key) !== false;
  return made?.type === 'aws_kms_key' && !isGiven(made.values.policy) && !resources.ofType(KEY_POLICY).some(hasPolicy);
}

/** Tells of each key whether a statement is about decrypting what it has encrypted. */
export function aboutDecrypting(statement: Statement, from: ObservedResource, resources: Resources) {
  const isDecrypting = isAmong(DECRYPTING, statement);
  const named = statement.resources.map((pattern) => ({
    pattern,
    identity: resources.identityOfOne(from, unchecked(pattern)),
  }));
  return (key: string): Verdict => {
    if (isDecrypting === false) return false;
    const isNamed = named.map(({ pattern, identity }) => /^\*+$/.test(pattern) || identity === key || undefined);
    return allOf([isDecrypting, anyOf(isNamed)]);
  };
}
