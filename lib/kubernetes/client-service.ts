import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Construct } from 'constructs';
import { ipv4Range, ipv6Range } from '../cidr';
import { isUnknown, requireNotEmpty } from '../input';
import { QdrantPorts } from '../qdrant';
import { Connections } from './connections';
import { literally } from '../terraform/literal-text';
import { Peer } from './peer';

/** How a load balancer is to be. */
export interface LoadBalancerServiceProps {
  /** The ranges of addresses that it lets in, for example `['203.0.113.0/24']`. */
  readonly sourceRanges: string[];

  /**
   * Annotations by which the cloud makes it, for example an internal one.
   *
   * @default - none
   */
  readonly annotations?: { [name: string]: string };

  /**
   * Which implementation makes it.
   *
   * @default - the default one of the Kubernetes cluster
   */
  readonly loadBalancerClass?: string;
}

/** A cluster for which a service is made. @internal */
export interface ClientServiceBinding {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly podLabels: { [name: string]: string };
  readonly grpc: boolean;
  readonly connections: Connections;
}

/** The service by which clients find a cluster. It never has the port among the nodes (6335). */
export class ClientService {
  /** An address within the Kubernetes cluster. */
  public static clusterIp(): ClientService {
    return new ClientService('ClusterIP');
  }

  /**
   * A load balancer before the pods, which passes TLS through. Its source ranges are also let in to the pods; it keeps the address that a client
   * comes from (`externalTrafficPolicy: Local`). Where a load balancer comes in from addresses of its own, allow those in `connections`.
   *
   * @throws if no range is given, or one is none
   */
  public static loadBalancer(props: LoadBalancerServiceProps): ClientService {
    const place = 'ClientService.loadBalancer';
    requireNotEmpty(place, 'sourceRanges', props.sourceRanges, `sourceRanges: ['203.0.113.0/24']`);
    const peers = props.sourceRanges.map((range) => {
      const isIpv6 = !isUnknown(range) && String(range).includes(':');
      return isIpv6 ? Peer.ipv6(ipv6Range(place, range)) : Peer.ipv4(ipv4Range(place, range));
    });
    return new ClientService('LoadBalancer', literally(props), peers);
  }

  /** None: clients know the pods by the names of the peers. */
  public static none(): ClientService {
    return new ClientService(undefined);
  }

  private constructor(
    private readonly type: 'ClusterIP' | 'LoadBalancer' | undefined,
    private readonly balancer?: LoadBalancerServiceProps,
    /** Who comes in by the load balancer. */
    private readonly sources: Peer[] = [],
  ) {}

  /** @internal */
  public get _type(): 'ClusterIP' | 'LoadBalancer' | undefined {
    return this.type;
  }

  /** Makes the service, below the cluster, and lets in who comes by it. @internal */
  public _bind(cluster: Construct, binding: ClientServiceBinding): void {
    if (this._type === undefined) return;
    const { clusterName, namespace, labels, podLabels, grpc, connections } = binding;
    new ServiceV1(cluster, 'ClientService', {
      metadata: { name: clusterName, namespace, labels, annotations: this.balancer?.annotations },
      spec: {
        type: this._type,
        ipFamilyPolicy: 'PreferDualStack',
        selector: podLabels,
        port: [
          { name: 'rest', port: QdrantPorts.REST, targetPort: 'rest' },
          ...(grpc ? [{ name: 'grpc', port: QdrantPorts.GRPC, targetPort: 'grpc' }] : []),
        ],
        ...(this.balancer && {
          loadBalancerSourceRanges: this.sources.map(({ name }) => name),
          loadBalancerClass: this.balancer.loadBalancerClass,
          // The pods are told by address who may come in.
          externalTrafficPolicy: 'Local',
        }),
      },
    });
    for (const source of this.sources) {
      connections.allowRestFrom(source);
      if (grpc) connections.allowGrpcFrom(source);
    }
  }
}
