import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { App, TerraformStack } from 'cdktf';
import { aws, QdrantVersion } from 'cdktf-qdrant';
import { Construct } from 'constructs';

/**
 * Every client presents a certificate that AWS Private CA issued, on REST and on gRPC, and comes in through a load balancer that faces the
 * internet.
 */
class GuardedVectorsStack extends TerraformStack {
  public constructor(scope: Construct, id: string) {
    super(scope, id);
    new AwsProvider(this, 'Aws', { region: 'eu-west-1' });
    const authority = 'arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555';
    const encryptionKeyArn = 'arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555';

    const cluster = new aws.QdrantCluster(this, 'Cluster', {
      clusterName: 'guarded-vectors-cluster',
      version: QdrantVersion.V1_19_0,
      network: aws.ClusterNetwork.fromSubnets({
        vpcId: 'vpc-0a1b2c3d4e5f60718',
        subnetIds: ['subnet-0a1b2c3d4e5f60711', 'subnet-0a1b2c3d4e5f60712', 'subnet-0a1b2c3d4e5f60713'],
        nodeNames: aws.NodeNames.privateZone('vectors.internal'),
      }),
      instanceType: 'r7i.xlarge',
      dataVolume: { sizeGib: 500, iops: 6000, throughputMibps: 250, encryptionKeyArn },
      apiKeys: aws.ApiKeys.generated({ encryptionKeyArn }),
      tls: aws.Tls.fromPrivateCa(authority),
      clientVerification: aws.ClientVerification.required(),
      hostNames: ['vectors.example.com'],
      settings: { auditLog: true, jwtRbac: true },
    });

    const balancer = cluster.addLoadBalancer('Public', {
      scheme: aws.LoadBalancerScheme.INTERNET_FACING,
      subnetIds: ['subnet-0a1b2c3d4e5f60721', 'subnet-0a1b2c3d4e5f60722', 'subnet-0a1b2c3d4e5f60723'],
    });
    balancer.connections.allowGrpcFrom(aws.Peer.anyIpv4());
    balancer.connections.allowRestFrom(aws.Peer.ipv4('203.0.113.0/24'));
    cluster.connections.allowRestFrom(aws.Peer.securityGroup('sg-0a1b2c3d4e5f60718'));
    cluster.grantAdmin(aws.Grantee.role('vectors-operator'));
  }
}

const app = new App();
new GuardedVectorsStack(app, 'guarded-vectors');
app.synth();
