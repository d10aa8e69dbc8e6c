import { IngressV1 } from '@cdktf/provider-kubernetes/lib/ingress-v1';
import { Construct } from 'constructs';
import { badInput, requireBooleanIfGiven, requireNotEmpty } from '../../input/input';
import { requireInstance } from '../../input/nominal';
import { ListenerPurpose, Posture } from '../../posture';
import { QdrantPorts } from '../../qdrant';
import { checkHostName } from '../../qdrant/cluster-checks';
import { nameFor } from '../../terraform/identity';
import { literally } from '../../terraform/literal-text';
import { Connections } from './connections';
import { describeFront } from './front-listener';
import { checkAnnotations, checkObjectName } from '../names/names';
import { Peer } from './peer';
import { OptionNames, requireOptions } from '../../input/options';

/**
 * Properties of an Ingress to a cluster. Prefer `addGatewayRoute` if your Kubernetes cluster has a Gateway API implementation.
 */
export interface IngressProps {
  /** The name of the IngressClass. */
  readonly ingressClassName: string;

  /** The pods of the ingress controller. They are allowed to connect to the ports that it routes to. */
  readonly controllerPods: Peer;

  /**
   * The clients of the controller, for the posture report. A range that only Terraform knows counts as unknown.
   *
   * @default - unknown
   */
  readonly clients?: Peer[];

  /** The host name for REST. It is included in the certificate if cert-manager issues it. */
  readonly restHost: string;

  /**
   * Annotations of the Ingress for REST. They must make the controller connect with TLS or pass TLS through, because Qdrant
   * accepts TLS only. For ingress-nginx, for example, `nginx.ingress.kubernetes.io/backend-protocol: HTTPS`, or
   * `nginx.ingress.kubernetes.io/ssl-passthrough: "true"`.
   *
   * @default - none
   */
  readonly restAnnotations?: { [name: string]: string };

  /**
   * The host name for gRPC. It must differ from the host name for REST.
   *
   * @default - gRPC is not routed
   */
  readonly grpcHost?: string;

  /**
   * Annotations of the Ingress for gRPC. For ingress-nginx, for example, `nginx.ingress.kubernetes.io/backend-protocol: GRPCS`.
   *
   * @default - none
   */
  readonly grpcAnnotations?: { [name: string]: string };

  /**
   * The name of the Secret with the controller's certificate for clients, in the cluster's namespace.
   *
   * @default - none: TLS is passed through, or the controller uses its default certificate
   */
  readonly tlsSecretName?: string;

  /**
   * Whether the controller passes TLS through, which is required if clients must present certificates. Set this if your
   * controller is configured in a way that the library does not recognize; it recognizes the `ssl-passthrough` annotations of
   * ingress-nginx and of the HAProxy controllers.
   *
   * @default - determined from the annotations
   */
  readonly tlsPassThrough?: boolean;
}

const INGRESS_OPTIONS: OptionNames<IngressProps> = {
  ingressClassName: true,
  controllerPods: true,
  clients: true,
  restHost: true,
  restAnnotations: true,
  grpcHost: true,
  grpcAnnotations: true,
  tlsSecretName: 'reference',
  tlsPassThrough: true,
};

/**
 * The annotations by which controllers pass TLS through.
 *
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#ssl-passthrough
 * @see https://www.haproxy.com/documentation/kubernetes-ingress/community/configuration-reference/ingress/#ssl-passthrough
 * @see https://haproxy-ingress.github.io/docs/configuration/keys/#ssl-passthrough
 */
const PASS_THROUGH = ['nginx.ingress.kubernetes.io', 'haproxy.org', 'haproxy-ingress.github.io'].map(
  (domain) => `${domain}/ssl-passthrough`,
);

/** @internal */
export interface IngressedCluster {
  readonly clusterName: string;
  readonly namespace: string;
  readonly labels: { [name: string]: string };
  /** The client service's name, or undefined where there is none. */
  readonly serviceName?: string;
  readonly clientVerification: boolean;
  readonly connections: Connections;
  readonly posture: Posture;
}

