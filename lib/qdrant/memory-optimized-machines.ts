/**
 * Families of memory-optimised machines on AWS: of Graviton, with 8 GiB of memory for each processor.
 *
 * @see https://aws.amazon.com/ec2/instance-types/
 */
export enum MemoryOptimizedFamily {
  /** Graviton3, in most regions. */
  R7G = 'r7g',
  /** Graviton4, and up to three times as large. */
  R8G = 'r8g',
}

const SIZES: { readonly [size: string]: number } = {
  medium: 8,
  large: 16,
  xlarge: 32,
  '2xlarge': 64,
  '4xlarge': 128,
  '8xlarge': 256,
  '12xlarge': 384,
  '16xlarge': 512,
};

const MEMORY_GIB: { readonly [family in MemoryOptimizedFamily]: { readonly [size: string]: number } } = {
  [MemoryOptimizedFamily.R7G]: SIZES,
  [MemoryOptimizedFamily.R8G]: { ...SIZES, '24xlarge': 768, '48xlarge': 1536 },
};

/** What the operating system and its agents need of a machine, in GiB. */
const OPERATING_SYSTEM_GIB = 1;

/** The smallest type of a family that leaves a server so much memory, or undefined where none does. @internal */
export function smallestTypeWith(family: MemoryOptimizedFamily, memoryGib: number): string | undefined {
  const size = Object.entries(MEMORY_GIB[family]).find(([, gib]) => gib - OPERATING_SYSTEM_GIB >= memoryGib)?.[0];
  return size && `${family}.${size}`;
}

/** The most memory that a type of the family leaves a server, in GiB. @internal */
export function mostMemoryOf(family: MemoryOptimizedFamily): number {
  return Math.max(...Object.values(MEMORY_GIB[family])) - OPERATING_SYSTEM_GIB;
}

/** What an instance type leaves a server, in GiB; undefined for types of which this library does not know it. @internal */
export function memoryGibOf(instanceType: string): number | undefined {
  const [family, size] = instanceType.split('.');
  const gib = (MEMORY_GIB as { readonly [family: string]: { readonly [size: string]: number } })[family]?.[size];
  return gib === undefined ? undefined : gib - OPERATING_SYSTEM_GIB;
}
