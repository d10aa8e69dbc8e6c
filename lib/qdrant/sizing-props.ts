import { OptionNames } from '../input/options';
import { Quantization } from './quantization';

/** The vectors of a collection that a cluster is sized for. All numbers must be known when synthesizing. */
export interface VectorSizingProps {
  /** The number of vectors, once the collection is as large as it will be. Of points with several vectors each, add up a sizing for each. */
  readonly count: number;

  /** The dimension of the vectors, of 32-bit numbers. */
  readonly dimension: number;

  /**
   * The number of nodes.
   *
   * @default 3
   */
  readonly nodeCount?: number;

  /**
   * The replication factor of the collection.
   *
   * @default 2 on three nodes and more, 1 on a single node
   */
  readonly replicationFactor?: number;

  /**
   * How the collection compresses its vectors. Compressed vectors are counted as kept in memory.
   *
   * @default Quantization.none()
   */
  readonly quantization?: Quantization;

  /**
   * Whether the original vectors stay on disk (`on_disk`, or `memory: cold`), and memory holds a part of them only.
   *
   * @default false
   */
  readonly onDisk?: boolean;

  /**
   * The part of the original vectors, from 0 to 1, that memory is to have room for while they are on disk: those of active
   * tenants, for example. Qdrant's rule is that searches take about twice as long with half of the vectors in memory.
   *
   * @default 0 with quantization, 0.5 without
   */
  readonly cachedShare?: number;

  /**
   * The size of the payload of a point in bytes, as JSON. It is counted as kept on disk, where the library has collections keep it.
   *
   * @default 0
   */
  readonly payloadBytes?: number;

  /**
   * The part of `payloadBytes` that payload indexes are made of, in bytes. Indexes are kept in memory.
   *
   * @default 0
   */
  readonly indexedPayloadBytes?: number;
}

/** @internal */
export const VECTOR_SIZING_OPTIONS: OptionNames<VectorSizingProps> = {
  count: true,
  dimension: true,
  nodeCount: true,
  replicationFactor: true,
  quantization: true,
  onDisk: true,
  cachedShare: true,
  payloadBytes: true,
  indexedPayloadBytes: true,
};
