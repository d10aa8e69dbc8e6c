import { App, TerraformStack } from 'cdktf';
import { invokeAspects } from 'cdktf/lib/synthesize/synthesizer';
import * as fc from 'fast-check';

/** How often a property is tried, times what the environment variable `PROPERTY_RUNS` says: `PROPERTY_RUNS=100` for a night. */
export function runs(usual: number): fc.Parameters<any> {
  return { numRuns: Math.round(usual * Number(process.env.PROPERTY_RUNS ?? 1)) };
}

/**
 * Texts that are easily taken for each other: few characters, among them both cases of one letter, separators that swap and move, and letters that are
 * no ASCII, or change their number when their case does.
 */
export const nearEqualText = fc.string({
  unit: fc.constantFrom('a', 'A', 'b', '-', '_', '.', '@', '=', 'é', 'e\u0301', 'ß', 'İ'),
  minLength: 1,
  maxLength: 5,
});

/** A part of a name in Kubernetes, as near to others. */
export const nearEqualLabel = fc
  .string({ unit: fc.constantFrom('a', 'b', '-', '0'), minLength: 1, maxLength: 4 })
  .filter((text) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text));

/** What a stack synthesizes to, Aspects included, without the validations of its app. */
export function terraformOf(build: (stack: TerraformStack) => void): any {
  const stack = new TerraformStack(new App({ stackTraces: false }), 'vectors');
  build(stack);
  return resolved(stack);
}

/** What `Testing.synth` writes of a stack, less slowly. */
export function resolved(stack: TerraformStack): any {
  invokeAspects(stack);
  return JSON.parse(JSON.stringify(stack.toTerraform(), (key, value) => (key === '//' ? undefined : value)));
}

/** Does something that may be refused. Returns whether it was done; fails where the refusal does not say what to write instead. */
export function accepted(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    expect((error as Error).message).toMatch(/Allowed: .*Instead: /s);
    return false;
  }
}
