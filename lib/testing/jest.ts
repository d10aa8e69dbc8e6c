import { AllowedExposure } from './exposes-only';
import { matchers } from './matchers';
import { ExpectedFindings } from './no-findings';

declare global {
  // Where jest's types are, these are added to them; elsewhere they are of no use, and no harm.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace jest {
    // The parameters have to be those of @types/jest.
    // eslint-disable-next-line @typescript-eslint/no-unused-vars, @typescript-eslint/no-empty-object-type
    interface Matchers<R, T = {}> {
      /** Nobody but these, and the nodes, can reach the ports; whoever is unknown counts as somebody else. */
      toExposeOnly(expected: AllowedExposure): R;
      /** No API key and no private key is in what is synthesized, planned or kept in a state. */
      toKeepSecretsOutOfState(): R;
      /** The rules find nothing that was not acknowledged. */
      toHaveNoFindings(expected?: ExpectedFindings): R;
    }
  }
}

const { expect } = globalThis as { expect?: { extend?: (matchers: object) => void } };
if (typeof expect?.extend !== 'function') {
  throw new Error(
    "cdktf-qdrant/testing/jest: there is no global expect to extend. Import { matchers } from 'cdktf-qdrant/testing', and call expect.extend(matchers).",
  );
}
expect.extend(matchers);
