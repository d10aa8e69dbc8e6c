import { IConstruct } from 'constructs';
import { badInput, isUnknown } from '../../input/input';

const FACTORS: { [suffix: string]: number } = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  E: 1e18,
  Ei: 2 ** 60,
};

/**
 * The number that a quantity stands for, or undefined where it is none.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
function valueOf(quantity: string): number | undefined {
  const [, digits, suffix] = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(quantity) ?? [];
  const factor = FACTORS[suffix];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}

/** How many GiB a quantity of bytes is, or undefined where only Terraform knows it. */
export function gibOf(quantity: string): number | undefined {
  const bytes = isUnknown(quantity) ? undefined : valueOf(quantity);
  return bytes === undefined ? undefined : bytes / FACTORS.Gi;
}

/** What Terraform computes the number with that a quantity stands for: Kubernetes writes `1024Gi` back as `1Ti`. */
export function quantityExpression(text: string): string {
  // As a text, a large number of JavaScript's would lose its last digits.
  const exact = (factor: number) => (Number.isInteger(factor) ? BigInt(factor) : factor);
  const factors = Object.entries(FACTORS).map(([suffix, factor]) => `"${suffix}" = ${exact(factor)}`);
  const digits = `tonumber(regex("^[0-9.]+", ${text}))`;
  return `try(tonumber(${text}), ${digits} * lookup({ ${factors.join(', ')} }, regex("[A-Za-z]*$", ${text})))`;
}

/** Throws unless the text is a quantity of at least so much, or unknown. */
export function checkQuantity(
  scope: IConstruct,
  name: string,
  quantity: string,
  least: { readonly quantity: string; readonly example: string },
): void {
  if (isUnknown(quantity)) return;
  const value = valueOf(quantity);
  if (value !== undefined && value >= valueOf(least.quantity)!) return;
  throw badInput(scope, {
    given: `${name} is "${quantity}"`,
    allowed: `a quantity of Kubernetes, at least ${least.quantity}`,
    instead: `${name}: "${least.example}"`,
  });
}
