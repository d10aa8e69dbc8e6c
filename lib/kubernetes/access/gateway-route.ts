import { Manifest } from '@cdktf/provider-kubernetes/lib/manifest';
import { Construct } from 'constructs';
import { badInput, requireEnumIfGiven, requireNotEmpty, requireWholeNumber } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { ListenerPurpose, Posture } from '../../posture';
import { QdrantPorts } from '../../qdrant';
import { checkHostName } from '../../qdrant/cluster-checks';
import { nameFor } from '../../terraform/identity';
import { literally } from '../../terraform/literal-text';
import { CaBundle } from '../tls/ca-bundle';
import { Connections } from './connections';
import { describeFront } from './front-listener';
import { checkLabelName, checkObjectName } from '../names/names';
import { Peer } from './peer';
import { OptionNames, requireOptions } from '../../input/options';

/** Where a gateway terminates TLS. */
export enum GatewayTls {
  /** At Qdrant. The gateway passes TLS through and routes by SNI. */
  PASS_THROUGH = 'pass-through',
  /** At the gateway, which connects to Qdrant with TLS and verifies its certificate. */
  RE_ENCRYPT = 're-encrypt',
}

/** The API version of TLSRoute. */
export enum TlsRouteVersion {
  /** Gateway API 1.5 and later, which requires Kubernetes 1.31. */
  V1 = 'v1',
  /** The experimental channel of Gateway API 1.4. */
  V1ALPHA3 = 'v1alpha3',
  /** The experimental channel of Gateway API 1.5 and earlier. */
  V1ALPHA2 = 'v1alpha2',
}

/** An existing Gateway. */
export interface GatewayReference {
  /** The name of the Gateway. */
  readonly name: string;

  /**
   * The namespace.
   *
   * @default - the cluster's
   */
  readonly namespace?: string;

  /**
   * The name of the listener.
   *
   * @default - every listener that matches
   */
  readonly sectionName?: string;
}

const GATEWAY_OPTIONS: OptionNames<GatewayReference> = { name: true, namespace: 'reference', sectionName: 'reference' };

/** Properties of Gateway API routes to a cluster. */
export interface GatewayRouteProps {
  /** The gateway. */
  readonly gateway: GatewayReference;

  /** The pods of the gateway. They are allowed to connect to the ports that it routes to. */
  readonly gatewayPods: Peer;

  /**
   * The clients of the gateway, for the posture report. This allows no connections. A range that only Terraform knows
   * counts as unknown.
   *
   * @default - unknown, which the posture treats like the internet
   */
  readonly clients?: Peer[];

  /**
   * The port that clients connect to at the gateway, for the posture report.
   *
   * @default 443
   */
  readonly clientPort?: number;

  /** The host name for REST. It is included in the certificate if cert-manager issues it. */
  readonly restHost: string;

  /**
   * The host name for gRPC. It must differ from the host name for REST.
   *
   * @default - gRPC is not routed
   */
  readonly grpcHost?: string;

  /**
   * Where TLS is terminated.
   *
   * @default GatewayTls.PASS_THROUGH
   */
  readonly tls?: GatewayTls;

  /**
   * The API version of TLSRoute, for `GatewayTls.PASS_THROUGH`. `GatewayTls.RE_ENCRYPT` requires BackendTLSPolicy v1 instead
   * (Gateway API 1.4 and later).
   *
   * @default TlsRouteVersion.V1
   */
  readonly tlsRouteVersion?: TlsRouteVersion;
}

const GATEWAY_ROUTE_OPTIONS: OptionNames<GatewayRouteProps> = {
  gateway: true,
  gatewayPods: true,
  clients: true,
  clientPort: true,
  restHost: true,
  grpcHost: true,
  tls: true,
  tlsRouteVersion: true,
};

/** @internal */
export interface RoutedCluster {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  /** The client service's name, or undefined where there is none. */
  readonly serviceName?: string;
  readonly serverName: string;
  readonly clientCa?: CaBundle;
  readonly clientVerification: boolean;
  readonly connections: Connections;
  readonly posture: Posture;
}

const GATEWAY_API = 'gateway.networking.k8s.io';

/**
 * Gateway API routes to a cluster, with TLS passed through or re-encrypted.
 *
 * @see https://gateway-api.sigs.k8s.io/
 */
export class QdrantGatewayRoute extends Construct {
  private readonly cluster: RoutedCluster;
  private readonly props: GatewayRouteProps;

  /** @internal */
  public static _create(scope: Construct, id: string, props: GatewayRouteProps, cluster: RoutedCluster): QdrantGatewayRoute {
    return new QdrantGatewayRoute(scope, id, props, cluster);
  }

  private constructor(scope: Construct, id: string, props: GatewayRouteProps, cluster: RoutedCluster) {
    super(scope, id);
    requireOptions(this, undefined, props, GATEWAY_ROUTE_OPTIONS);
    requireOptions(this, 'gateway', props.gateway, GATEWAY_OPTIONS);
    this.cluster = cluster;
    this.props = props;
    this.check();
    const passThrough = (props.tls ?? GatewayTls.PASS_THROUGH) === GatewayTls.PASS_THROUGH;
    this.addRoute('Rest', passThrough ? 'TLSRoute' : 'HTTPRoute', props.restHost, QdrantPorts.REST);
    cluster.connections.allowRestFrom(props.gatewayPods);
    this.describe(ListenerPurpose.REST);
    if (props.grpcHost !== undefined) {
      this.addRoute('Grpc', passThrough ? 'TLSRoute' : 'GRPCRoute', props.grpcHost, QdrantPorts.GRPC);
      cluster.connections.allowGrpcFrom(props.gatewayPods);
      this.describe(ListenerPurpose.GRPC);
    }
    if (!passThrough) this.addBackendTls(this.authority());
  }

