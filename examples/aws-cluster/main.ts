import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, TerraformStack } from 'cdktf';
import { aws } from 'cdktf-qdrant';
import { Construct } from 'constructs';

/** Three nodes in three zones, reached by an application over REST and gRPC. */
class VectorsStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, 'Aws', { region: 'eu-west-1' });

    const cluster = new aws.QdrantCluster(this, 'Cluster', {
      clusterName: 'vectors-cluster',
      network: aws.ClusterNetwork.fromSubnets({
        vpcId: 'vpc-0a1b2c3d4e5f60718',
        subnetIds: ['subnet-0a1b2c3d4e5f60711', 'subnet-0a1b2c3d4e5f60712', 'subnet-0a1b2c3d4e5f60713'],
        zoneCount: 3,
      }),
      instanceType: 'r7g.large',
      dataVolume: { sizeGib: 200 },
    });

    cluster.connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16'));
    cluster.connections.allowGrpcFrom(aws.Peer.securityGroup('sg-0a1b2c3d4e5f60718'));
    cluster.grantRead(aws.Grantee.role('search-service'));
    cluster.addOutputs();
  }
}

const app = new App();
new VectorsStack(app, 'vectors');
app.synth();
