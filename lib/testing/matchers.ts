import { AllowedExposure, exposesOnly } from './exposes-only';
import { TestInput } from './input';
import { ExpectedFindings, hasNoFindings } from './no-findings';
import { keepsSecretsOutOfState } from './secrets-out-of-state';
import { Verdict } from './verdict';

/** A verdict as `expect` wants it, of jest and of vitest. */
interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** The matchers, for `expect.extend(matchers)`. Jest has them by `import 'cdktf-qdrant/testing/jest'`. */
export const matchers = {
  toExposeOnly: (received: TestInput, expected: AllowedExposure) => resultOf(exposesOnly(received, expected)),
  toKeepSecretsOutOfState: (received: TestInput) => resultOf(keepsSecretsOutOfState(received)),
  toHaveNoFindings: (received: TestInput, expected?: ExpectedFindings) => resultOf(hasNoFindings(received, expected)),
};

function resultOf({ pass, message }: Verdict): MatcherResult {
  return { pass, message: () => message };
}
