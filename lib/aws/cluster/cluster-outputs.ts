import { TerraformOutput } from 'cdktf';
import { Construct } from 'constructs';
import { ClientEndpoint } from '../../qdrant';
import { CaBundle, commandToRead } from '../tls/ca-bundle';
import { QdrantLoadBalancer } from '../access/load-balancer';

export interface ClusterOutputsProps {
  readonly endpoint: ClientEndpoint;
  /** Further names that the certificates carry. */
  readonly hostNames: string[];
  readonly adminKeySecretArn: string;
  readonly readOnlyKeySecretArn?: string;
  readonly alternateKeySecretArn?: string;
  readonly clientCa?: CaBundle;
}

/** What a stack says of a cluster. They stand on the cluster and its load balancers themselves, whose ids begin their names. */
export class ClusterOutputs {
  public constructor(cluster: Construct, props: ClusterOutputsProps) {
    const { endpoint, hostNames, clientCa } = props;
    addEndpoint(cluster, endpoint);
    addOutput(cluster, 'HostNames', 'Further names that the certificates carry', hostNames.length > 0 ? hostNames : undefined);
    addOutput(cluster, 'CaCertificateCommand', 'Command that prints the CA certificate', clientCa && commandToRead(clientCa));
    addOutput(cluster, 'CaCertificateSecretArn', 'Secret with the CA certificate', clientCa?._source.secret?.arn);
    addOutput(cluster, 'AdminKeySecretArn', 'Secret with the admin key', props.adminKeySecretArn);
    addOutput(cluster, 'ReadOnlyKeySecretArn', 'Secret with the read-only key', props.readOnlyKeySecretArn);
    addOutput(cluster, 'AlternateKeySecretArn', 'Secret with the second admin key', props.alternateKeySecretArn);
    addOutput(cluster, 'Snippets', 'Code that connects to the cluster, by language', endpoint.snippets());
  }

  public addLoadBalancer(balancer: QdrantLoadBalancer): void {
    addEndpoint(balancer, balancer.endpoint);
    addOutput(balancer, 'DnsName', 'Name that AWS gave the load balancer', balancer.dnsName);
  }
}

function addEndpoint(scope: Construct, { restUrl, grpcUrl }: ClientEndpoint): void {
  addOutput(scope, 'RestUrl', 'Address of the REST API', restUrl);
  addOutput(scope, 'GrpcUrl', 'Address of the gRPC API', grpcUrl);
}

function addOutput(scope: Construct, id: string, description: string, value: unknown): void {
  if (value !== undefined) new TerraformOutput(scope, id, { description, value });
}
