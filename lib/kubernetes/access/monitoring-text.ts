import { Construct } from 'constructs';
import { badInput, isUnknown, quoted } from '../../input/input';

/** Throws where a text is given that does not match, unless only Terraform knows it. */
export function checkMonitoringText(
  scope: Construct,
  what: string,
  text: string | null | undefined,
  pattern: RegExp,
  allowed: string,
  example: string,
): void {
  if (text === undefined || isUnknown(text) || (typeof text === 'string' && pattern.test(text))) return;
  throw badInput(scope, { given: `${what} is ${quoted(text)}`, allowed, instead: `for example "${example}"` });
}
