import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import { Posture } from '../../posture';
import { QdrantPorts } from '../../qdrant';
import { lifecycleWith, portToServe } from '../../terraform/preconditions';
import { idFor, standsAlready } from '../../terraform/identity';
import { readableName } from '../../terraform/readable-name';
import { Peer } from './peer';

export interface NodeSecurityGroupProps {
  readonly clusterName: string;
  readonly vpcId: string;
  /** Whom the nodes may connect to on port 443. */
  readonly httpsTo: Peer[];
  readonly metricsPort?: number;
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
      // Here it holds although nobody may connect to the port.
      ...lifecycleWith(portToServe(scope.node.path, 'metricsPort', props.metricsPort, QdrantPorts._taken)),
    });
    this.securityGroupId = group.id;
    // Raft and shards move on 6335; a shard that moves by snapshot is fetched from the other node's own REST port.
    this.allowAmongNodes('Peer', QdrantPorts.PEER, 'Raft and shard traffic among the nodes');
    // While a guard is added or taken away, nodes are still asked on the port where they were.
    this.allowAmongNodes('PeerRest', QdrantPorts.REST, 'Shard snapshots among the nodes');
    this.allowAmongNodes('PeerRestBehindGuard', QdrantPorts.REST_BEHIND_GUARD, 'Shard snapshots among the nodes, with a guard');
    this.allowOut(props);
  }

  /** Lets a node be a client of the others, which it is of REST already. */
  public allowGrpcAmongNodes(): ITerraformDependable[] {
    return this.allowAmongNodes('Grpc', QdrantPorts.GRPC, 'A node that verifies the others after an apply');
  }

  private allowAmongNodes(id: string, port: number, description: string): ITerraformDependable[] {
    const rule = {
      securityGroupId: this.securityGroupId,
      referencedSecurityGroupId: this.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      description,
    };
    return [new VpcSecurityGroupIngressRule(this, `${id}In`, rule), new VpcSecurityGroupEgressRule(this, `${id}Out`, rule)];
  }

  private allowOut(props: NodeSecurityGroupProps): void {
    const https = {
      securityGroupId: this.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      description: 'AWS services, the image registry and packages',
    };
    for (const peer of props.httpsTo) {
      const id = this.idOfWayOut(peer);
      if (standsAlready(this, id, peer._rule)) continue;
      new VpcSecurityGroupEgressRule(this, id, { ...https, ...peer._rule });
      props.posture.addOutbound({ from: 'nodes', to: readableName(this, peer.name), port: 443, purpose: https.description });
    }
  }

  /** Those to any address have the names that they always had. */
  private idOfWayOut(peer: Peer): string {
    if (peer.name === '0.0.0.0/0') return 'HttpsOutIpv4';
    return peer.name === '::/0' ? 'HttpsOutIpv6' : `HttpsOut-${idFor(this, peer.name, peer._rule)}`;
  }
}