/**
 * An Ingress for REST and one for gRPC, because the two need different annotations.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
export class QdrantIngress extends Construct {
  private readonly cluster: IngressedCluster;
  private readonly props: IngressProps;

  /** @internal */
  public static _create(scope: Construct, id: string, props: IngressProps, cluster: IngressedCluster): QdrantIngress {
    return new QdrantIngress(scope, id, props, cluster);
  }

  private constructor(scope: Construct, id: string, props: IngressProps, cluster: IngressedCluster) {
    super(scope, id);
    requireOptions(this, undefined, props, INGRESS_OPTIONS);
    this.cluster = cluster;
    this.props = props;
    const serviceName = this.check();
    this.addIngress('Rest', serviceName, props.restHost, QdrantPorts.REST, props.restAnnotations);
    cluster.connections.allowRestFrom(props.controllerPods);
    this.describe(ListenerPurpose.REST, props.restAnnotations);
    if (props.grpcHost === undefined) return;
    this.addIngress('Grpc', serviceName, props.grpcHost, QdrantPorts.GRPC, props.grpcAnnotations);
    cluster.connections.allowGrpcFrom(props.controllerPods);
    this.describe(ListenerPurpose.GRPC, props.grpcAnnotations);
  }

  /** Throws where it could not work; the name of the service that it leads to. */
  private check(): string {
    const { ingressClassName, controllerPods, clients, restHost, grpcHost, tlsSecretName, tlsPassThrough } = this.props;
    checkObjectName(this, 'ingressClassName', ingressClassName, 'nginx');
    requireInstance(this, 'controllerPods', controllerPods, Peer, "Peer.namespace('ingress-nginx')");
    if (clients !== undefined) requireNotEmpty(this, 'clients', clients, "clients: [Peer.ipv4('10.20.0.0/16')]");
    (clients ?? []).forEach((peer) => requireInstance(this, 'clients', peer, Peer, "clients: [Peer.ipv4('10.20.0.0/16')]"));
    checkHostName(this, 'restHost', restHost, 'vectors.example.com');
    if (grpcHost !== undefined) checkHostName(this, 'grpcHost', grpcHost, 'grpc.vectors.example.com');
    if (tlsSecretName !== undefined) checkObjectName(this, 'tlsSecretName', tlsSecretName, 'vectors-public-tls');
    checkAnnotations(this, 'restAnnotations', this.props.restAnnotations);
    checkAnnotations(this, 'grpcAnnotations', this.props.grpcAnnotations);
    if (restHost === grpcHost) {
      throw badInput(this, {
        given: `restHost and grpcHost are both "${restHost}"`,
        allowed: 'two names: a controller tells the two apart by nothing else',
        instead: `grpcHost: "grpc.${restHost}"`,
      });
    }
    if (tlsSecretName !== undefined && this.cluster.clientVerification) {
      throw badInput(this, {
        given: 'tlsSecretName before a cluster that asks clients for a certificate: TLS would end at the controller',
        allowed: 'TLS that is passed through: no client’s certificate would get past the controller',
        instead: `restAnnotations: { 'nginx.ingress.kubernetes.io/ssl-passthrough': 'true' }`,
      });
    }
    requireBooleanIfGiven(this, 'tlsPassThrough', tlsPassThrough);
    if (tlsSecretName !== undefined && tlsPassThrough === true) {
      throw badInput(this, {
        given: 'both tlsSecretName and tlsPassThrough: true',
        allowed: 'one of them: TLS that is passed through does not end at the controller',
        instead: 'tlsPassThrough: true alone',
      });
    }
    this.requirePassThrough('REST', 'restAnnotations', this.props.restAnnotations);
    if (grpcHost !== undefined) this.requirePassThrough('gRPC', 'grpcAnnotations', this.props.grpcAnnotations);
    if (this.cluster.serviceName !== undefined) return this.cluster.serviceName;
    throw badInput(this, {
      given: 'an Ingress to a cluster without a client service',
      allowed: 'a cluster with one',
      instead: 'clientService: ClientService.clusterIp()',
    });
  }

  /** A controller that terminates TLS presents its own certificate to the guard, not its client's. */
  private requirePassThrough(api: string, option: string, annotations?: { [name: string]: string }): void {
    if (!this.cluster.clientVerification || this.passesThrough(annotations)) return;
    throw badInput(this, {
      given: `an Ingress of ${api} before a cluster that asks clients for a certificate, whose controller may end TLS and present a certificate of its own for everyone`,
      allowed: 'TLS that is passed through: no client’s certificate would get past the controller',
      instead: `${option}: { '${PASS_THROUGH[0]}': 'true' }, or tlsPassThrough: true where the controller does so by another way`,
    });
  }

  private passesThrough(annotations: { [name: string]: string } = {}): boolean {
    return this.props.tlsPassThrough ?? PASS_THROUGH.some((name) => annotations[name] === 'true');
  }

  private addIngress(
    id: string,
    serviceName: string,
    host: string,
    port: number,
    annotations?: { [name: string]: string },
  ): void {
    const { clusterName, namespace, labels } = this.cluster;
    const { ingressClassName, tlsSecretName } = this.props;
    const name = `${clusterName}-${nameFor(this, this.node.id)}-${id.toLowerCase()}`;
    const backend = { service: { name: serviceName, port: { number: port } } };
    new IngressV1(this, id, {
      metadata: { name, namespace, labels, annotations: literally(annotations) },
      spec: {
        ingressClassName,
        rule: [{ host, http: { path: [{ path: '/', pathType: 'Prefix', backend }] } }],
        ...(tlsSecretName !== undefined && { tls: [{ hosts: [host], secretName: tlsSecretName }] }),
      },
    });
  }

  /** Whether the controller speaks TLS where it has a certificate of its own is up to it. */
  private describe(purpose: ListenerPurpose, annotations?: { [name: string]: string }): void {
    const { ingressClassName, clients, tlsSecretName } = this.props;
    const passesThrough = this.passesThrough(annotations);
    const tls = passesThrough || tlsSecretName !== undefined ? true : undefined;
    const clientVerification = this.cluster.clientVerification && passesThrough;
    describeFront(this, this.cluster.posture, {
      ...{ purpose, tls, clientVerification, clients },
      at: `ingress ${ingressClassName}`,
      port: 443,
    });
  }
}
