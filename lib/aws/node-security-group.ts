import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { Construct } from 'constructs';
import { Posture } from '../posture';
import { QdrantPorts } from '../qdrant';

export interface NodeSecurityGroupProps {
  readonly clusterName: string;
  readonly vpcId: string;
  /** Whether the guard serves clients' ports, so that the nodes reach each other's REST API behind it. */
  readonly guard: boolean;
  readonly posture: Posture;
}

/**
 * The security group of the nodes: what they need of each other, and their way out to AWS and to the image's registry. Whom else it lets
 * in is up to `connections`.
 */
export class NodeSecurityGroup extends Construct {
  public readonly securityGroupId: string;

  public constructor(scope: Construct, id: string, props: NodeSecurityGroupProps) {
    super(scope, id);
    const group = new SecurityGroup(this, 'SecurityGroup', {
      namePrefix: `${props.clusterName}-qdrant-`,
      description: `Nodes of the Qdrant cluster ${props.clusterName}`,
      vpcId: props.vpcId,
      tags: { Name: `${props.clusterName}-qdrant` },
    });
    this.securityGroupId = group.id;
    // Raft and shards move on 6335; a shard that moves by snapshot is fetched from the other node's own REST port.
    this.allowAmongNodes('Peer', QdrantPorts.PEER, 'Raft and shard traffic among the nodes');
    this.allowAmongNodes('PeerRest', QdrantPorts._restAmongNodes(props.guard), 'Shard snapshots among the nodes');
    this.allowOut(props.posture);
  }

  private allowAmongNodes(id: string, port: number, description: string): void {
    const rule = {
      securityGroupId: this.securityGroupId,
      referencedSecurityGroupId: this.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      description,
    };
    new VpcSecurityGroupIngressRule(this, `${id}In`, rule);
    new VpcSecurityGroupEgressRule(this, `${id}Out`, rule);
  }

  private allowOut(posture: Posture): void {
    const https = {
      securityGroupId: this.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      description: 'AWS services, the image registry and packages',
    };
    new VpcSecurityGroupEgressRule(this, 'HttpsOutIpv4', { ...https, cidrIpv4: '0.0.0.0/0' });
    new VpcSecurityGroupEgressRule(this, 'HttpsOutIpv6', { ...https, cidrIpv6: '::/0' });
    for (const to of ['0.0.0.0/0', '::/0']) posture.addOutbound({ from: 'nodes', to, port: 443, purpose: https.description });
  }
}
