import { badInput, requireWholeNumber } from '../input/input';

/** Which API keys are generated. */
export interface KeyGenerationsProps {
  /**
   * Generates a read-only key too.
   *
   * @default true
   */
  readonly readOnly?: boolean;

  /**
   * Which generation of the admin key the nodes use. Each generation is a secret of its own.
   *
   * @default 1
   */
  readonly generation?: number;

  /**
   * A second generation of the admin key that is accepted too. It is how a key is rotated while nodes and clients go on
   * working (Qdrant's `alt_api_key`, since 1.17), in three applies:
   *
   * 1. `{ generation: 1, alternateGeneration: 2 }`: key 2 is made, and accepted by every node;
   * 2. `{ generation: 2, alternateGeneration: 1 }`: the nodes use key 2, clients move to it, key 1 is still accepted;
   * 3. `{ generation: 2 }`: key 1 is gone.
   *
   * @default - none
   * @see https://qdrant.tech/documentation/guides/security/#rotating-api-keys
   */
  readonly alternateGeneration?: number;

  /**
   * The generation of the read-only key. Qdrant accepts a single one, so that clients that read must follow when it changes.
   *
   * @default 1
   */
  readonly readOnlyGeneration?: number;
}

/** Throws if a generation is not a whole number from 1 on, or both of the admin key are the same. @internal */
export function checkKeyGenerations(place: string, props: KeyGenerationsProps): void {
  const { generation = 1, alternateGeneration, readOnlyGeneration = 1 } = props;
  const range = { min: 1, max: 1_000_000 };
  requireWholeNumber(place, 'generation', generation, range);
  requireWholeNumber(place, 'readOnlyGeneration', readOnlyGeneration, range);
  if (alternateGeneration === undefined) return;
  requireWholeNumber(place, 'alternateGeneration', alternateGeneration, range);
  if (alternateGeneration !== generation) return;
  throw badInput(place, {
    given: `generation and alternateGeneration are both ${generation}`,
    allowed: 'two different generations',
    instead: `alternateGeneration: ${generation + 1}`,
  });
}
