import { badInput, requireEnumIfGiven } from '../input/input';
import { requireInstance } from '../input/nominal';
import { MemoryOptimizedFamily, mostMemoryOf, smallestTypeWith } from './memory-optimized-machines';
import { Quantization } from './quantization';
import { checkVectorSizing } from './sizing-checks';
import { VectorSizingProps } from './sizing-props';

const GIB = 2 ** 30;

/** Qdrant's rule of thumb: half as much again as the vectors, for indexes, versions of points and segments that are being optimized. */
const WITH_ALL_ELSE = 1.5;
/** Where the parts are counted one by one: what optimizers and the operating system's cache need besides. */
const WITH_HEADROOM = 1.2;
/** An HNSW graph with the default of 16 edges a vector, each in both directions and of 4 bytes, on all its layers. */
const GRAPH_BYTES = 16 * 2 * 4 * 1.2;
/** What is always in memory for a point, to find it by its id. */
const ID_BYTES = 52;
const PAYLOAD_INDEX_RATIO = 2;
/** A snapshot is restored beside the data that it takes the place of. */
const DISK_FOR_RESTORE = 2;

const LEAST_MEMORY_GIB = 1;
/** The least that AWS's nodes take, and room for the log of a cluster that has no data yet. */
const LEAST_DATA_GIB = 10;
/** What memory-optimised machines have. */
const MEMORY_GIB_A_PROCESSOR = 8;

/** What the copies of all vectors need together, in bytes. */
interface Need {
  readonly memory: number;
  /** The data at rest, without room to restore it. */
  readonly disk: number;
}

/** What each node of a cluster has, in GiB. What is unknown is undefined, as is the volume for snapshots where they lie with the data. @internal */
export interface NodeCapacity {
  readonly memoryGib?: number;
  readonly dataVolumeGib?: number;
  readonly snapshotVolumeGib?: number;
}

/**
 * The size of a cluster, by what it is to hold: an estimate to begin with, by the rules that Qdrant publishes. Measure with data
 * of your own before you order machines by it.
 *
 * Of the vectors that memory holds (compressed ones, and original ones that are not on disk) it takes the larger of two: 1.5
 * times their bytes, which is `count * dimension * 4 * 1.5` for vectors that are neither compressed nor on disk; or 1.2 times
 * the sum of their bytes, of 154 bytes a vector for the graph of its neighbours and of 52 for its id. Payload indexes come on
 * top, with twice the bytes that are indexed. On disk there are original and compressed vectors by the same rule, and 1.5 times
 * the payload; a data volume has room for that twice, as restoring a snapshot needs. All of it is multiplied by the replication
 * factor, and divided by the number of nodes.
 *
 * @see https://qdrant.tech/documentation/capacity-planning/
 * @see https://github.com/qdrant/skills/blob/main/skills/qdrant-sizing/SKILL.md
 * @example
 * const sizing = Sizing.forVectors({ count: 20_000_000, dimension: 1024, quantization: Quantization.scalar(), onDisk: true });
 */
export class Sizing {
  /**
   * The size of a cluster for the vectors of a collection. `plus` adds further collections.
   *
   * @throws if a number is none, out of its range, or known only when Terraform runs
   */
  public static forVectors(props: VectorSizingProps): Sizing {
    checkVectorSizing(props);
    const { nodeCount = 3, replicationFactor = nodeCount === 1 ? 1 : 2 } = props;
    const one = needOfOneCopy(props);
    return new Sizing(nodeCount, { memory: one.memory * replicationFactor, disk: one.disk * replicationFactor });
  }

  private constructor(
    /** The number of nodes that the size is of. */
    public readonly nodeCount: number,
    private readonly need: Need,
  ) {}

  /** The memory that the server of each node needs, in GiB. */
  public get memoryGib(): number {
    return gibOf(this.need.memory / this.nodeCount, LEAST_MEMORY_GIB);
  }

  /** The processors of each node: one for 8 GiB of memory, as memory-optimised machines have. How many searches there are decides whether they are enough. */
  public get processors(): number {
    return Math.ceil(this.memoryGib / MEMORY_GIB_A_PROCESSOR);
  }

  /** The data of each node on disk, with room to restore it from a snapshot, in GiB. Snapshots are not included. */
  public get dataGib(): number {
    return gibOf((this.need.disk * DISK_FOR_RESTORE) / this.nodeCount, LEAST_DATA_GIB);
  }

  /** One snapshot of everything that a node has, in GiB. */
  public get snapshotGib(): number {
    return gibOf(this.need.disk / this.nodeCount, 1);
  }

  /** The size of the data volume of a node on AWS, in GiB, for `dataVolume.sizeGib`: it holds the data and a snapshot. */
  public get volumeGib(): number {
    return this.dataGib + this.snapshotGib;
  }

