import { Token } from 'cdktf';
import { MemoryOptimizedFamily, Quantization, Sizing, VectorSizingProps } from '../../lib';

/** One node and one copy, so that the numbers are those of Qdrant's pages. */
const oneMillion: VectorSizingProps = { count: 1_000_000, dimension: 1024, nodeCount: 1 };
/** On three nodes, with two copies of each. */
const twentyMillion: VectorSizingProps = { count: 20_000_000, dimension: 1024 };
const unknown = Token.asNumber({ resolve: () => 1 });

describe('a sizing for vectors', () => {
  test('is that of Qdrant’s example: a million of 1024 dimensions need 5.72 GiB', () => {
    const { memoryGib, snapshotGib, dataGib, volumeGib } = Sizing.forVectors(oneMillion);
    // 11.44 GiB to have room for the data twice.
    expect({ memoryGib, snapshotGib, dataGib, volumeGib }).toEqual({
      memoryGib: 6,
      snapshotGib: 6,
      dataGib: 12,
      volumeGib: 18,
    });
  });

  // Each by hand, from what the two pages of Qdrant say that the class names.
  test.each<[string, VectorSizingProps, { memoryGib: number; dataGib: number; snapshotGib: number }]>([
    ['two copies on three nodes', twentyMillion, { memoryGib: 77, dataGib: 153, snapshotGib: 77 }],
    ['three copies', { ...twentyMillion, replicationFactor: 3 }, { memoryGib: 115, dataGib: 229, snapshotGib: 115 }],
    ['five nodes', { ...twentyMillion, nodeCount: 5 }, { memoryGib: 46, dataGib: 92, snapshotGib: 46 }],
    [
      'scalar quantization beside vectors in memory',
      { ...twentyMillion, quantization: Quantization.scalar() },
      { memoryGib: 96, dataGib: 191, snapshotGib: 96 },
    ],
    [
      'scalar quantization, and the vectors on disk',
      { ...twentyMillion, quantization: Quantization.scalar(), onDisk: true },
      { memoryGib: 20, dataGib: 191, snapshotGib: 96 },
    ],
    [
      'binary quantization, where graph and ids need more than the vectors',
      { ...twentyMillion, quantization: Quantization.binary(), onDisk: true },
      { memoryGib: 5, dataGib: 158, snapshotGib: 79 },
    ],
    [
      'vectors on disk, half of them cached',
      { ...twentyMillion, onDisk: true },
      { memoryGib: 39, dataGib: 153, snapshotGib: 77 },
    ],
    [
      'vectors on disk, none of them cached',
      { ...twentyMillion, onDisk: true, cachedShare: 0 },
      { memoryGib: 4, dataGib: 153, snapshotGib: 77 },
    ],
    ['payload', { ...oneMillion, payloadBytes: 5000 }, { memoryGib: 6, dataGib: 26, snapshotGib: 13 }],
    [
      'payload with indexes',
      { ...oneMillion, payloadBytes: 5000, indexedPayloadBytes: 500 },
      { memoryGib: 7, dataGib: 29, snapshotGib: 15 },
    ],
    ['next to nothing', { count: 1, dimension: 1 }, { memoryGib: 1, dataGib: 10, snapshotGib: 1 }],
  ])('%s', (_of, props, expected) => {
    expect(Sizing.forVectors(props)).toMatchObject(expected);
  });

  test.each<[Quantization, number]>([
    [Quantization.none(), 1145],
    [Quantization.scalar(), 287],
    [Quantization.turbo(4), 144],
    [Quantization.turbo(2), 81],
    [Quantization.product(16), 81],
    [Quantization.product(64), 38],
  ])('%s: 100 million vectors of 2048 dimensions, all but compressed ones on disk: %s GiB', (quantization, memoryGib) => {
    const onDisk = quantization.toString() !== 'none';
    expect(Sizing.forVectors({ count: 100_000_000, dimension: 2048, nodeCount: 1, quantization, onDisk }).memoryGib).toBe(
      memoryGib,
    );
  });

  test('adds up collections', () => {
    const both = Sizing.forVectors(twentyMillion).plus(Sizing.forVectors({ ...twentyMillion, payloadBytes: 1000 }));
    // 152.59 of memory, not twice 77; 305.18 and 37.25 of data.
    expect(both).toMatchObject({ memoryGib: 153, dataGib: 343, nodeCount: 3 });
  });

  test('is in the words of each target', () => {
    const sizing = Sizing.forVectors(twentyMillion);
    expect(sizing.instanceType()).toBe('r7g.4xlarge');
    expect(sizing.instanceType(MemoryOptimizedFamily.R8G)).toBe('r8g.4xlarge');
    const { memoryQuantity, cpuQuantity, dataVolumeQuantity, snapshotVolumeQuantity } = sizing;
    expect([memoryQuantity, cpuQuantity, dataVolumeQuantity, snapshotVolumeQuantity]).toEqual(['77Gi', '10', '153Gi', '77Gi']);
  });

  test.each([
    [1_000_000, 'r7g.medium'],
    [1_300_000, 'r7g.large'], // 8 GiB, which r7g.medium has, but not beside its operating system
    [22_000_000, 'r7g.4xlarge'],
  ])('of %s vectors on one node fits %s', (count, type) => {
    expect(Sizing.forVectors({ ...oneMillion, count }).instanceType()).toBe(type);
  });

  test('that fits no machine of a family is refused, with so many nodes as it fits', () => {
    const vast = { ...oneMillion, count: 200_000_000 };
    const instead = /needs 1145 GiB.*up to 511 GiB.*nodeCount: 3,/;
    expect(() => Sizing.forVectors(vast).instanceType()).toThrow(instead);
    expect(Sizing.forVectors(vast).instanceType(MemoryOptimizedFamily.R8G)).toBe('r8g.48xlarge');
    expect(Sizing.forVectors({ ...vast, nodeCount: 3, replicationFactor: 1 }).instanceType()).toBe('r7g.12xlarge');
  });
});

