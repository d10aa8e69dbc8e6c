import { badInput, requireBooleanIfGiven, requireWholeNumber } from '../input/input';

/** Properties of generated API keys. */
export interface KeyGenerationsProps {
  /**
   * Whether to generate a read-only key as well.
   *
   * @default true
   */
  readonly readOnly?: boolean;

  /**
   * The generation of the admin key that the nodes use. Each generation is a separate secret.
   *
   * @default 1
   */
  readonly generation?: number;

  /**
   * A second generation of the admin key that the nodes accept as well (`alt_api_key`, Qdrant 1.17 and later). Use it to rotate
   * the admin key without downtime, in three applies:
   *
   * 1. `{ generation: 1, alternateGeneration: 2 }`: key 2 is generated, and every node accepts it;
   * 2. `{ generation: 2, alternateGeneration: 1 }`: the nodes use key 2 and still accept key 1; move the clients to key 2;
   * 3. `{ generation: 2 }`: key 1 is deleted.
   *
   * @default - none
   * @see https://qdrant.tech/documentation/guides/security/#rotating-api-keys
   */
  readonly alternateGeneration?: number;

  /**
   * The generation of the read-only key. Qdrant accepts only one read-only key at a time, so clients must switch when it
   * changes.
   *
   * @default 1
   */
  readonly readOnlyGeneration?: number;
}

/** Throws if an option is of another kind, a generation is not a whole number from 1 on, or both of the admin key are the same. @internal */
export function checkKeyGenerations(scope: string, props: KeyGenerationsProps): void {
  const { generation = 1, alternateGeneration, readOnlyGeneration = 1 } = props;
  const range = { min: 1, max: 1_000_000 };
  requireBooleanIfGiven(scope, 'readOnly', props.readOnly);
  requireWholeNumber(scope, 'generation', generation, range);
  requireWholeNumber(scope, 'readOnlyGeneration', readOnlyGeneration, range);
  if (alternateGeneration === undefined) return;
  requireWholeNumber(scope, 'alternateGeneration', alternateGeneration, range);
  if (alternateGeneration !== generation) return;
  throw badInput(scope, {
    given: `generation and alternateGeneration are both ${generation}`,
    allowed: 'two different generations',
    instead: `alternateGeneration: ${generation + 1}`,
  });
}
