const { measure } = require('./measure');

const [clusters, outdir] = [Number(process.argv[2]), process.argv[3]];

measure(() => {
  const { App, TerraformStack } = require('cdktf');
  const { AwsProvider } = require('@cdktf/provider-aws/lib/provider');
  const { aws } = require('cdktf-qdrant');
  if (clusters === 0) return void aws.QdrantCluster;

  const app = new App({ outdir });
  const stack = new TerraformStack(app, 'vectors');
  new AwsProvider(stack, 'Aws', { region: 'eu-west-1' });
  const network = aws.ClusterNetwork.fromSubnets({ vpcId: 'vpc-1', subnetIds: ['subnet-1', 'subnet-2', 'subnet-3'] });
  for (let index = 0; index < clusters; index++) {
    const cluster = new aws.QdrantCluster(stack, `Cluster${index}`, {
      network,
      instanceType: 'r7g.large',
      dataVolume: { sizeGib: 200 },
    });
    cluster.connections.allowRestFrom(aws.Peer.ipv4('10.0.0.0/8'));
  }
  app.synth();
});