  /** The memory of a node for `resources.memory` on Kubernetes, for example `24Gi`. */
  public get memoryQuantity(): string {
    return `${this.memoryGib}Gi`;
  }

  /** The CPU of a node for `resources.cpu` on Kubernetes, for example `3`. */
  public get cpuQuantity(): string {
    return `${this.processors}`;
  }

  /** The size for `dataVolume.size` on Kubernetes, for example `200Gi`. */
  public get dataVolumeQuantity(): string {
    return `${this.dataGib}Gi`;
  }

  /** The size for `snapshotVolume.size` on Kubernetes, for example `100Gi`. */
  public get snapshotVolumeQuantity(): string {
    return `${this.snapshotGib}Gi`;
  }

  /**
   * The smallest memory-optimised instance type that a node fits on, beside 1 GiB for its operating system: a suggestion for
   * `instanceType` on AWS.
   *
   * @param family the default is R7G
   * @throws if no type of the family is large enough
   */
  public instanceType(family: MemoryOptimizedFamily = MemoryOptimizedFamily.R7G): string {
    requireEnumIfGiven('Sizing.instanceType', 'family', family, 'MemoryOptimizedFamily', MemoryOptimizedFamily);
    const type = smallestTypeWith(family, this.memoryGib);
    if (type) return type;
    const most = mostMemoryOf(family);
    throw badInput('Sizing.instanceType', {
      given: `each of ${this.nodeCount} nodes needs ${this.memoryGib} GiB of memory`,
      allowed: `up to ${most} GiB, the most that a machine of ${family} leaves a server`,
      instead: `nodeCount: ${Math.max(3, Math.ceil(this.need.memory / GIB / most))}, or quantization: Quantization.scalar() with onDisk: true`,
    });
  }

  /**
   * The size of a cluster for the vectors of this sizing and of another one, for example of a second collection.
   *
   * @throws if the other one is of another number of nodes
   */
  public plus(other: Sizing): Sizing {
    requireInstance('Sizing.plus', 'other', other, Sizing, 'Sizing.forVectors({ count: 1_000_000, dimension: 1024 })');
    if (other.nodeCount === this.nodeCount) {
      const { need } = other;
      return new Sizing(this.nodeCount, { memory: this.need.memory + need.memory, disk: this.need.disk + need.disk });
    }
    throw badInput('Sizing.plus', {
      given: `the sizing of a cluster of ${other.nodeCount} nodes`,
      allowed: `one of ${this.nodeCount}, as they are nodes of the same cluster`,
      instead: `nodeCount: ${this.nodeCount} in both`,
    });
  }

  /** What nodes lack for what they are sized for, one phrase each. @internal */
  public _shortfallsOf(nodeCount: number, { memoryGib, dataVolumeGib, snapshotVolumeGib }: NodeCapacity): string[] {
    const needed = new Sizing(nodeCount, this.need);
    const isOneVolume = snapshotVolumeGib === undefined;
    const pairs: Array<[string, number | undefined, number]> = [
      ['of memory', memoryGib, needed.memoryGib],
      [isOneVolume ? 'for data and snapshots' : 'for data', dataVolumeGib, isOneVolume ? needed.volumeGib : needed.dataGib],
      ['for snapshots', snapshotVolumeGib, needed.snapshotGib],
    ];
    return pairs.flatMap(([of, has, needs]) =>
      has === undefined || has >= needs ? [] : [`${rounded(has)} GiB ${of}, and is sized for ${needs} GiB`],
    );
  }
}

function needOfOneCopy(props: VectorSizingProps): Need {
  const { count, dimension, quantization = Quantization.none(), onDisk = false } = props;
  const { payloadBytes = 0, indexedPayloadBytes = 0 } = props;
  const original = count * dimension * 4;
  const compressed = quantization._bytesOf(original);
  const { cachedShare = compressed > 0 ? 0 : 0.5 } = props;
  const inMemory = compressed + original * (onDisk ? cachedShare : 1);
  const indexes = count * indexedPayloadBytes * PAYLOAD_INDEX_RATIO;
  return {
    memory: withAllElse(inMemory, count) + indexes * WITH_HEADROOM,
    disk: withAllElse(original + compressed, count) + (count * payloadBytes + indexes) * WITH_ALL_ELSE,
  };
}

/** The rule of thumb is too little for small vectors and for compressed ones, as graph and ids do not shrink with them. */
function withAllElse(vectors: number, count: number): number {
  return Math.max(vectors * WITH_ALL_ELSE, (vectors + count * (GRAPH_BYTES + ID_BYTES)) * WITH_HEADROOM);
}

function gibOf(bytes: number, least: number): number {
  return Math.max(Math.ceil(bytes / GIB), least);
}

function rounded(gib: number): number {
  return Math.floor(gib * 10) / 10;
}
