import { badInput, isUnknown, shown } from '../input/input';

const PRODUCT_RATIOS = [4, 8, 16, 32, 64];
const TURBO_BITS = [1, 2, 4];

/**
 * How collections compress their vectors for searches. The original vectors are kept beside the compressed ones.
 *
 * @see https://qdrant.tech/documentation/manage-data/quantization/
 */
export class Quantization {
  /** No compressed vectors: searches read the original ones. */
  public static none(): Quantization {
    return new Quantization('none', undefined);
  }

  /** A byte in place of each number: a quarter of the original. */
  public static scalar(): Quantization {
    return new Quantization('scalar', 4);
  }

  /** A bit in place of each number: a 32nd of the original. */
  public static binary(): Quantization {
    return new Quantization('binary', 32);
  }

  /**
   * Product quantization.
   *
   * @param ratio how many times smaller the vectors become: 4, 8, 16, 32 or 64
   * @throws if Qdrant has no such ratio
   */
  public static product(ratio: number): Quantization {
    requireOneOf('Quantization.product', 'ratio', ratio, PRODUCT_RATIOS);
    return new Quantization(`product x${ratio}`, ratio);
  }

  /**
   * TurboQuant (Qdrant 1.18 and later).
   *
   * @param bits the bits in place of each number: 1, 2 or 4
   * @throws if Qdrant has no such number of bits
   */
  public static turbo(bits: number): Quantization {
    requireOneOf('Quantization.turbo', 'bits', bits, TURBO_BITS);
    return new Quantization(`turbo ${bits} bit`, 32 / bits);
  }

  private constructor(
    private readonly name: string,
    private readonly ratio?: number,
  ) {}

  /** How many bytes the compressed vectors have of so many original ones. @internal */
  public _bytesOf(original: number): number {
    return this.ratio === undefined ? 0 : original / this.ratio;
  }

  public toString(): string {
    return this.name;
  }
}

function requireOneOf(scope: string, name: string, value: number, known: number[]): void {
  if (known.includes(value)) return;
  throw badInput(scope, {
    given: isUnknown(value) ? `${name} is known only when Terraform runs` : `${name} is ${shown(value)}`,
    allowed: known.join(', '),
    instead: `${scope}(${known[0]})`,
  });
}
