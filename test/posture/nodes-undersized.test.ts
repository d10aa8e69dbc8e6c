import { App, TerraformStack, Token } from 'cdktf';
import { aws, kubernetes, Sizing } from '../../lib';
import { minimal as onKubernetes } from '../support/kubernetes/synth';
import { minimal as onAws } from '../support/synth';

/** 77 GiB of memory, 153 for data and 77 for snapshots, on each of three nodes. */
const sizing = Sizing.forVectors({ count: 20_000_000, dimension: 1024 });
const stackOf = () => new TerraformStack(new App(), 'vectors');
const shortfallsOf = ({ posture }: aws.QdrantCluster | kubernetes.QdrantCluster) =>
  posture
    .findings()
    .filter(({ ruleId }) => ruleId === 'QDR077')
    .map(({ what }) => what);

describe('QDR077 on AWS', () => {
  const found = (props: object) => shortfallsOf(new aws.QdrantCluster(stackOf(), 'C', { ...onAws, sizing, ...props }));
  const large = { instanceType: 'r7g.4xlarge', dataVolume: { sizeGib: 230 } };

  test('finds nothing in a cluster of what the sizing gives, and what is a GiB smaller', () => {
    expect(large).toEqual({ instanceType: sizing.instanceType(), dataVolume: { sizeGib: sizing.volumeGib } });
    expect(found(large)).toEqual([]);
    expect(found({ ...large, dataVolume: { sizeGib: 229 } })).toEqual([
      'each node has 229 GiB for data and snapshots, and is sized for 230 GiB',
    ]);
    expect(found({ ...large, instanceType: 'r7g.2xlarge' })).toEqual([
      'each node has 63 GiB of memory, and is sized for 77 GiB',
    ]);
  });

  test('counts the nodes that the cluster has, and not those that the sizing was of', () => {
    expect(found({ ...large, instanceType: 'r7g.2xlarge', nodeCount: 5 })).toEqual([]);
    expect(found({ ...large, nodeCount: 1 })).toHaveLength(2);
  });

  test('finds nothing in what is not known, nor where nothing was sized', () => {
    const later = { resolve: () => 1 };
    expect(found({ instanceType: 'x2gd.medium', dataVolume: { sizeGib: 230 } })).toEqual([]);
    expect(found({ instanceType: Token.asString(later), dataVolume: { sizeGib: Token.asNumber(later) } })).toEqual([]);
    expect(found({ sizing: undefined })).toEqual([]);
  });
});

describe('QDR077 on Kubernetes', () => {
  const found = (props: object) =>
    shortfallsOf(new kubernetes.QdrantCluster(stackOf(), 'C', { ...onKubernetes, sizing, ...props }));
  const large = {
    resources: { memory: '77Gi' },
    dataVolume: { size: '153Gi' },
    snapshotVolume: { size: '77Gi' },
  };

  test('finds nothing in a cluster of what the sizing gives, and what is smaller in each', () => {
    expect(large).toEqual({
      resources: { memory: sizing.memoryQuantity },
      dataVolume: { size: sizing.dataVolumeQuantity },
      snapshotVolume: { size: sizing.snapshotVolumeQuantity },
    });
    expect(found(large)).toEqual([]);
    // A G is less than a Gi.
    expect(found({ ...large, resources: { memory: '77G' } })).toEqual([
      'each node has 71.7 GiB of memory, and is sized for 77 GiB',
    ]);
    expect(found({ ...large, dataVolume: { size: '152Gi' } })).toEqual([
      'each node has 152 GiB for data, and is sized for 153 GiB',
    ]);
    expect(found({ ...large, snapshotVolume: { size: '70Gi' } })).toEqual([
      'each node has 70 GiB for snapshots, and is sized for 77 GiB',
    ]);
  });

  test('takes snapshots to have what data has, where their volume is not given', () => {
    expect(found({ ...large, snapshotVolume: undefined })).toEqual([]);
  });

  test('finds nothing in what is not known', () => {
    const size = Token.asString({ resolve: () => '1Gi' });
    expect(found({ resources: { memory: size }, dataVolume: { size }, snapshotVolume: { size } })).toEqual([]);
  });
});

test('a sizing that is none is refused', () => {
  expect(() => new aws.QdrantCluster(stackOf(), 'C', { ...onAws, sizing: { memoryGib: 5 } as any })).toThrow(
    /sizing is a plain object, no Sizing.*Sizing\.forVectors/,
  );
});
