import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { App, TerraformStack } from 'cdktf';
import { aws } from '../lib';
import { readFiles } from '../lib/observed/readers/read';
import { reportOf } from '../lib/observed/report/report';
import { svgReport } from '../lib/observed/report/svg';

/** The picture that this script draws: what README.md shows. */
export const PICTURE = join(__dirname, '..', 'docs', 'posture.svg');

/**
 * A cluster behind a load balancer, and in a stack of somebody else a rule for debugging that was left behind.
 *
 * @param outdir where it is synthesized
 */
export function synthesizeExample(outdir: string, nodeCount: number): void {
  const app = new App({ outdir, skipValidation: true });
  const stack = new TerraformStack(app, 'vectors');
  new AwsProvider(stack, 'Aws', { region: 'eu-west-1' });
  const cluster = new aws.QdrantCluster(stack, 'Cluster', {
    clusterName: 'vectors',
    nodeCount,
    network: aws.ClusterNetwork.fromSubnets({
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      subnetIds: ['subnet-0a1b2c3d4e5f60711', 'subnet-0a1b2c3d4e5f60712', 'subnet-0a1b2c3d4e5f60713'],
      zoneCount: 3,
    }),
    instanceType: 'r7g.large',
    dataVolume: { sizeGib: 200 },
    metricsPort: 9153,
  });
  const balancer = cluster.addLoadBalancer('Internal', {
    scheme: aws.LoadBalancerScheme.INTERNAL,
    subnetIds: ['subnet-0a1b2c3d4e5f60711', 'subnet-0a1b2c3d4e5f60712', 'subnet-0a1b2c3d4e5f60713'],
  });
  balancer.connections.allowRestFrom(aws.Peer.ipv4('10.20.0.0/16'));
  balancer.connections.allowGrpcFrom(aws.Peer.ipv4('10.20.0.0/16'));
  cluster.connections.allowGrpcFrom(aws.Peer.securityGroup('sg-0a1b2c3d4e5f60718'));
  cluster.connections.allowMetricsFrom(aws.Peer.ipv4('10.30.0.0/24'));
  cluster.grantRead(aws.Grantee.role('search-service'));
  cluster.grantAdmin(aws.Grantee.role('vectors-operators'));
  new VpcSecurityGroupIngressRule(new TerraformStack(app, 'debugging'), 'Debug', {
    ...{ securityGroupId: cluster.connections.securityGroupId, cidrIpv4: '198.51.100.7/32' },
    ...{ ipProtocol: 'tcp', fromPort: 6335, toPort: 6335 },
  });
  app.synth();
}

/** What the picture is. */
export async function examplePicture(): Promise<string> {
  const outdir = mkdtempSync(join(tmpdir(), 'picture-'));
  try {
    synthesizeExample(outdir, 3);
    return await svgReport(reportOf(readFiles(outdir).resources));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

if (require.main === module) void examplePicture().then((picture) => writeFileSync(PICTURE, picture));
