import { Fn, TerraformLocal, Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import { createHash } from 'node:crypto';
import { isUnknown } from '../input/input';

/**
 * A short text that is another one for another value: computed here where all of it is known, and by Terraform where something is not.
 *
 * @param id of the local value below `scope` that Terraform computes it from
 */
export function digestOf(scope: Construct, id: string, value: unknown): string {
  let known = true;
  const text = JSON.stringify(value, (_, member) => {
    if (!isUnknown(member)) return member;
    known = false;
    return typeof member === 'number' ? Tokenization.stringifyNumber(member) : member;
  });
  if (known) return createHash('sha256').update(text).digest('hex').slice(0, 10);
  return Fn.substr(Fn.sha256(new TerraformLocal(scope, id, text).asString), 0, 10);
}
