import { TerraformStack } from 'cdktf';
import { aws } from '../../lib';
import { AwsApi } from '../support/aws/api';
import { addNetwork } from '../support/aws/network';
import { describeWith } from '../support/programs';
import { TerraformRun } from '../support/terraform';

describeWith(['terraform', 'moto'], 'a cluster that goes', () => {
  let api: AwsApi;
  let terraform: TerraformRun;

  function synth(build: (stack: TerraformStack, network: aws.ClusterNetwork) => void): void {
    terraform.synth((stack) => {
      const { vpcId, subnetIds } = addNetwork(stack);
      build(stack, aws.ClusterNetwork.fromSubnets({ vpcId, subnetIds }));
    });
  }
  const cluster = (id: string, dataVolume: aws.DataVolumeProps = { sizeGib: 50 }) =>
    synth((stack, network) => {
      new aws.QdrantCluster(stack, id, { network, instanceType: 'r7g.large', dataVolume, clusterName: 'vectors' });
    });

  beforeAll(async () => {
    api = await AwsApi.start();
    terraform = new TerraformRun(api.url);
    cluster('Cluster');
    terraform.init();
    terraform.apply();
  });
  afterAll(() => api?.stop());

  test('because its construct was renamed fails the plan, which says what to do', () => {
    cluster('Renamed');
    terraform.terraform(['plan', '-input=false'], [1]);
    const said = terraform.log.replace(/\s*\n│? ?/g, ' ');
    expect(said).toContain('Another construct has made nodes of the Qdrant cluster vectors');
    expect(said).toContain('go back to the former');
    cluster('Cluster');
    expect(terraform.plan()).toEqual([]);
  });

  const snapshots: string[] = [];

  test('from the code leaves a final snapshot of each volume, which tells whose it is', async () => {
    synth(() => {});
    terraform.apply();
    expect(terraform.resources('aws_ebs_volume')).toEqual([]);
    for (const node of ['0', '1', '2']) {
      const xml: string = await api.call('DescribeSnapshots', {
        'Filter.1.Name': 'tag:QdrantCluster',
        'Filter.1.Value.1': 'vectors',
        'Filter.2.Name': 'tag:QdrantNode',
        'Filter.2.Value.1': node,
      });
      const ids = [...xml.matchAll(/<snapshotId>(.*?)<\/snapshotId>/g)].map(([, id]) => id);
      expect(ids).toHaveLength(1);
      snapshots.push(...ids);
    }
    expect(new Set(snapshots).size).toBe(3);
  });

  test('is made again from these snapshots, each node from its own', () => {
    cluster('Cluster', { sizeGib: 80, snapshotIds: snapshots });
    terraform.apply();
    const made = terraform
      .resources('aws_ebs_volume')
      .map(({ tags, snapshot_id: id, size, encrypted }) => ({ node: tags.QdrantNode, id, size, encrypted }))
      .sort((a, b) => a.node.localeCompare(b.node));
    expect(made).toEqual(snapshots.map((id, index) => ({ node: String(index), id, size: 80, encrypted: true })));
    expect(terraform.plan()).toEqual([]);
  });

  test('and was made from snapshots keeps its volumes when they are no longer named', () => {
    cluster('Cluster', { sizeGib: 80 });
    expect(terraform.plan()).toEqual([]);
  });
});