describe('a sizing refuses, and says what to write', () => {
  test.each<[string, any, RegExp]>([
    ['no vectors', { count: 0 }, /count is 0.*from 1 to/],
    ['a part of a vector', { count: 1.5 }, /count is 1\.5.*Instead: count: 2/],
    ['too large a dimension', { dimension: 100_000 }, /dimension is 100000.*1 to 65536/],
    ['two nodes', { nodeCount: 2 }, /nodeCount is 2.*two have no majority/],
    [
      'more copies than nodes',
      { nodeCount: 3, replicationFactor: 4 },
      /replicationFactor is 4.*from 1 to 3 copies, one a node/,
    ],
    ['more indexed than there is', { payloadBytes: 10, indexedPayloadBytes: 11 }, /indexedPayloadBytes is 11.*from 0 to 10/],
    ['a share of vectors that are in memory', { cachedShare: 0.2 }, /not on disk.*Instead: onDisk: true, cachedShare: 0\.2/],
    ['a share above 1', { onDisk: true, cachedShare: 20 }, /cachedShare is 20.*from 0 to 1/],
    ['a quantization by its name', { quantization: 'scalar' }, /quantization is a string.*Quantization\.scalar\(\)/],
    ['what only Terraform knows', { count: unknown }, /count is known only when Terraform runs.*count: 1000000, as large as/],
    ['nodes that only Terraform knows', { nodeCount: unknown }, /nodeCount is known only when Terraform runs/],
    ['a share that only Terraform knows', { onDisk: true, cachedShare: unknown }, /cachedShare is known only/],
    ['a misspelt option', { ondisk: true }, /ondisk is no option.*Instead: onDisk/],
  ])('%s', (_what, props, message) => {
    const make = () => Sizing.forVectors({ count: 1_000_000, dimension: 1024, ...props });
    expect(make).toThrow(message);
    expect(make).toThrow(/^Sizing\.forVectors: .*Allowed: .*Instead: /);
  });

  test('ratios and bits that Qdrant does not have', () => {
    expect(() => Quantization.product(5)).toThrow(
      /ratio is 5\. Allowed: 4, 8, 16, 32, 64\. Instead: Quantization\.product\(4\)/,
    );
    expect(() => Quantization.turbo(8)).toThrow(/bits is 8\. Allowed: 1, 2, 4/);
    expect(() => Quantization.turbo(unknown)).toThrow(/bits is known only when Terraform runs/);
  });

  test('to add up clusters of other numbers of nodes', () => {
    const five = Sizing.forVectors({ ...twentyMillion, nodeCount: 5 });
    expect(() => Sizing.forVectors(twentyMillion).plus(five)).toThrow(/of 5 nodes\. Allowed: one of 3/);
  });
});