  /** What the names of its objects begin with. */
  private get name(): string {
    return `${this.cluster.clusterName}-${nameFor(this, this.node.id)}`;
  }

  private check(): void {
    const { restHost, grpcHost, gateway, clients, clientPort } = this.props;
    requireEnumIfGiven(this, 'tls', this.props.tls, 'GatewayTls', GatewayTls);
    requireEnumIfGiven(this, 'tlsRouteVersion', this.props.tlsRouteVersion, 'TlsRouteVersion', TlsRouteVersion);
    if (clients !== undefined) requireNotEmpty(this, 'clients', clients, "clients: [Peer.ipv4('10.20.0.0/16')]");
    (clients ?? []).forEach((peer) => requireInstance(this, 'clients', peer, Peer, "clients: [Peer.ipv4('10.20.0.0/16')]"));
    if (clientPort !== undefined) requireWholeNumber(this, 'clientPort', clientPort, { min: 1, max: 65535 });
    requireInstance(this, 'gatewayPods', this.props.gatewayPods, Peer, "Peer.namespace('gateways')");
    checkLabelName(this, 'gateway.name', gateway.name, 'public');
    if (gateway.namespace !== undefined) checkLabelName(this, 'gateway.namespace', gateway.namespace, 'gateways');
    if (gateway.sectionName !== undefined) checkObjectName(this, 'gateway.sectionName', gateway.sectionName, 'tls');
    checkHostName(this, 'restHost', restHost, 'vectors.example.com');
    if (grpcHost !== undefined) checkHostName(this, 'grpcHost', grpcHost, 'grpc.vectors.example.com');
    if (this.cluster.serviceName === undefined) {
      throw badInput(this, {
        given: 'a route to a cluster without a client service',
        allowed: 'a cluster with one',
        instead: 'clientService: ClientService.clusterIp()',
      });
    }
    if (restHost === grpcHost) {
      throw badInput(this, {
        given: `restHost and grpcHost are both "${restHost}"`,
        allowed: 'two names: a gateway tells the two apart by nothing else',
        instead: `grpcHost: "grpc.${restHost}"`,
      });
    }
    if (this.props.tls === GatewayTls.RE_ENCRYPT && this.cluster.clientVerification) {
      throw badInput(this, {
        given: 'GatewayTls.RE_ENCRYPT before a cluster that asks clients for a certificate',
        allowed: 'GatewayTls.PASS_THROUGH: no client’s certificate would get past the gateway',
        instead: 'tls: GatewayTls.PASS_THROUGH',
      });
    }
  }

  private addRoute(id: string, kind: string, hostname: string, port: number): void {
    const { serviceName } = this.cluster;
    this.addObject(id, kind, `${this.name}-${id.toLowerCase()}`, {
      parentRefs: [literally(this.props.gateway)],
      hostnames: [hostname],
      rules: [{ backendRefs: [{ name: serviceName, port }] }],
    });
  }

  /** Whether the gateway speaks TLS where that ends there is up to its own listener. */
  private describe(purpose: ListenerPurpose): void {
    const { gateway, clients, clientPort = 443, tls } = this.props;
    const { posture, clientVerification } = this.cluster;
    const passesThrough = tls !== GatewayTls.RE_ENCRYPT;
    describeFront(this, posture, {
      ...{ purpose, clients },
      clientVerification: clientVerification && passesThrough,
      at: `gateway ${gateway.name}`,
      port: clientPort,
      tls: passesThrough ? true : undefined,
    });
  }

  /** The CA that the gateway trusts: the Gateway API supports ConfigMaps only. */
  private authority(): { group: string; kind: string; name: string } {
    const place = this.cluster.clientCa?._source.place;
    if (place?.kind === 'configMap' && place.key === 'ca.crt') return { group: '', kind: 'ConfigMap', name: place.name };
    throw badInput(this, {
      given: 'GatewayTls.RE_ENCRYPT, but no ConfigMap with the CA certificate is known',
      allowed: 'a CA certificate in the member ca.crt of a ConfigMap, where the gateway can read it',
      instead: `Tls.fromCertManager(issuer, { clientCa: CaBundle.fromConfigMap('company-ca') })`,
    });
  }

  private addBackendTls(authority: { group: string; kind: string; name: string }): void {
    const { serviceName, serverName } = this.cluster;
    this.addObject('BackendTls', 'BackendTLSPolicy', this.name, {
      targetRefs: [{ group: '', kind: 'Service', name: serviceName }],
      validation: { hostname: serverName, caCertificateRefs: [authority] },
    });
  }

  private addObject(id: string, kind: string, name: string, spec: object): void {
    const { namespace, labels } = this.cluster;
    const version = kind === 'TLSRoute' ? (this.props.tlsRouteVersion ?? TlsRouteVersion.V1) : 'v1';
    const apiVersion = `${GATEWAY_API}/${version}`;
    new Manifest(this, id, { manifest: { apiVersion, kind, metadata: { name, namespace, labels }, spec } });
  }
}
