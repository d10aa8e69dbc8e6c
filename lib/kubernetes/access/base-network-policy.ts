import { NetworkPolicyV1 } from '@cdktf/provider-kubernetes/lib/network-policy-v1';
import { Construct } from 'constructs';
import { QdrantPorts } from '../../qdrant';
import { lifecycleWith, portToServe } from '../../terraform/preconditions';
import { ClusterDns } from './cluster-dns';

export interface BaseNetworkPolicyProps {
  readonly clusterName: string;
  readonly namespace: string;
  readonly podLabels: { [name: string]: string };
  readonly dns: ClusterDns;
  readonly metricsPort?: number;
}

/**
 * Refuses all traffic of a cluster's pods, both ways, but what they need among themselves and to find each other.
 *
 * A shard that moves by snapshot is fetched over REST, so that the pods need it among themselves besides 6335.
 */
export class BaseNetworkPolicy extends Construct {
  public readonly policy: NetworkPolicyV1;

  public constructor(scope: Construct, id: string, props: BaseNetworkPolicyProps) {
    super(scope, id);
    const pods = { podSelector: { matchLabels: props.podLabels } };
    const ports = QdrantPorts._amongNodes.map((port) => ({
      port: String(port),
      protocol: 'TCP',
    }));
    this.policy = new NetworkPolicyV1(this, 'Policy', {
      metadata: { name: `${props.clusterName}-base`, namespace: props.namespace, labels: props.podLabels },
      spec: {
        ...pods,
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [pods], ports }],
        egress: [{ to: [pods], ports }, props.dns._egress],
      },
      // Here it holds although nobody may connect to the port.
      ...lifecycleWith(portToServe(scope.node.path, 'metricsPort', props.metricsPort, QdrantPorts._taken)),
    });
  }
}
