import { checkIpv4Range, checkIpv6Range } from '../cidr';
import { isUnknown, requireNotEmpty } from '../input';
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
      const isIpv6 = !isUnknown(range) && range.includes(':');
      (isIpv6 ? checkIpv6Range : checkIpv4Range)(place, range);
      return isIpv6 ? Peer.ipv6(range) : Peer.ipv4(range);
    });
    return new ClientService('LoadBalancer', props, peers);
  }

  /** None: clients know the pods by the names of the peers. */
  public static none(): ClientService {
    return new ClientService(undefined);
  }

  private constructor(
    /** @internal */
    public readonly _type: 'ClusterIP' | 'LoadBalancer' | undefined,
    /** @internal */
    public readonly _loadBalancer?: LoadBalancerServiceProps,
    /** Who comes in by the load balancer. @internal */
    public readonly _sources: Peer[] = [],
  ) {}
}
