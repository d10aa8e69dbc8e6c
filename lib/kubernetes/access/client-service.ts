import { ServiceV1 } from '@cdktf/provider-kubernetes/lib/service-v1';
import { Construct } from 'constructs';
import { ipv4Range, ipv6Range } from '../../input/cidr';
import { badInput, isUnknown, quoted, requireNotEmpty } from '../../input/input';
import { QdrantPorts } from '../../qdrant';
import { Connections } from './connections';
import { literally } from '../../terraform/literal-text';
import { checkAnnotations, checkQualifiedName } from '../names/names';
import { Peer } from './peer';
import { OptionNames, requireOptions } from '../../input/options';

/** Properties of the service for clients. */
export interface ClientServiceProps {
  /**
   * Annotations of the service, for example to configure the load balancer of a cloud.
   *
   * @default - none
   */
  readonly annotations?: { [name: string]: string };

  /**
   * The `appProtocol` of the REST port, for example `https`, for service meshes and load balancers that need it. Some clouds
   * derive the health check from it, which presents neither a key nor a certificate.
   *
   * @default - none
   */
  readonly restAppProtocol?: string;

  /**
   * The `appProtocol` of the gRPC port, for example `https` or `grpc`.
   *
   * @default - none
   */
  readonly grpcAppProtocol?: string;
}

const CLIENT_SERVICE_OPTIONS: OptionNames<ClientServiceProps> = {
  annotations: true,
  restAppProtocol: true,
  grpcAppProtocol: true,
};

/** Properties of a service of type LoadBalancer. */
export interface LoadBalancerServiceProps extends ClientServiceProps {
  /** The CIDR ranges that can reach the load balancer, for example `['203.0.113.0/24']`. */
  readonly sourceRanges: string[];

  /**
   * The load balancer class.
   *
   * @default - the default of the Kubernetes cluster
   */
  readonly loadBalancerClass?: string;
}

const LOAD_BALANCER_SERVICE_OPTIONS: OptionNames<LoadBalancerServiceProps> = {
  ...CLIENT_SERVICE_OPTIONS,
  sourceRanges: true,
  loadBalancerClass: 'reference',
};

/** A cluster for which a service is made. @internal */
export interface ClientServiceBinding {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  readonly podLabels: { [name: string]: string };
  readonly grpc: boolean;
  readonly connections: Connections;
}

/** The service for clients. It never exposes the port that is reserved for the nodes (6335). */
export class ClientService {
  /** A service of type ClusterIP. */
  public static clusterIp(props: ClientServiceProps = {}): ClientService {
    requireOptions('ClientService.clusterIp', undefined, props, CLIENT_SERVICE_OPTIONS);
    checkAppProtocols('ClientService.clusterIp', props);
    return new ClientService('ClusterIP', literally(props));
  }

  /**
   * A service of type LoadBalancer that passes TLS through. The source ranges are also allowed to connect to the pods; client
   * addresses are preserved (`externalTrafficPolicy: Local`). If your load balancer connects from addresses of its own, allow
   * those through `connections`.
   *
   * @throws if no range is given, or one is invalid
   */
  public static loadBalancer(props: LoadBalancerServiceProps): ClientService {
    const scope = 'ClientService.loadBalancer';
    requireOptions(scope, undefined, props, LOAD_BALANCER_SERVICE_OPTIONS);
    requireNotEmpty(scope, 'sourceRanges', props.sourceRanges, `sourceRanges: ['203.0.113.0/24']`);
    const peers = props.sourceRanges.map((range) => {
      const isIpv6 = !isUnknown(range) && String(range).includes(':');
      return isIpv6 ? Peer.ipv6(ipv6Range(scope, range)) : Peer.ipv4(ipv4Range(scope, range));
    });
    checkAppProtocols(scope, props);
    if (props.loadBalancerClass !== undefined) {
      checkQualifiedName(scope, 'loadBalancerClass', props.loadBalancerClass, 'service.k8s.aws/nlb');
    }
    const { loadBalancerClass, ...rest } = literally(props);
    return new ClientService('LoadBalancer', rest, { loadBalancerClass, sources: peers });
  }

  /** No service: clients connect to the pods by their own names. */
  public static none(): ClientService {
    return new ClientService(undefined);
  }

  private constructor(
    private readonly type: 'ClusterIP' | 'LoadBalancer' | undefined,
    private readonly props: ClientServiceProps = {},
    /** Who comes in by the load balancer, where it is one. */
    private readonly balancer?: { readonly loadBalancerClass?: string; readonly sources: Peer[] },
  ) {
    checkAnnotations('ClientService', 'annotations', props.annotations);
  }

  /** @internal */
  public get _type(): 'ClusterIP' | 'LoadBalancer' | undefined {
    return this.type;
  }

  /** Makes the service, below the cluster, and lets in who comes by it. @internal */
  public _bind(cluster: Construct, binding: ClientServiceBinding): void {
    if (this._type === undefined) return;
    const { clusterName, namespace, labels, podLabels, grpc, connections } = binding;
    const { annotations, restAppProtocol, grpcAppProtocol } = this.props;
    const rest = { name: 'rest', port: QdrantPorts.REST, targetPort: 'rest', appProtocol: restAppProtocol };
    const grpcPort = { name: 'grpc', port: QdrantPorts.GRPC, targetPort: 'grpc', appProtocol: grpcAppProtocol };
    const { sources = [] } = this.balancer ?? {};
    new ServiceV1(cluster, 'ClientService', {
      metadata: { name: clusterName, namespace, labels, annotations },
      spec: {
        type: this._type,
        ipFamilyPolicy: 'PreferDualStack',
        selector: podLabels,
        port: [rest, ...(grpc ? [grpcPort] : [])],
        ...(this.balancer && {
          loadBalancerSourceRanges: sources.map(({ name }) => name),
          loadBalancerClass: this.balancer.loadBalancerClass,
          // The pods are told by address who may come in.
          externalTrafficPolicy: 'Local',
        }),
      },
    });
    for (const source of sources) {
      connections.allowRestFrom(source);
      if (grpc) connections.allowGrpcFrom(source);
    }
  }
}

/** @see https://kubernetes.io/docs/concepts/services-networking/service/#application-protocol */
function checkAppProtocols(scope: string, { restAppProtocol, grpcAppProtocol }: ClientServiceProps): void {
  const isProtocol = (text: string) => /^([a-z0-9.-]+\/)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(text);
  for (const protocol of [restAppProtocol, grpcAppProtocol]) {
    if (protocol === undefined || isUnknown(protocol) || (typeof protocol === 'string' && isProtocol(protocol))) continue;
    throw badInput(scope, {
      given: `the application protocol ${quoted(protocol)}`,
      allowed: 'a name of IANA’s list, or one with a domain before it',
      instead: 'restAppProtocol: "https"',
    });
  }
}
