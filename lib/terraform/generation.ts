import { Fn } from 'cdktf';
import { Construct } from 'constructs';
import { TerraformData } from './terraform-data';

/** As many as tell apart what was made of one content at different times. */
const CHARACTERS = 8;

/**
 * A short text that is another one each time another content follows, also where that was there before.
 *
 * For the name of what is never changed and is made before its predecessor goes: where an apply fails in between, the predecessor stays. Who then takes a change
 * back could not have it made anew, as its name would be taken.
 *
 * @param digest another text for another content
 */
export function generationOf(scope: Construct, id: string, digest: string): string {
  const made = new TerraformData(scope, id, { triggersReplace: { digest }, lifecycle: { createBeforeDestroy: true } });
  return Fn.substr(made.interpolationForAttribute('id').toString(), 0, CHARACTERS);
}
