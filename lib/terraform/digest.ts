import { Fn, TerraformLocal, Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import { createHash } from 'node:crypto';
import { isUnknown } from '../input/input';
import { asOfNow, hasLateText, lateText } from './late-text';

/**
 * A short text that is another one for another value: computed here where all of it is known, or will be, and by Terraform where something is not.
 *
 * @param id of the local value below `scope` that Terraform computes it from
 */
export function digestOf(scope: Construct, id: string, value: unknown): string {
  const { text, isKnown, isLate } = written(value);
  const computed = () => createHash('sha256').update(written(value).text).digest('hex').slice(0, 10);
  if (isKnown) return isLate ? lateText(computed) : computed();
  const local = new TerraformLocal(scope, id, isLate ? lateText(() => written(value).text) : text);
  return Fn.substr(Fn.sha256(local.asString), 0, 10);
}

/** A value as JSON, as of now. */
function written(value: unknown): { text: string; isKnown: boolean; isLate: boolean } {
  let [isKnown, isLate] = [true, false];
  const text = JSON.stringify(value, (_, given) => {
    isLate ||= typeof given === 'string' && hasLateText(given);
    const member = typeof given === 'string' ? asOfNow(given) : given;
    if (!isUnknown(member)) return member;
    isKnown = false;
    return typeof member === 'number' ? Tokenization.stringifyNumber(member) : member;
  });
  return { text, isKnown, isLate };
}
